#include "store/history/block.h"

#include <gtest/gtest.h>

#include <functional>
#include <random>

#include "store/history/bytes.h"
#include "store/history/frame.h"

namespace attune::store::history {
namespace {

using Random = std::mt19937_64;

constexpr Millis kStart{1'768'500'000'000};

/// Blocks of `samples`, each begun where the one before took no more.
std::vector<std::string> blocks_of(const std::vector<Sample>& samples) {
  std::vector<std::string> payloads;
  OpenBlock open;
  for (const Sample& sample : samples) {
    if (open.append(sample.at, sample.value)) continue;
    open.encode(payloads.emplace_back());
    open = OpenBlock();
    EXPECT_TRUE(open.append(sample.at, sample.value));
  }
  open.encode(payloads.emplace_back());
  return payloads;
}

std::vector<Sample> read_all(const std::vector<std::string>& payloads) {
  std::vector<Sample> all;
  for (const std::string& payload : payloads) {
    const auto part = read_block(payload);
    EXPECT_TRUE(part.has_value());
    if (part) all.insert(all.end(), part->begin(), part->end());
  }
  return all;
}

void expect_same(const std::vector<Sample>& read, const std::vector<Sample>& written) {
  ASSERT_EQ(read.size(), written.size());
  for (std::size_t i = 0; i < read.size(); ++i) {
    EXPECT_EQ(read[i].at, written[i].at) << i;
    const Value& a = read[i].value;
    const Value& b = written[i].value;
    // An integer among numbers is read as a number.
    if (a.is_numeric() && b.is_numeric()) {
      EXPECT_EQ(a.numeric(), b.numeric()) << i;
    } else {
      EXPECT_EQ(a, b) << i;
    }
  }
}

std::vector<Sample> series(std::size_t count, const std::function<Value(std::size_t)>& value) {
  std::vector<Sample> samples;
  for (std::size_t i = 0; i < count; ++i) {
    samples.push_back({kStart + Millis(i * 30'000 + i * 7'919 % 1'500), value(i)});
  }
  return samples;
}

TEST(HistoryBlock, ReadsBackEachKindOfValue) {
  const std::vector<std::function<Value(std::size_t)>> kinds = {
      [](std::size_t i) { return Value(static_cast<double>(2'000 + i % 17) / 100); },
      [](std::size_t i) { return Value(static_cast<std::int64_t>(i * i)); },
      [](std::size_t i) { return Value(1.0 / static_cast<double>(i + 1)); },
      [](std::size_t i) { return Value(i % 2 == 0); },
      [](std::size_t i) { return Value(i % 3 == 0 ? "heat" : "idle"); },
      [](std::size_t i) {
        return Value(std::vector<double>{0.1, static_cast<double>(i % 5)});
      },
      [](std::size_t i) { return i % 2 == 0 ? Value() : Value(static_cast<int>(i)); },
      [](std::size_t) { return Value(); },
  };
  for (const auto& kind : kinds) {
    const auto samples = series(1'000, kind);
    expect_same(read_all(blocks_of(samples)), samples);
  }
}

TEST(HistoryBlock, KeepsTheExtremes) {
  const std::vector<std::vector<Value>> cases = {
      {INT64_MIN, INT64_MAX, INT64_MIN, 0, -1},
      {1e308, -1e308, 5e-324, 0.0, 1e-7, 123456.789012},
      {1, 2, 2.5, 2.25, 2.125, 9'007'199'254'740'992.0, 1e300, 3},
      {std::int64_t{1} << 60, 1.5, std::int64_t{1} << 60},
      {true, 1, "1", 1.0, std::vector<double>{1}, Value(), false},
      {"", std::string(kSymbolBytesMax, 'x'), "", std::string("\0", 1)},
  };
  for (const auto& values : cases) {
    std::vector<Sample> samples;
    for (const Value& value : values) samples.push_back({kStart, value});
    samples.push_back({kTimeMax, values[0]});
    expect_same(read_all(blocks_of(samples)), samples);
  }
}

TEST(HistoryBlock, TakesNegativeZeroForZero) {
  const auto read = read_all(blocks_of({{kStart, -0.0}, {kStart, 0.5}, {kStart, -0.0}}));
  EXPECT_FALSE(std::signbit(read[0].value.as_number()));
  EXPECT_FALSE(std::signbit(read[2].value.as_number()));
}

Value random_value(Random& random, int style) {
  const auto n = static_cast<std::int64_t>(random() % 2'000);
  switch (style) {
    case 0:
      return static_cast<double>(n) / 10;
    case 1:
      return random() % 20 == 0 ? Value(n) : Value(static_cast<double>(n) / 100);
    case 2:
      return std::ldexp(static_cast<double>(random()), static_cast<int>(random() % 600) - 300);
    case 3:
      return random() % 2 == 0;
    case 4:
      return std::string(random() % 40, static_cast<char>('a' + random() % 5));
    case 5:
      return static_cast<std::int64_t>(random());
    default:
      return random_value(random, static_cast<int>(random() % 6));
  }
}

std::vector<Sample> random_series(Random& random) {
  std::vector<Sample> samples;
  Millis at = kStart;
  const int style = static_cast<int>(random() % 8);
  const std::uint64_t spread = std::uint64_t{1} << (random() % 30);
  for (std::size_t i = random() % 600 + 1; i > 0; --i) {
    at += Millis(random() % spread);
    const bool gap = random() % 30 == 0;
    samples.push_back({at, gap ? Value() : random_value(random, style)});
  }
  return samples;
}

TEST(HistoryBlock, ReadsBackRandomSeries) {
  Random random(11);
  for (int i = 0; i < 300; ++i) {
    const auto samples = random_series(random);
    expect_same(read_all(blocks_of(samples)), samples);
  }
}

TEST(HistoryBlock, GoesOnWhereItWasLeft) {
  Random random(12);
  for (int i = 0; i < 100; ++i) {
    OpenBlock straight;
    OpenBlock resumed;
    for (const Sample& sample : random_series(random)) {
      std::string payload;
      const bool fresh = resumed.empty();
      resumed.encode(payload);
      if (!fresh) {
        auto again = OpenBlock::decode(payload);
        ASSERT_TRUE(again.has_value());
        resumed = std::move(*again);
      }
      const bool taken = straight.append(sample.at, sample.value);
      ASSERT_EQ(resumed.append(sample.at, sample.value), taken);
      if (!taken) break;
      std::string one;
      std::string other;
      straight.encode(one);
      resumed.encode(other);
      ASSERT_EQ(one, other);
    }
  }
}

TEST(HistoryBlock, RefusesEarlierSamplesAndSaysWhenItIsFull) {
  OpenBlock block;
  EXPECT_TRUE(block.append(kStart, 1));
  EXPECT_FALSE(block.append(kStart - Millis(1), 1));
  EXPECT_FALSE(block.append(kStart, true));
  std::size_t taken = 1;
  while (block.append(kStart + Millis(taken * taken * 1'000), 1.0 / static_cast<double>(taken)))
    ++taken;
  std::string payload;
  block.encode(payload);
  EXPECT_GE(payload.size(), kBlockBytes);
  EXPECT_LE(payload.size(), kBlockBytes + 64);
  EXPECT_EQ(block.count(), taken);
}

TEST(HistoryBlock, KeepsNeitherLongTextsNorLongLists) {
  EXPECT_TRUE(is_kept(std::string(kSymbolBytesMax, 'x')));
  EXPECT_FALSE(is_kept(std::string(kSymbolBytesMax + 1, 'x')));
  EXPECT_TRUE(is_kept(std::vector<double>(kSymbolNumbersMax)));
  EXPECT_FALSE(is_kept(std::vector<double>(kSymbolNumbersMax + 1)));
}

TEST(HistoryBlock, TypicalTelemetryTakesAtMostFiveBytesASample) {
  Random random(13);
  std::vector<Sample> samples;
  Millis at = kStart;
  std::int64_t hundredths = 2'150;
  for (int i = 0; i < 20'000; ++i) {
    at += Millis(30'000 + random() % 2'000 - 1'000);
    hundredths += static_cast<std::int64_t>(random() % 9) - 4;
    samples.push_back({at, static_cast<double>(hundredths) / 100});
  }
  std::size_t bytes = 0;
  for (const std::string& payload : blocks_of(samples)) bytes += payload.size() + 8;
  EXPECT_LE(bytes, samples.size() * 5);
}

TEST(HistoryBlock, EveryFlippedBitOfAFrameIsFound) {
  OpenBlock block;
  for (const Sample& sample :
       series(40, [](std::size_t i) { return Value(i % 3 == 0 ? "a" : "b"); })) {
    ASSERT_TRUE(block.append(sample.at, sample.value));
  }
  std::string frame;
  begin_frame(Table::history, frame);
  block.encode(frame);
  seal_frame(frame);
  ASSERT_TRUE(frame_payload(Table::history, "k", frame).ok());
  EXPECT_FALSE(frame_payload(Table::rollups, "k", frame).ok());
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    std::string bad = frame;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_FALSE(frame_payload(Table::history, "k", bad).ok()) << bit;
  }
}

TEST(HistoryBlock, ReadsNothingBehindItsEndWhateverTheBytesSay) {
  Random random(14);
  for (const auto& payload : blocks_of(random_series(random))) {
    for (std::size_t cut = 0; cut < payload.size(); ++cut) {
      EXPECT_FALSE(read_block(std::string_view(payload).substr(0, cut)).has_value());
    }
    for (int i = 0; i < 2'000; ++i) {
      std::string bad = payload;
      bad[random() % bad.size()] = static_cast<char>(random());
      const auto read = read_block(bad);
      EXPECT_LE(read ? read->size() : 0, kBlockSamplesMax);
    }
  }
}

TEST(HistoryBytes, NumbersTakeTheirShortestForm) {
  for (const double v : {0.0, 21.5, -3.14, 1e15, 0.000001, 1.0 / 3, 1e300, -5e-324}) {
    std::string out;
    put_number(out, v);
    ByteReader reader(out);
    EXPECT_EQ(reader.number(), v);
    EXPECT_TRUE(reader.done());
  }
  std::string long_form;
  long_form.push_back('\2');
  put_int(long_form, 2'150);  // 21.50 instead of 21.5
  ByteReader reader(long_form);
  (void)reader.number();
  EXPECT_FALSE(reader.ok());
}

}  // namespace
}  // namespace attune::store::history
