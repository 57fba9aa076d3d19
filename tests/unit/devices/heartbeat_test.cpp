#include "devices/heartbeat.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <limits>

namespace attune::devices {
namespace {

constexpr std::array kKinds = {LinkKind::unknown, LinkKind::wired,    LinkKind::wifi,
                               LinkKind::mesh,    LinkKind::cellular, LinkKind::radio};

/// The same numbers from the same seed, everywhere.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}
  /// 0 to 1, without 1.
  double next() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11) / 9007199254740992.0;
  }
  /// Of an exponential distribution.
  double wait(double mean) { return -mean * std::log(1 - next()); }

 private:
  std::uint64_t state_;
};

/// A link that is well for a while and then loses nearly everything for a while.
struct Weather {
  double well_s, ill_s;        ///< mean lengths of both
  double loss_well, loss_ill;  ///< share that is lost
  double rtt_ms, rtt_ill_ms;
};

struct Tally {
  int messages = 0;
  int false_offline = 0;
  double longest_patience_s = 0;
};

/// A day of a device that never fails, over such a link. `fixed` is every 30 s, away after three.
Tally live_a_day(const Weather& weather, LinkKind kind, bool fixed, std::uint64_t seed) {
  Dice dice(seed);
  LinkQuality quality;
  Tally tally;
  double now = 0;
  double heard = 0;
  bool well = true;
  bool offline = false;
  double turns_at = dice.wait(weather.well_s);
  std::uint64_t lost = 0;
  double interval = 30;
  double patience = 90;
  constexpr double kDay = 86'400;
  while (now < kDay) {
    now += interval;
    while (turns_at < now) {
      well = !well;
      turns_at += dice.wait(well ? weather.well_s : weather.ill_s);
    }
    ++tally.messages;
    const double rtt = (well ? weather.rtt_ms : weather.rtt_ill_ms) * (0.5 + dice.wait(0.5));
    const bool arrives = dice.next() >= (well ? weather.loss_well : weather.loss_ill);
    // Its own watch ends at this moment at the earliest: a silence longer than patience is noticed.
    if (!offline && now + rtt / 1000 - heard > patience) {
      offline = true;
      ++tally.false_offline;
    }
    if (!arrives) {
      ++lost;
      continue;
    }
    heard = now + rtt / 1000;
    offline = false;
    note_heartbeat(quality, rtt, lost);
    lost = 0;
    if (fixed) continue;
    const Heartbeat next = next_heartbeat(quality, kind);
    interval = static_cast<double>(next.interval.count()) / 1000;
    patience = static_cast<double>(next.patience.count()) / 1000;
    tally.longest_patience_s = std::max(tally.longest_patience_s, patience);
  }
  return tally;
}

Tally live_a_month(const Weather& weather, LinkKind kind, bool fixed) {
  Tally all;
  for (std::uint64_t day = 1; day <= 30; ++day) {
    const Tally one = live_a_day(weather, kind, fixed, day * 7919);
    all.messages += one.messages;
    all.false_offline += one.false_offline;
    all.longest_patience_s = std::max(all.longest_patience_s, one.longest_patience_s);
  }
  return all;
}

TEST(Heartbeat, AQuietLinkIsAskedSeldomARestlessOneOften) {
  const LinkQuality quiet{40, 1, 0};
  const LinkQuality restless{400, 600, 0.3};
  for (const LinkKind kind : kKinds) {
    EXPECT_GT(next_heartbeat(quiet, kind).interval, next_heartbeat(restless, kind).interval);
  }
}

