#include "broker/core/signals.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "rules/signals.h"
#include "tests/support/core_home.h"

namespace attune::core {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

/// A core on a store in memory, with a few sensors and lamps, on simulated time.
class Home final : public support::CoreHome {
 public:
  explicit Home(const std::string& rules, const std::string& start = "2026-01-15T12:00:00",
                const std::string& zone = "Europe/Berlin",
                std::optional<Place> place = Place{52.52, 13.405})
      : CoreHome(start) {
    describe("window", "contact", {{"open", ValueType::boolean}});
    describe("door", "contact", {{"open", ValueType::boolean}});
    describe("meter", "plug", {{"power", ValueType::number}});
    describe("lamp", "light", {{"on", ValueType::boolean, true}});
    site_.zone = *cel::Zone::find(zone);
    site_.place = place;
    text_ = "version: 1\n" + rules;
    restart();
  }

  void available(const std::string& device, Availability availability) {
    devices::Decoded decoded;
    decoded.availability.push_back({*catalog_.table().find_device(device), availability});
    step(MessageArrived{Arrival::live, "home/" + device, &decoded});
  }
  void set_clock(Millis by) { now_.wall += by; }
  void restart() { CoreHome::start(rules_of(text_), site_); }

  /// What the expression is now: `true`, `21.5`, `"on"`, or `null` while it is unknown.
  [[nodiscard]] std::string value(const std::string& signal) const {
    const auto id = catalog_.table().find(rules::kSignalDevice, signal);
    return id ? to_json(core_->image().value(*id)) : "no such signal";
  }

  std::vector<std::string> decisions;  ///< what rules did and what was wanted, with its moment

 private:
  struct Named {
    std::string name;
    ValueType type;
    bool writable = false;
  };
  void describe(const std::string& id, const std::string& capability,
                const std::vector<Named>& attributes) {
    DeviceInfo info;
    info.id = DeviceId(id);
    info.label = id;
    info.capabilities = {capability};
    for (const Named& named : attributes) {
      AttributeInfo attribute;
      attribute.name = named.name;
      attribute.type = named.type;
      attribute.writable = named.writable;
      info.attributes.push_back(attribute);
    }
    catalog_.describe(info);
  }
  void see(const Outcome& out, const std::vector<Write>& /*rows*/) override {
    for (const Change& change : out.changes) {
      if (change.kind != ChangeKind::rule && change.kind != ChangeKind::desired) continue;
      decisions.push_back(format_utc(change.at.wall) + " " + change.device + "." +
                          change.attribute + " " + to_json(change.value) + " " + change.status +
                          " because " + change.cause.id);
    }
  }

  Site site_;
  std::string text_;
};

/// A rule that reads the expression, so that it is kept.
std::string reading(const std::string& condition) {
  return "rules:\n  it:\n    when: |\n      " + condition +
         "\n    want: {lamp.on: true}\ndefaults: {lamp.on: false}\n";
}

TEST(Signals, TrueForFlipsExactlyWhenItsTimeIsOver) {
  Home home(reading("true_for(window.open, '5m')"));
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "null");
  home.say("window.open", true);
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "false");
  home.pass(minutes(5) - Millis(1));
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "false");
  home.pass(Millis(1));
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "true");
  home.say("window.open", false);
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "false");
}

TEST(Signals, TrueForBeginsAgainAfterEachInterruption) {
  Home home(reading("true_for(window.open, '5m')"));
  home.say("window.open", true);
  home.pass(minutes(4));
  home.say("window.open", false);
  home.say("window.open", true);
  home.pass(minutes(4));
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "false");
  home.available("window", Availability::offline);
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "null");
  home.available("window", Availability::online);
  home.pass(minutes(4));
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "false") << "unknown is not true";
  home.pass(minutes(1));
  EXPECT_EQ(home.value("true_for(window.open, '5m')"), "true");
}

TEST(Signals, AFreshSignalCountsWhatStoodBefore) {
  Home home(reading("window.open"));
  home.say("window.open", true);
  home.pass(minutes(4));
  Home later(reading("true_for(window.open, '5m')"));
  later.say("window.open", true);
  later.pass(minutes(4));
  later.restart();
  later.pass(minutes(1));
  EXPECT_EQ(later.value("true_for(window.open, '5m')"), "true");
}

