#include "store/history/recorder.h"

#include <gtest/gtest.h>

#include <random>

#include "tests/unit/store/history/harness.h"

namespace attune::store::history {
namespace {

using Random = std::mt19937_64;

/// What every series was, in plain lists, and how the questions are answered from them.
class Truth {
 public:
  void add(const std::string& path, Millis at, const Value& value) {
    std::vector<Sample>& all = samples_[path];
    const bool same = !all.empty() && all.back().value == value;
    if (!same && !(all.empty() && !value.has_value())) all.push_back({at, value});
  }
  [[nodiscard]] std::vector<Sample> range(const std::string& path, Millis from, Millis to) const {
    std::vector<Sample> found;
    for (const Sample& sample : samples_.at(path)) {
      if (sample.at >= from && sample.at < to) found.push_back(sample);
    }
    return found;
  }
  [[nodiscard]] std::optional<Held> at(const std::string& path, Millis at) const {
    std::optional<Held> held;
    for (const Sample& sample : samples_.at(path)) {
      if (sample.at > at) break;
      if (!held) held.emplace();
      if (sample.value.has_value()) {
        held = Held{sample, std::nullopt};
      } else {
        held->lost = sample.at;
      }
    }
    return held;
  }
  /// The integral of the staircase over [from, to), and how long it was known.
  [[nodiscard]] std::pair<double, double> integral(const std::string& path, Millis from,
                                                   Millis to) const {
    double sum = 0;
    double known = 0;
    const std::vector<Sample>& all = samples_.at(path);
    for (std::size_t i = 0; i < all.size(); ++i) {
      const Millis begin = std::max(all[i].at, from);
      const Millis end = std::min(i + 1 < all.size() ? all[i + 1].at : to, to);
      if (end <= begin || !all[i].value.has_value()) continue;
      sum += all[i].value.numeric() * static_cast<double>((end - begin).count());
      known += static_cast<double>((end - begin).count());
    }
    return {sum, known};
  }
  [[nodiscard]] const std::map<std::string, std::vector<Sample>>& all() const { return samples_; }

 private:
  std::map<std::string, std::vector<Sample>> samples_;
};

/// A home that lives for some days: harness and truth hear the same.
class Home {
 public:
  explicit Home(std::uint64_t seed, const Bounds& bounds = {}) : harness(bounds), random_(seed) {}