TEST(Heartbeat, StaysWithinTheBoundsOfItsLink) {
  const std::array<std::pair<int, int>, 6> bounds = {
      {{30, 40}, {30, 60}, {30, 45}, {30, 60}, {60, 120}, {300, 900}}};
  const std::array<int, 6> patience_max_s = {192, 225, 192, 225, 450, 3'200};
  Dice dice(3);
  for (int i = 0; i < 2'000; ++i) {
    const LinkQuality quality{dice.wait(300), dice.wait(300), dice.next()};
    for (std::size_t k = 0; k < kKinds.size(); ++k) {
      const Heartbeat next = next_heartbeat(quality, kKinds[k]);
      EXPECT_GE(next.interval, std::chrono::seconds(bounds[k].first));
      EXPECT_LE(next.interval, std::chrono::seconds(bounds[k].second));
      EXPECT_GE(next.patience, 3 * next.interval);
      const double slack_ms = quality.rtt_ms + 4 * quality.variation_ms + 1;
      EXPECT_LE(static_cast<double>(next.patience.count()), patience_max_s[k] * 1000.0 + slack_ms);
    }
  }
}

TEST(Heartbeat, PatienceCoversTheRoundTripAndItsVariation) {
  const Heartbeat near = next_heartbeat({40, 1, 0}, LinkKind::wired);
  const Heartbeat far = next_heartbeat({2'040, 1, 0}, LinkKind::wired);
  EXPECT_EQ(far.patience - near.patience, Millis(2'000));
}

TEST(Heartbeat, TheFirstMeasureCountsWholeTheNextAnEighth) {
  LinkQuality quality;
  note_heartbeat(quality, 80, 0);
  EXPECT_EQ(quality.rtt_ms, 80);
  EXPECT_EQ(quality.variation_ms, 40);
  note_heartbeat(quality, 160, 0);
  EXPECT_EQ(quality.rtt_ms, 90);
  EXPECT_EQ(quality.variation_ms, 50);
}

TEST(Heartbeat, LossRisesWithGapsAndHealsWithoutThem) {
  LinkQuality quality;
  note_heartbeat(quality, 40, 3);
  const double after = quality.loss;
  EXPECT_GT(after, 0.1);
  for (int i = 0; i < 100; ++i) note_heartbeat(quality, 40, 0);
  EXPECT_LT(quality.loss, after / 50);
}

TEST(Heartbeat, MeasuresThatCannotBeCountAsNone) {
  LinkQuality quality;
  for (const double wrong : {-1.0, 1e12, std::numeric_limits<double>::quiet_NaN(),
                             std::numeric_limits<double>::infinity()}) {
    note_heartbeat(quality, wrong, std::numeric_limits<std::uint64_t>::max());
    EXPECT_EQ(quality.rtt_ms, 0);
  }
  EXPECT_LE(quality.loss, 1);
}

TEST(Heartbeat, WordsOfLinksHaveTheirKind) {
  EXPECT_EQ(link_kind("wifi"), LinkKind::wifi);
  EXPECT_EQ(link_kind("lora"), LinkKind::radio);
  EXPECT_FALSE(link_kind("pigeon").has_value());
}

// Against 30 s for everybody, away after three missed: fewer that are called away while they are
// not, no more messages, and nobody waits longer than the header says.
TEST(Heartbeat, FewerFalseOfflinesThanThirtySecondsAtNoMoreTraffic) {
  const std::pair<LinkKind, Weather> links[] = {
      {LinkKind::wifi, {1'800, 60, 0.02, 0.9, 40, 600}},
      {LinkKind::mesh, {900, 45, 0.05, 0.85, 120, 900}},
      {LinkKind::cellular, {3'600, 90, 0.03, 0.95, 300, 3'000}},
      {LinkKind::unknown, {1'200, 60, 0.05, 0.9, 100, 1'000}}};
  for (const auto& [kind, weather] : links) {
    const Tally fixed = live_a_month(weather, kind, true);
    const Tally adaptive = live_a_month(weather, kind, false);
    ASSERT_GT(fixed.false_offline, 20);
    EXPECT_LT(2 * adaptive.false_offline, fixed.false_offline);
    EXPECT_LE(adaptive.messages, fixed.messages);
    EXPECT_LE(adaptive.longest_patience_s, kind == LinkKind::cellular ? 460 : 230);
    RecordProperty("fixed_" + std::to_string(static_cast<int>(kind)), fixed.false_offline);
    RecordProperty("adaptive_" + std::to_string(static_cast<int>(kind)), adaptive.false_offline);
  }
}

}  // namespace
}  // namespace attune::devices