TEST(Signals, UnchangedForComparesToTheMillisecond) {
  Home home(reading("unchanged_for(meter.power) > '10m' && unchanged_for(meter.power) >= '10m'"));
  EXPECT_EQ(home.value("unchanged_for(meter.power) > '10m'"), "null");
  home.say("meter.power", 5.0);
  home.pass(minutes(10));
  EXPECT_EQ(home.value("unchanged_for(meter.power) > '10m'"), "false");
  EXPECT_EQ(home.value("unchanged_for(meter.power) >= '10m'"), "true");
  home.pass(Millis(1));
  EXPECT_EQ(home.value("unchanged_for(meter.power) > '10m'"), "true");
  home.say("meter.power", 5.0);
  EXPECT_EQ(home.value("unchanged_for(meter.power) > '10m'"), "true") << "said, not changed";
  home.say("meter.power", 6.0);
  EXPECT_EQ(home.value("unchanged_for(meter.power) > '10m'"), "false");
}

TEST(Signals, SeenAgoCountsFromTheLastWordEvenOfADeviceThatIsGone) {
  Home home(reading("seen_ago(meter.power) > '1h'"));
  EXPECT_EQ(home.value("seen_ago(meter.power) > '1h'"), "null");
  home.say("meter.power", 5.0);
  home.pass(minutes(50));
  home.say("meter.power", 5.0);
  home.pass(minutes(50));
  EXPECT_EQ(home.value("seen_ago(meter.power) > '1h'"), "false");
  home.available("meter", Availability::offline);
  home.restart();
  home.pass(minutes(10) + Millis(1));
  EXPECT_EQ(home.value("seen_ago(meter.power) > '1h'"), "true");
}

TEST(Signals, KnownIsNeverUnknown) {
  Home home(reading("known(meter.power)"));
  EXPECT_EQ(home.value("known(meter.power)"), "false");
  home.say("meter.power", 5.0);
  EXPECT_EQ(home.value("known(meter.power)"), "true");
  home.available("meter", Availability::offline);
  EXPECT_EQ(home.value("known(meter.power)"), "false");
}

TEST(Signals, PastIsTheValueThatStoodThere) {
  Home home(reading("past(meter.power, '10m') > 3"));
  home.say("meter.power", 1.0);
  home.pass(minutes(6));
  home.say("meter.power", 2.0);
  EXPECT_EQ(home.value("past(meter.power, '10m')"), "null");
  home.pass(minutes(4));
  EXPECT_EQ(home.value("past(meter.power, '10m')"), "1");
  home.pass(minutes(6) - Millis(1));
  EXPECT_EQ(home.value("past(meter.power, '10m')"), "1");
  home.pass(Millis(1));
  EXPECT_EQ(home.value("past(meter.power, '10m')"), "2");
}