  void live(Millis until) {
    while (now < until) {
      now += Millis(random_() % 40'000);
      one_change();
      if (now >= flush_at_) flush();
    }
  }
  void flush() {
    harness.flush(now, random_() % 5 != 0);
    flush_at_ = now + kMinute;
    if (random_() % 40 == 0) harness.restart();
  }

  Harness harness;
  Truth truth;
  Millis now = kNoon;

 private:
  void one_change() {
    const std::uint64_t which = random_() % 200 * (random_() % 200) / 200;
    const std::string path = "d" + std::to_string(which) + ".x";
    const bool gap = random_() % 25 == 0;
    const auto n = static_cast<std::int64_t>(random_() % 500);
    const Value value = gap              ? Value()
                        : which % 3 == 0 ? Value(n)
                                         : Value(static_cast<double>(n) / 10);
    if (gap) {
      const auto before = truth.all().find(path);
      Value last;
      if (before != truth.all().end()) {
        for (const Sample& sample : before->second) {
          if (sample.value.has_value()) last = sample.value;
        }
      }
      harness.change(path, now, last, "stale");
    } else {
      harness.change(path, now, value);
    }
    truth.add(path, now, value);
  }

  Random random_;
  Millis flush_at_ = kNoon;
};

void expect_same_series(const Home& home) {
  for (const auto& [path, samples] : home.truth.all()) {
    const Range all = home.harness.range(path, Millis(0), home.now + kMinute);
    ASSERT_EQ(all.samples.size(), samples.size()) << path;
    EXPECT_EQ(all.samples, samples) << path;
    EXPECT_FALSE(all.more);
  }
}

TEST(HistoryRecorder, TellsWhatWasThroughFlushesFailuresAndRestarts) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    Home home(seed);
    home.live(kNoon + 60 * 60 * kMinute);
    expect_same_series(home);
  }
}

TEST(HistoryRecorder, AnswersAnyMomentOfAnySeries) {
  Home home(21);
  home.live(kNoon + 50 * 60 * kMinute);
  Random random(22);
  for (const auto& [path, samples] : home.truth.all()) {
    for (int i = 0; i < 20; ++i) {
      const Millis at = kNoon - kMinute + Millis(random() % ((home.now - kNoon).count() + 120'000));
      EXPECT_EQ(home.harness.at(path, at), home.truth.at(path, at))
          << path << ' ' << format_utc(at);
    }
  }
}

TEST(HistoryRecorder, ShowsTheWholeHomeAsItWas) {
  Home home(31);
  home.live(kNoon + 50 * 60 * kMinute);
  for (int hours = 0; hours < 50; hours += 7) {
    const Millis at = kNoon + hours * 60 * kMinute;
    std::map<std::string, Held> shown;
    for (const HomeValue& value : home.harness.home(at)) shown.emplace(value.path, value.held);
    for (const auto& [path, samples] : home.truth.all()) {
      const auto held = home.truth.at(path, at);
      ASSERT_EQ(shown.count(path) == 1, held.has_value()) << path;
      if (held) {
        EXPECT_EQ(shown.at(path), *held) << path;
      }
    }
  }
}

void expect_buckets(const Home& home, Millis from, Millis to, std::size_t count, Source source) {
  for (const auto& [path, samples] : home.truth.all()) {
    const Buckets found = home.harness.buckets(path, from, to, count);
    ASSERT_EQ(found.source, source);
    std::uint64_t counted = 0;
    for (const Bucket& bucket : found.buckets) {
      const Millis end = std::min(bucket.start + found.width, to);
      const auto [sum, known] = home.truth.integral(path, bucket.start, end);
      EXPECT_EQ(static_cast<double>(bucket.known_ms), known) << path << format_utc(bucket.start);
      EXPECT_LE(bucket.min, bucket.max);
      if (known > 0) {
        EXPECT_NEAR(bucket.mean, sum / known, 1e-6) << path << ' ' << format_utc(bucket.start);
        EXPECT_GE(bucket.mean, bucket.min - 1e-9);
        EXPECT_LE(bucket.mean, bucket.max + 1e-9);
      }
      counted += bucket.count;
    }
    std::uint64_t expected = 0;
    const Millis begin = source == Source::samples ? from : floor_to(from, length(Level::hour));
    for (const Sample& sample : home.truth.range(path, begin, to)) {
      expected += sample.value.has_value() ? 1 : 0;
    }
    EXPECT_EQ(counted, expected) << path;
  }
}

TEST(HistoryRecorder, BucketsOfSamplesAreThoseOfTheStaircase) {
  Home home(41);
  home.live(kNoon + 30 * 60 * kMinute);
  expect_buckets(home, kNoon + 7 * kMinute, home.now + Millis(1), 100, Source::samples);
}

TEST(HistoryRecorder, BucketsOfHoursAreThoseOfTheStaircase) {
  Home home(42);
  home.live(kNoon + 110 * 60 * kMinute);
  expect_buckets(home, kNoon + 90 * kMinute, home.now + Millis(1), 200, Source::hours);
}

TEST(HistoryRecorder, BucketsOfDaysAreThoseOfTheStaircase) {
  Home home(43);
  home.live(kNoon + 150 * 60 * kMinute);
  expect_buckets(home, floor_to(kNoon, kDayLength), home.now + Millis(1), 8, Source::days);
}

TEST(HistoryRecorder, AStartKnowsExactlyWhatWasOpen) {
  Home home(51);
  home.live(kNoon + 10 * 60 * kMinute);
  std::map<std::string, std::string> open;
  for (SeriesId id = 0; id < home.harness.recorder().size(); ++id) {
    open[home.harness.recorder().path(id)] = home.harness.recorder().series(id).pack();
  }
  home.harness.restart();
  ASSERT_EQ(home.harness.recorder().size(), open.size());
  for (SeriesId id = 0; id < home.harness.recorder().size(); ++id) {
    EXPECT_EQ(home.harness.recorder().series(id).pack(), open[home.harness.recorder().path(id)]);
  }
}

TEST(HistoryRecorder, AStartReadsAtMostAFewMinutesOfTheLog) {
  Home home(52);
  home.live(kNoon + 5 * 60 * kMinute);
  std::uint64_t last = 0;
  Harness& harness = home.harness;
  for (int minute = 0; minute < 12; ++minute) {
    harness.change("late.x", home.now + minute * kMinute, minute);
    last = number(harness.recorder().resume_after());
    harness.flush(home.now + minute * kMinute);
  }
  const Revision resume = harness.recorder().resume_after();
  EXPECT_GT(number(resume), last - 12);
}

TEST(HistoryRecorder, IdsStayWithTheirNames) {
  Harness harness;
  for (int i = 0; i < 300; ++i) harness.change("d" + std::to_string(i) + ".x", kNoon, i);
  harness.flush(kNoon);
  std::map<std::string, SeriesId> ids;
  for (SeriesId id = 0; id < harness.recorder().size(); ++id) ids[harness.recorder().path(id)] = id;
  harness.restart();
  harness.change("d_new.x", kNoon + kMinute, 1);
  for (const auto& [path, id] : ids) EXPECT_EQ(harness.recorder().find(path), id);
  EXPECT_EQ(harness.recorder().find("d_new.x"), 300u);
}

TEST(HistoryRecorder, WhatIsStaleIsNotKnownButWhatItWasStands) {
  Harness harness;
  harness.change("a.x", kNoon, 21.5);
  harness.change("a.x", kNoon + kMinute, 21.5, "stale");
  harness.change("b.x", kNoon, 7, "stale");
  const Held lost{{kNoon, 21.5}, kNoon + kMinute};
  EXPECT_EQ(harness.at("a.x", kNoon + 5 * kMinute), lost);
  EXPECT_EQ(harness.at("b.x", kNoon), (Held{{kNoon, 7}, kNoon}));
}

TEST(HistoryRecorder, AMomentaryEventHoldsForNoTime) {
  Harness harness;
  harness.change("button.action", kNoon, "single", "event");
  harness.change("button.action", kNoon + kMinute, "single", "event");
  const Range all = harness.range("button.action", Millis(0), kNoon + 2 * kMinute);
  const std::vector<Sample> expected = {
      {kNoon, "single"}, {kNoon, Value()}, {kNoon + kMinute, "single"}, {kNoon + kMinute, Value()}};
  EXPECT_EQ(all.samples, expected);
}

TEST(HistoryRecorder, AvailabilityIsASeries) {
  Harness harness;
  Change change;
  change.kind = ChangeKind::liveness;
  change.device = "lamp";
  change.status = "offline";
  change.at = {kNoon, kNoon};
  harness.log(change);
  EXPECT_EQ(harness.at("lamp.$availability", kNoon)->sample.value, Value("offline"));
}

TEST(HistoryRecorder, OfADeviceThatLeftNothingIsKnownFromThenOn) {
  Harness home;
  home.change("lamp.on", kNoon, true);
  home.change("lamp_2.on", kNoon, true);
  Change removal;
  removal.kind = ChangeKind::removed;
  removal.device = "lamp";
  removal.at.wall = kNoon + kMinute;
  home.log(removal);
  for (int start = 0; start < 2; ++start) {
    const auto held = home.at("lamp.on", kNoon + 2 * kMinute);
    ASSERT_TRUE(held);
    EXPECT_EQ(held->lost, kNoon + kMinute);
    EXPECT_EQ(home.at("lamp_2.on", kNoon + 2 * kMinute)->lost, std::nullopt);
    home.flush(kNoon + 15 * kMinute);
    home.restart();
  }
}

TEST(HistoryRecorder, AClockThatIsSetBackLosesNothing) {
  Harness harness;
  harness.change("a.x", kNoon, 1);
  harness.change("a.x", kNoon - kMinute, 2);       // a little: time stands still
  harness.change("a.x", kNoon - 60 * kMinute, 3);  // a lot: history goes back with it
  harness.change("a.x", kNoon - 59 * kMinute, 4);
  const std::vector<Sample> expected = {
      {kNoon - 60 * kMinute, 3}, {kNoon - 59 * kMinute, 4}, {kNoon, 1}, {kNoon, 2}};
  EXPECT_EQ(harness.range("a.x", Millis(0), kNoon + kMinute).samples, expected);
  harness.recorder().hurry();
  harness.flush(kNoon);
  EXPECT_EQ(harness.range("a.x", Millis(0), kNoon + kMinute).samples, expected);
}

TEST(HistoryRecorder, PagesOfARangeJoinWithoutAGapOrARepetition) {
  Home home(61);
  home.live(kNoon + 20 * 60 * kMinute);
  const std::string path = "d0.x";
  const Range all = home.harness.range(path, Millis(0), home.now);
  std::vector<Sample> joined;
  Millis from{0};
  for (Range page; joined.empty() || page.more;) {
    page = home.harness.range(path, from, home.now, 7);
    joined.insert(joined.end(), page.samples.begin(), page.samples.end());
    from = joined.back().at + Millis(1);
  }
  EXPECT_EQ(joined, all.samples);
}

TEST(HistoryRetention, RawSamplesLeaveByAgeAndRollupsStay) {
  Bounds bounds;
  bounds.raw = 2 * kDayLength;
  bounds.hourly = 4 * kDayLength;
  Home home(71, bounds);
  home.live(kNoon + 6 * kDayLength);
  for (int i = 0; i < 60; ++i) home.harness.flush(home.now += kMinute);
  const Millis kept = floor_to(home.now - 2 * kDayLength, kDayLength);
  const Range raw = home.harness.range("d0.x", Millis(0), home.now);
  ASSERT_FALSE(raw.samples.empty());
  EXPECT_GE(raw.samples.front().at, kept);
  EXPECT_EQ(raw.samples, home.truth.range("d0.x", kept, home.now));
  EXPECT_EQ(home.harness.at("d0.x", kept + kMinute), home.truth.at("d0.x", kept + kMinute));
  EXPECT_EQ(home.harness.buckets("d0.x", kNoon, home.now, 1'000).source, Source::days);
}

TEST(HistoryRetention, SizeIsBounded) {
  Bounds bounds;
  bounds.raw_bytes_max = 100'000;
  bounds.rollup_bytes_max = 60'000;
  Home home(72, bounds);
  home.live(kNoon + 8 * kDayLength);
  for (int i = 0; i < 60; ++i) home.harness.flush(home.now += kMinute);
  const Totals& totals = home.harness.recorder().totals();
  const Range raw = home.harness.range("d0.x", Millis(0), home.now);
  EXPECT_GT(raw.samples.front().at, kNoon);
  EXPECT_LE(totals.rollup_bytes, 61'000u);
  std::uint64_t bytes = 0;
  for (const auto& [key, row] : home.harness.layer().rows(Table::history)) {
    const bool counted =
        key[0] == static_cast<char>(Kind::block) || key[0] == static_cast<char>(Kind::carry);
    if (row && counted) bytes += key.size() + row->size();
  }
  EXPECT_EQ(bytes, totals.raw_bytes);
}

TEST(HistoryRecorder, ADamagedRowIsNamedAndNotServed) {
  Home home(81);
  home.live(kNoon + 30 * 60 * kMinute);
  for (const Table table : {Table::history, Table::symbols}) {
    for (const auto& [key, row] : home.harness.layer().rows(table)) {
      if (!row || key[0] == static_cast<char>(Kind::block)) continue;
      if (table == Table::history && key[0] == static_cast<char>(Kind::carry)) continue;
      Layer broken = home.harness.layer();
      std::string bad = *row;
      bad[bad.size() / 2] = static_cast<char>(bad[bad.size() / 2] ^ 4);
      broken.set(table, key, bad);
      NoTables none;
      Recorder recorder;
      const Status restored = recorder.restore(LayeredReader(none, broken));
      ASSERT_FALSE(restored.ok());
      EXPECT_EQ(restored.error().code, "corrupt");
    }
  }
}

}  // namespace
}  // namespace attune::store::history
