#include "store/codec.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/unit/store/samples.h"

namespace attune::store {
namespace {

std::string hex(const std::string& bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

template <class R>
std::string key(const R& record) {
  std::string out;
  encode_key(record, out);
  return out;
}

template <class R>
std::string value(const R& record) {
  std::string out;
  encode_value(record, out);
  return out;
}

/// A record is these bytes for ever: a store in somebody's house holds them.
template <class R>
void expect_bytes(const R& record, const std::string& key_hex, const std::string& value_hex) {
  EXPECT_EQ(hex(key(record)), key_hex);
  EXPECT_EQ(hex(value(record)), value_hex);
  const auto read = decode<R>(key(record), value(record));
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(*read == record);
}

TEST(CodecFormat, WritesTheIdentityAsEver) {
  expect_bytes(sample_identity(), "73746f7265",
               "0200010033762646"
               "2430663165326433632d346235612d343937382d383739362d61356234633364326531663003");
}
TEST(CodecFormat, WritesThePositionAsEver) {
  expect_bytes(sample_position(), "706f736974696f6e",
               "010001006bb33f4a"
               "e807d08304de070a4d05f6d583adf86682f0b2520001098020");
}
TEST(CodecFormat, WritesALogEntryAsEver) {
  expect_bytes(sample_entry(), "000000000000012d",
               "0200020046f0b948"
               "ac02ad02f6d583adf86682f0b252040968616c6c5f6c616d70026f6e01010502333333333333d33f"
               "9a9999999999d93f0473656e7405636d642d3701177a6967626565326d7174742f68616c6c5f6d6f"
               "74696f6eac02ab020106020d");
}
TEST(CodecFormat, WritesAStateRowAsEver) {
  expect_bytes(sample_state(), "68616c6c5f6c616d702e6f6e",
               "0200030098dc5737"
               "0968616c6c5f6c616d70026f6e030000000000803540ad020cf6d583adf86682f0b252010201177a"
               "6967626565326d7174742f68616c6c5f6d6f74696f6eac02ab02022c0f72756c653a68616c6c2d6c"
               "69676874aa02dfc508dfc5080004a9021101a202");
}
std::string unhex(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

TEST(CodecFormat, ReadsALogEntryOfFormat1WithoutClockAndPrior) {
  const std::string bytes = unhex(
      "0100020071569220"
      "ac02ad02f6d583adf86682f0b252040968616c6c5f6c616d70026f6e01010502333333333333d33f"
      "9a9999999999d93f0473656e7405636d642d3701177a6967626565326d7174742f68616c6c5f6d6f"
      "74696f6eac02ab0201");
  LogEntry expected = sample_entry();
  expected.change = in_format_1(expected.change);
  const auto read = decode<LogEntry>(key(expected), bytes);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(*read == expected);
}

TEST(CodecFormat, ReadsAStateRowOfFormat1WithoutClocks) {
  const std::string bytes = unhex(
      "01000300081b3072"
      "0968616c6c5f6c616d70026f6e030000000000803540ad020cf6d583adf86682f0b252010201177a"
      "6967626565326d7174742f68616c6c5f6d6f74696f6eac02ab02022c0f72756c653a68616c6c2d6c"
      "69676874aa02");
  const StateRow expected = in_format_1(sample_state());
  const auto read = decode<StateRow>(key(expected), bytes);
  ASSERT_TRUE(read.ok()) << read.error().message;
  EXPECT_TRUE(*read == expected);
}

TEST(Codec, RefusesAChangeWhoseForerunnerComesAfterIt) {
  LogEntry entry = sample_entry();
  entry.change.prior = Revision{300};
  std::string bytes = value(entry);
  bytes.back() = '\x7f';  // 127 revisions before, where there are only 301: still fine
  reseal_value(bytes);
  ASSERT_TRUE(decode<LogEntry>(key(entry), bytes).ok());
  bytes.back() = '\xad';
  bytes += '\x02';  // 301 before: before the first
  reseal_value(bytes);
  EXPECT_FALSE(decode<LogEntry>(key(entry), bytes).ok());
}

TEST(CodecFormat, WritesACommandAsEver) {
  expect_bytes(sample_command(), "0000000000000007",
               "0100040038884234"
               "07060968616c6c5f6c616d70026f6e040468656174f6d583adf86682f0b2520190d783adf8669cf1"
               "b252d6aa87adf866e2c4b6520301177a6967626565326d7174742f68616c6c5f6d6f74696f6eac02"
               "ab02ad02096e6f20616e73776572");
}
TEST(CodecFormat, WritesAClaimAsEver) {
  expect_bytes(sample_claim(), "68616c6c5f6c616d702e6f6e0002616e6e61",
               "020005000eb1b152"
               "0968616c6c5f6c616d70026f6e0204616e6e61024fa206f6d583adf86682f0b2520101177a696762"
               "6565326d7174742f68616c6c5f6d6f74696f6eac02ab02ad020664696e6e6572000000");
}
TEST(CodecFormat, WritesABaseAsEver) {
  expect_bytes(sample_base(), "68616c6c5f6c616d702e6f6e",
               "0100060070c966f5"
               "0968616c6c5f6c616d70026f6e0100");
}
TEST(CodecFormat, WritesARuleStateAsEver) {
  expect_bytes(sample_rule(), "68616c6c2d6c69676874",
               "010007000695592f"
               "0a68616c6c2d6c6967687490e4d0b287d3aeeefe0104f6d583adf86682f0b252f6d583adf86682f0"
               "b25201f6d583adf86682f0b25201010103ad02ab02");
}
TEST(CodecFormat, WritesATimerAsEver) {
  expect_bytes(sample_timer(), "0668616c6c5f6c616d702e6f6e",
               "01000800d5183ede"
               "060c68616c6c5f6c616d702e6f6e09");
}
TEST(CodecFormat, WritesATombstoneAsEver) {
  const Tombstone tombstone{Revision{300},
                            DeviceId("hall_lamp"),
                            {Millis(1'000), Millis(-2)},
                            {Millis(1'007), 5},
                            {CauseKind::message, "z/devices", {}}};
  expect_bytes(tombstone, "000000000000012c",
               "01000f0028c524f1"
               "ac020968616c6c5f6c616d70d00f030e0501097a2f6465766963657300");
}
TEST(CodecFormat, WritesABlobAsEver) {
  expect_bytes(sample_blob(),
               "646973636f76657279007a6967626565326d7174742f6272696467652f64657669636573",
               "010009008bb5bd8c"
               "09646973636f766572791a7a6967626565326d7174742f6272696467652f646576696365730300ff"
               "5b");
}

TEST(Codec, ReadsBackEveryKindOfValue) {
  for (const Value& each :
       {Value(), Value(true), Value(false), Value(0), Value(INT64_MIN), Value(INT64_MAX),
        Value(-0.0), Value(1e308), Value(5e-324), Value(""), Value(std::string("\0\n", 2)),
        Value(std::vector<double>{}), Value(std::vector<double>{0.1, -2})}) {
    const Base base{{DeviceId("a"), "b"}, each};
    const auto read = decode<Base>(key(base), value(base));
    ASSERT_TRUE(read.ok()) << read.error().message;
    EXPECT_EQ(hex(value(*read)), hex(value(base)));
  }
}

TEST(Codec, ReadsBackRandomRecords) {
  Dice dice(7);
  for (int i = 0; i < 5'000; ++i) {
    std::visit(
        [](const auto& record) {
          using R = std::decay_t<decltype(record)>;
          const auto read = decode<R>(key(record), value(record));
          ASSERT_TRUE(read.ok()) << read.error().message;
          EXPECT_TRUE(*read == record);
        },
        dice.write().record);
  }
}

TEST(Codec, FindsEveryFlippedBitOfAValue) {
  const std::string whole = value(sample_state());
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    std::string bad = whole;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    const auto read = decode<StateRow>(key(sample_state()), bad);
    ASSERT_FALSE(read.ok()) << bit;
    EXPECT_EQ(read.error().code, "corrupt");
    EXPECT_NE(read.error().message.find("state/hall_lamp.on"), std::string::npos);
  }
}

TEST(Codec, FindsEveryCutOfAValue) {
  const std::string whole = value(sample_entry());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const auto read = decode<LogEntry>(key(sample_entry()), whole.substr(0, size));
    ASSERT_FALSE(read.ok()) << size;
    EXPECT_EQ(read.error().code, "corrupt");
    EXPECT_NE(read.error().message.find("log/301"), std::string::npos);
  }
}

TEST(Codec, RefusesAValueUnderAnotherKey) {
  const auto read = decode<StateRow>("hall_lamp.off", value(sample_state()));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, "corrupt");
}

TEST(Codec, RefusesAValueOfAnotherTable) {
  const Base base = sample_base();
  const auto read = decode<StateRow>(key(base), value(base));
  ASSERT_FALSE(read.ok());
  EXPECT_EQ(read.error().code, "corrupt");
}

TEST(Codec, KeepsKeysWithinWhatTheDatabaseTakes) {
  const std::string longest(5'000, 'x');
  const Blob one{"space", longest + "1", "bytes"};
  const Blob two{"space", longest + "2", "bytes"};
  EXPECT_LE(key(one).size(), kKeyBytesMax);
  EXPECT_NE(key(one), key(two));
  EXPECT_TRUE(decode<Blob>(key(one), value(one)).ok());
  EXPECT_EQ(key(Timer{TimerKind::hold, "", {}}).size(), 1u);
  EXPECT_EQ(key(RuleState{}).size(), 1u) << "an empty key is refused by LMDB";
}

TEST(Codec, OrdersNumberedKeysAsTheirNumbers) {
  std::string before;
  encode_number_key(0, before);
  for (const std::uint64_t each : {1ull, 255ull, 256ull, 65'536ull, ~0ull}) {
    std::string after;
    encode_number_key(each, after);
    EXPECT_LT(before, after);
    before = after;
  }
}

}  // namespace
}  // namespace attune::store