TEST(Signals, AnAverageIsWeightedByTime) {
  Home home(reading("avg(meter.power, '5m') > 1500"));
  EXPECT_EQ(home.value("avg(meter.power, '5m')"), "null");
  home.say("meter.power", 100.0);
  EXPECT_EQ(home.value("avg(meter.power, '5m')"), "100");
  home.pass(minutes(4));
  home.say("meter.power", 1'100.0);
  home.pass(minutes(1));
  EXPECT_EQ(home.value("avg(meter.power, '5m')"), "300");
  home.pass(minutes(5));
  EXPECT_EQ(home.value("avg(meter.power, '5m')"), "1100");
  const int before = home.wakes;
  home.pass(hours(5));
  EXPECT_EQ(home.wakes, before) << "an average of what stands still needs no timer";
}

TEST(Signals, ActiveFollowsTheOtherRule) {
  Home home(
      "rules:\n  first: {when: window.open, for: 1m, want: {lamp.on: true}}\n"
      "  second: {when: \"active('first') && !door.open\", want: {lamp.on: false}, priority: "
      "mode}\n"
      "defaults: {lamp.on: false}\n");
  home.say("door.open", false);
  home.say("window.open", true);
  EXPECT_EQ(home.value("active('first')"), "false");
  home.pass(minutes(1));
  EXPECT_EQ(home.value("active('first')"), "true");
  ASSERT_FALSE(home.decisions.empty());
  EXPECT_NE(home.decisions.back().find("lamp.on false"), std::string::npos)
      << home.decisions.back();
}

TEST(Signals, WantedIsWhatTheWinnerWants) {
  Home home(
      "rules:\n  first: {when: window.open, want: {lamp.on: true}}\n"
      "  second: {when: \"wanted(lamp.on) && door.open\", want: {lamp.on: true}, priority: mode}\n"
      "defaults: {lamp.on: leave}\n");
  EXPECT_EQ(home.value("wanted(lamp.on)"), "null");
  home.say("window.open", true);
  EXPECT_EQ(home.value("wanted(lamp.on)"), "true");
}

TEST(Signals, BetweenGoesOverMidnightInLocalTime) {
  Home home(reading("between('22:00', '06:30')"), "2026-07-15T19:59:59");  // 21:59:59 in Berlin
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "false");
  home.pass(seconds(1));
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "true");
  home.pass(hours(8) + minutes(30) - Millis(1));
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "true");
  home.pass(Millis(1));
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "false");
}

TEST(Signals, ASkippedTimeCountsFromTheFirstMomentAfterIt) {
  // Berlin goes from 02:00 to 03:00 on 2026-03-29 at 01:00 UTC.
  Home home(reading("between('02:30', '04:00')"), "2026-03-29T00:59:59");
  EXPECT_EQ(home.value("between('02:30', '04:00')"), "false");
  home.pass(seconds(1));
  EXPECT_EQ(home.value("between('02:30', '04:00')"), "true");
  home.pass(hours(1));
  EXPECT_EQ(home.value("between('02:30', '04:00')"), "false");
}

TEST(Signals, ARepeatedTimeCountsTheFirstTime) {
  // Berlin goes from 03:00 back to 02:00 on 2026-10-25 at 01:00 UTC.
  Home home(reading("between('01:00', '02:30')"), "2026-10-25T00:29:59");
  EXPECT_EQ(home.value("between('01:00', '02:30')"), "true");
  home.pass(seconds(1));
  EXPECT_EQ(home.value("between('01:00', '02:30')"), "false");
  home.pass(minutes(45));
  EXPECT_EQ(home.value("between('01:00', '02:30')"), "false") << "shown a second time";
}

TEST(Signals, WeekdayAndHourFlipByThemselves) {
  Home home(reading("weekday in ['sat', 'sun'] || local.hour == 7"), "2026-01-16T22:59:59");
  EXPECT_EQ(home.value("weekday"), "\"fri\"");
  EXPECT_EQ(home.value("local.hour"), "23");
  home.pass(seconds(1));
  EXPECT_EQ(home.value("weekday"), "\"sat\"");
  EXPECT_EQ(home.value("local.hour"), "0");
}

TEST(Signals, AClockThatIsSetPlansAnew) {
  Home home(reading("between('22:00', '06:30')"), "2026-07-15T10:00:00");
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "false");
  home.set_clock(hours(11));
  home.pass(Millis(0));
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "true");
  home.set_clock(-hours(11));
  home.pass(Millis(0));
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "false");
  home.pass(hours(10));
  EXPECT_EQ(home.value("between('22:00', '06:30')"), "true");
}

TEST(Signals, TheSunWakesAtItsCrossingAndNotBefore) {
  Home home(reading("sun.elevation < 3"), "2026-01-15T11:00:00");
  EXPECT_EQ(home.value("sun.elevation < 3"), "false");
  const int before = home.wakes;
  home.pass(hours(3));
  EXPECT_EQ(home.wakes, before);
  home.pass(hours(2));
  EXPECT_EQ(home.value("sun.elevation < 3"), "true");
}

TEST(Signals, ThePolarNightAndDayDoNotFlip) {
  Home night(reading("sun.up"), "2026-12-15T00:00:00", "UTC", Place{70.0, 25.0});
  night.pass(hours(72));
  EXPECT_EQ(night.value("sun.up"), "false");
  EXPECT_TRUE(night.decisions.empty()) << night.decisions.front();
  Home day(reading("sun.up"), "2026-06-15T00:00:00", "UTC", Place{70.0, 25.0});
  EXPECT_EQ(day.value("sun.up"), "true");
  const std::size_t before = day.decisions.size();
  day.pass(hours(72));
  EXPECT_EQ(day.value("sun.up"), "true");
  EXPECT_EQ(day.decisions.size(), before);
}

TEST(Signals, WithoutAPlaceTheSunIsUnknown) {
  Home home(reading("sun.up || sun.elevation < 3"), "2026-01-15T11:00:00", "UTC", std::nullopt);
  EXPECT_EQ(home.value("sun.up"), "null");
  EXPECT_EQ(home.value("sun.elevation < 3"), "null");
}

TEST(Signals, EachMemberOfAGroupHasItsOwnTime) {
  Home home("groups: {openings: {capability: contact}}\n" +
            reading("openings.exists(w, true_for(w.open, '60s'))"));
  home.say("window.open", true);
  home.pass(seconds(40));
  home.say("door.open", true);
  home.say("window.open", false);
  home.pass(seconds(40));
  EXPECT_EQ(home.value("true_for(window.open, '1m')"), "false");
  EXPECT_EQ(home.value("true_for(door.open, '1m')"), "false");
  home.pass(seconds(20));
  EXPECT_EQ(home.value("true_for(door.open, '1m')"), "true");
  ASSERT_FALSE(home.decisions.empty());
}

const std::string kEverything = R"yaml(groups: {openings: {capability: contact}}
rules:
  a: {when: "true_for(openings.exists(w, w.open), '90s')", for: 20s, want: {
  lamp.on : true
}
}
  b: {when: "avg(meter.power, '2m') > 50", want: {lamp.on: false}, priority: mode}
  c: {when: "meter.power - past(meter.power, '3m') > 20 && active('a')", want: {lamp.on: true}, priority: mode+1}
  d: {when: "seen_ago(meter.power) > '4m' || unchanged_for(window.open) > '5m'", want: {lamp.on: false}, priority: mode+2}
  e: {when: "true_for(avg(meter.power, '2m') > 40, '30s') && known(door.open)", want: {lamp.on: true}, priority: mode+3}
  f: {when: "between('13:02', '13:20') && local.minute > 4", want: {lamp.on: false}, priority: mode+4}
defaults: {lamp.on: false}
)yaml";

/// One random thing that happens; the same for the same numbers.
void happen(Home& home, std::mt19937& random) {
  switch (random() % 6) {
    case 0:
      return home.say("window.open", random() % 2 == 0);
    case 1:
      return home.say("door.open", random() % 2 == 0);
    case 2:
    case 3:
      return home.say("meter.power", static_cast<double>(random() % 100));
    case 4:
      return home.pass(Millis(random() % 20'000));
    default:
      return home.pass(Millis(random() % 150'000));
  }
}

/// Restarts before every step that `restarts` says.
std::vector<std::string> decided(unsigned seed, unsigned every) {
  Home home(kEverything);
  std::mt19937 random(seed);
  for (unsigned step = 0; step < 60; ++step) {
    if (every != 0 && step % every == seed % every) home.restart();
    happen(home, random);
  }
  return home.decisions;
}

TEST(Signals, ARestartAtAnyPointGivesTheSameFlips) {
  std::size_t decisions = 0;
  for (unsigned seed = 1; seed <= 25; ++seed) {
    const auto without = decided(seed, 0);
    decisions += without.size();
    ASSERT_EQ(without, decided(seed, 1)) << "seed " << seed << ", a restart before every step";
    ASSERT_EQ(without, decided(seed, 7)) << "seed " << seed << ", a restart now and then";
  }
  EXPECT_GT(decisions, 500u) << "the rules do something at all";
}

}  // namespace
}  // namespace attune::core
