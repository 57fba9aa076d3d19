#include "rules/check/check.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/rules/small_house.h"

namespace attune::rules {
namespace {

/// Findings of rules that load, one a line: `line:column code message`.
std::string found(const std::string& text) {
  SmallHouse house;
  const Loaded loaded = house.load(text);
  if (!loaded.set) return render(loaded.issues);
  std::string out;
  for (const Issue& issue : check(loaded, house.surroundings())) {
    out += std::to_string(issue.place.line - 1) + ":" + std::to_string(issue.place.column) + " " +
           issue.code + " " + issue.message + "\n";
  }
  return out;
}

TEST(Conflicts, ShowAStateInWhichBothHold) {
  EXPECT_EQ(found(R"yaml(rules:
  cool_living: {when: living.temperature > 25.5, until: living.temperature < 24, want: {ac.hvac_mode: cool}}
  heat_bath: {when: bath.temperature < 18, until: bath.temperature > 19, want: {ac.hvac_mode: heat}}
)yaml"),
            "3:81 C401 cool_living and heat_bath both claim ac.hvac_mode at comfort; both hold "
            "when living.temperature = 26, bath.temperature = 17\n");
}

TEST(Conflicts, AreNoneBetweenConditionsThatExcludeEachOther) {
  EXPECT_EQ(found(R"yaml(settings: {house: {values: [home, away], initial: home}}
rules:
  a: {when: settings.house == 'home' && anna.home, want: {desk_lamp.on: true}}
  b: {when: settings.house != 'home' && ben.home, want: {desk_lamp.on: false}}
  warm: {when: living.temperature > bath.temperature + 1, want: {bath_fan.on: true}}
  cold: {when: living.temperature < bath.temperature - 1, want: {bath_fan.on: false}}
)yaml"),
            "");
}

TEST(Conflicts, AreNoneBetweenLatchesOfWhichOneEndsBeforeTheOtherStarts) {
  EXPECT_EQ(found(R"yaml(rules:
  hot: {when: living.temperature > 25.5, until: living.temperature < 24, want: {ac.hvac_mode: cool}}
  cold: {when: living.temperature < 20, until: living.temperature > 25, want: {ac.hvac_mode: heat}}
)yaml"),
            "");
}

TEST(Conflicts, CountWhatStepsOfASequenceClaim) {
  const std::string said = found(R"yaml(rules:
  flash: {trigger: bell.event == 'single', do: [{want: {desk_lamp.on: true}}, {wait: 10s}]}
  dark: {trigger: bell.event == 'single', do: [{want: {desk_lamp.on: false}}, {wait: 10s}]}
)yaml");
  EXPECT_NE(said.find("C401 dark and flash both claim desk_lamp.on"), std::string::npos) << said;
}

TEST(Conflicts, AreNoneBetweenHoursThatDoNotMeet) {
  EXPECT_EQ(found(R"yaml(rules:
  morning: {trigger: {at: "07:00"}, max_time: 10m, want: {desk_lamp.on: true}}
  night: {trigger: {at: "22:00"}, max_time: 10m, want: {desk_lamp.on: false}}
)yaml"),
            "");
  const std::string said = found(R"yaml(rules:
  morning: {trigger: {at: "07:00"}, max_time: 10m, want: {desk_lamp.on: true}}
  later: {trigger: {at: "07:05"}, max_time: 10m, want: {desk_lamp.on: false}}
)yaml");
  EXPECT_NE(said.find("C401"), std::string::npos) << said;
}

TEST(Conflicts, AreAMayWhereTwoClocksAreAsked) {
  const std::string said = found(R"yaml(rules:
  day: {when: "between('08:00', '12:00')", want: {desk_lamp.on: true}}
  late: {when: local.hour >= 20, want: {desk_lamp.on: false}}
)yaml");
  EXPECT_EQ(said.find("C401"), std::string::npos) << said;
}

TEST(Loops, GoThroughARuleThatKeepsItselfActive) {
  const std::string said = found(R"yaml(rules:
  s: {when: "active('s') || window.open", want: {desk_lamp.on: true}}
)yaml");
  EXPECT_NE(said.find("L501 loop: s -> active('s') -> s"), std::string::npos) << said;
}

TEST(Conditions, AskNoEvent) {
  EXPECT_EQ(found(R"yaml(rules:
  twice: {when: "bell.event == 'double'", want: {desk_lamp.on: true}}
)yaml"),
            "2:11 S606 twice waits for a state that never is: bell.event is an event, over as soon "
            "as it is told\n");
}

TEST(Conflicts, AreNoneForEqualValuesOtherPrioritiesAndSettings) {
  EXPECT_EQ(found(R"yaml(settings: {house: {values: [home, away], initial: home}}
rules:
  a: {when: anna.home, want: {desk_lamp.on: true, settings.house: home}}
  b: {when: ben.home, want: {desk_lamp.on: true, settings.house: away}}
  c: {when: window.open, want: {desk_lamp.on: false}, priority: mode}
)yaml"),
            "");
}

TEST(Conflicts, OfAnExpressionNeedAStateInWhichItsValueDiffers) {
  EXPECT_EQ(found(R"yaml(rules:
  dim: {when: anna.home, want: {desk_lamp.brightness: "=window.open ? 10 : 80"}}
  bright: {when: ben.home && window.open, want: {desk_lamp.brightness: 80}}
)yaml"),
            "3:50 C401 bright and dim both claim desk_lamp.brightness at comfort; both hold when "
            "anna.home = true, ben.home = true, window.open = true\n");
}

TEST(Conflicts, OfLiveValuesAreFoundWhereTheyDiffer) {
  EXPECT_EQ(
      found(R"yaml(settings: {warm: {type: number, unit: Cel, min: 16, max: 24, initial: 21}}
rules:
  heat: {when: "true", want: {thermostat.target_temperature: =settings.warm}}
  away: {when: window.open, want: {thermostat.target_temperature: 16}}
)yaml"),
      "4:36 C401 away and heat both claim thermostat.target_temperature at comfort; both hold "
      "when window.open = true, settings.warm = 20\n");
  const std::string said = found(R"yaml(rules:
  a: {when: anna.home, want: {hall_lamp.brightness: "=bath.humidity > 50 ? 80 : 15"}}
  b: {when: window.open, want: {hall_lamp.brightness: 15}}
)yaml");
  EXPECT_NE(said.find("C401 a and b both claim hall_lamp.brightness"), std::string::npos) << said;
  EXPECT_NE(said.find("bath.humidity = 100"), std::string::npos) << said;
}

TEST(Conflicts, OfFewAreFoundBesideACrowd) {
  std::string crowd =
      "rules:\n  a: {when: bath.temperature > 20, want: {bath_fan.on: true}}\n"
      "  b: {when: bath.temperature > 25, want: {bath_fan.on: false}}\n";
  for (int n = 0; n < 700; ++n) {
    const std::string low = std::to_string(n) + ".0";
    crowd += "  r" + std::to_string(n) + ": {when: \"bath.humidity > 50 && living.humidity > " +
             std::to_string(n / 10.0).substr(0, 4) + " && living.humidity < " +
             std::to_string(n / 10.0 + 0.09).substr(0, 5) +
             "\", want: {pump.on: " + (n % 2 == 0 ? "true" : "false") + "}}\n";
  }
  const std::string said = found(crowd);
  EXPECT_NE(said.find("C401 a and b both claim bath_fan.on"), std::string::npos);
  EXPECT_NE(said.find("W909 left out: pairs of the 700 claims on pump.on"), std::string::npos)
      << said.substr(0, 2'000);
}

TEST(Conflicts, ThatADelayMakesAreAWarning) {
  EXPECT_EQ(found(R"yaml(rules:
  lit: {when: hall_motion.occupancy, off_delay: 3m, want: {hall_lamp.on: true}}
  dark: {when: "!hall_motion.occupancy", want: {hall_lamp.on: false}}
)yaml"),
            "3:49 C403 dark and lit both claim hall_lamp.on at comfort; one goes on while its end "
            "is delayed, and the other holds when hall_motion.occupancy = false\n");
}

TEST(Conflicts, ThatCannotBeDecidedAreSaidToBePossible) {
  EXPECT_EQ(found(R"yaml(rules:
  a: {when: tv.playback.startsWith('p'), want: {desk_lamp.on: true}}
  b: {when: anna.home, want: {desk_lamp.on: false}}
)yaml"),
            "3:31 C402 a and b both claim desk_lamp.on at comfort; both may hold when anna.home = "
            "true\n");
}

TEST(Conflicts, SeeThroughGroupsAndVars) {
  EXPECT_EQ(found(R"yaml(groups: {persons: {capability: person}}
vars: {nobody: "=persons.all(p, !p.home)"}
rules:
  away: {when: nobody, want: {desk_lamp.on: false}}
  back: {when: "persons.exists(p, p.home)", want: {desk_lamp.on: true}}
)yaml"),
            "");
}

TEST(Conflicts, OfTimesOfDayThatNeverMeetAreNone) {
  EXPECT_EQ(found(R"yaml(rules:
  night: {when: "between('22:00', '06:00')", want: {desk_lamp.on: false}}
  day: {when: "between('06:00', '22:00')", want: {desk_lamp.on: true}}
)yaml"),
            "");
}

TEST(Loops, GoThroughWhatALampDoesToTheLight) {
  EXPECT_EQ(found(R"yaml(rules:
  hall_light: {when: hall_motion.illuminance < 40, want: {hall_lamp.on: true}}
)yaml"),
            "2:3 L501 loop: hall_light -> hall_lamp.on -> hall_motion.illuminance (declared "
            "influence) -> hall_light; give it an `until`\n");
}

TEST(Loops, AreBrokenByUntil) {
  EXPECT_EQ(found(R"yaml(rules:
  hall_light: {when: hall_motion.illuminance < 40, until: "!hall_motion.occupancy", want: {hall_lamp.on: true}}
)yaml"),
            "");
}

TEST(Loops, GoThroughSeveralRules) {
  EXPECT_EQ(found(R"yaml(rules:
  a: {when: desk_lamp.on, want: {ceiling.on: true}}
  b: {when: ceiling.on, want: {desk_lamp.on: false}}
)yaml"),
            "2:3 L501 loop: a -> ceiling.on -> b -> desk_lamp.on -> a; give one of them an "
            "`until`\n");
}

TEST(Loops, OfASettingNeedRulesThatSetEachOtherOff) {
  EXPECT_EQ(found(R"yaml(settings: {house: {values: [home, away, night], initial: home}}
rules:
  away: {when: "!anna.home", while: "settings.house in ['home', 'away']", want: {settings.house: away}}
  night: {when: settings.house == 'home' && !ben.home, want: {settings.house: night}}
)yaml"),
            "");
  EXPECT_EQ(found(R"yaml(settings: {house: {values: [home, away], initial: home}}
rules:
  away: {when: settings.house == 'home', want: {settings.house: away}}
  back: {when: settings.house == 'away', want: {settings.house: home}}
)yaml"),
            "3:3 L501 loop: away -> settings.house -> back -> settings.house -> away; give one of "
            "them an `until`\n");
}

TEST(Loops, OfARuleThatReadsWhatItRestores) {
  EXPECT_EQ(found(R"yaml(rules:
  off: {when: desk_lamp.on && !anna.home, want: {desk_lamp.on: false}}
)yaml"),
            "2:3 L501 loop: off -> desk_lamp.on -> off; give it an `until`\n");
  EXPECT_EQ(found(R"yaml(rules:
  open: {when: blind.position < 50 && window.open, want: {blind.position: 100}}
)yaml"),
            "");
}

TEST(Conditions, ThatAreNeverTrueOrNeverFalse) {
  EXPECT_EQ(found(R"yaml(rules:
  a: {when: living.humidity > 60 && living.humidity < 50, want: {desk_lamp.on: true}}
  b: {when: living.humidity >= 0, want: {ceiling.on: true}}
  c: {when: anna.home, until: living.humidity > 200, want: {strip.on: true}}
  d: {when: anna.home, while: "!anna.home", want: {bath_fan.on: true}}
  e: {when: "true", want: {pump.on: true}}
)yaml"),
            "2:7 S602 a never starts: its `when` is never true\n"
            "3:7 S603 b is always active: its `when` is never false\n"
            "4:24 S604 c never ends: its `until` is never true\n"
            "5:24 S602 d never starts: `when` and `while` are never true together\n");
}

TEST(Conditions, OfALatchLeaveRoom) {
  EXPECT_EQ(found(R"yaml(rules:
  a: {when: bath.humidity > 60, until: bath.humidity < 65, want: {bath_fan.on: true}}
)yaml"),
            "2:33 S605 a ends as it starts: `when` and `until` are both true when bath.humidity = "
            "61\n");
}

TEST(Conditions, OfALatchThatEndsWheneverItStarts) {
  EXPECT_EQ(found(R"yaml(rules:
  a: {when: window.open, until: window.open, want: {pump.on: true}}
  b: {when: anna.home, until: anna.home || bath.humidity > 50, want: {bath_fan.on: true}}
)yaml"),
            "2:26 S605 a ends as it starts: `until` is true whenever `when` is\n"
            "3:24 S605 b ends as it starts: `until` is true whenever `when` is\n");
}

TEST(Conditions, OfInterlocksAreLookedAtToo) {
  EXPECT_EQ(found(R"yaml(interlocks:
  dry: {never: pump.on && bath.humidity > 120}
  calm: {never: "bath_fan.on && (window.open || !window.open)"}
  all: {never: pump.on || !pump.on}
)yaml"),
            "2:3 S602 dry guards nothing: its `never` is never true\n"
            "4:3 S603 all is always reached: its `never` is never false\n");
}

TEST(Shadows, AreRulesThatAnotherAlwaysBeats) {
  EXPECT_EQ(found(R"yaml(rules:
  eco: {when: anna.home && window.open, want: {desk_lamp.brightness: 10}}
  full: {when: anna.home, want: {desk_lamp.brightness: 90}, priority: mode}
)yaml"),
            "2:3 S601 eco never wins: full claims desk_lamp.brightness whenever it holds\n");
  EXPECT_EQ(found(R"yaml(rules:
  eco: {when: anna.home, want: {desk_lamp.brightness: 10}}
  full: {when: anna.home, for: 1m, want: {desk_lamp.brightness: 90}, priority: mode}
)yaml"),
            "");
}

TEST(Tests, ThatExpectWhatNothingDrives) {
  EXPECT_EQ(found(R"yaml(rules:
  lamp: {when: anna.home, want: {desk_lamp.on: true}}
tests:
  one:
    steps:
      - {report: {anna.home: true}, expect: {ceiling.on: true}}
      - {manual: {strip.on: true}, expect: {strip.on: true, desk_lamp.on: true}, by: lamp}
      - {expect: {strip.on: true}, by: lamp}
)yaml"),
            "6:9 T801 nothing drives ceiling.on: no rule wants it\n"
            "8:9 T802 lamp wants nothing of what is expected here\n");
}

TEST(Unused, NamesAreSaid) {
  EXPECT_EQ(found(R"yaml(settings: {guest: {type: bool}, party: {type: bool}}
groups: {blinds: {capability: cover}}
vars: {limit: 3}
rules:
  lamp: {when: settings.guest, want: {desk_lamp.on: true}}
  idle: {when: anna.home}
)yaml"),
            "1:33 W904 setting 'party' is not used\n2:10 W905 group 'blinds' is not used\n"
            "3:8 W906 var 'limit' is not used\n6:3 W907 idle has no effect: it wants nothing, and "
            "no rule asks whether it is active\n");
}

TEST(Interlocks, ThatARuleCanReachAreSaid) {
  EXPECT_EQ(found(R"yaml(rules:
  drain: {when: leak_bath.leak, want: {pump.on: true}}
  safe: {when: bath.humidity > 60, want: {bath_fan.on: true}}
interlocks:
  dry: {never: pump.on && bath.humidity < 10}
  damp: {never: bath_fan.on && bath.humidity < 10}
)yaml"),
            "2:3 I701 drain can want pump.on while leak_bath.leak = true, bath.humidity = 9; dry "
            "blocks it\n");
}

TEST(Interlocks, ClaimWhatTheyWantAsRulesDo) {
  EXPECT_EQ(found(R"yaml(interlocks:
  frost: {never: living.temperature < 5, want: {ac.hvac_mode: heat}}
  draught: {never: window.open, want: {ac.hvac_mode: 'off'}}
  calm: {never: "window.open && living.temperature > 6", want: {bath_fan.on: false}}
  damp: {never: bath.humidity > 90 && !window.open, want: {bath_fan.on: true}}
)yaml"),
            "3:3 C401 draught and frost both claim ac.hvac_mode at equipment; both hold when "
            "window.open = true, living.temperature = 4\n");
}

TEST(Interlocks, MeetRulesOfTheirOwnPriority) {
  const std::string said = found(R"yaml(rules:
  dry: {when: bath.humidity > 60, want: {bath_fan.on: true}, priority: equipment}
interlocks:
  calm: {never: window.open, want: {bath_fan.on: false}}
)yaml");
  EXPECT_NE(said.find("C401 dry and calm both claim bath_fan.on at equipment"), std::string::npos)
      << said;
}

TEST(Interlocks, ThatAnotherOneReachesAreSaid) {
  EXPECT_EQ(found(R"yaml(interlocks:
  frost: {never: living.temperature < 5, want: {pump.on: true}}
  dry: {never: pump.on && bath.humidity < 10}
)yaml"),
            "2:3 I701 frost can want pump.on while living.temperature = 4, bath.humidity = 9; dry "
            "blocks it\n");
}

TEST(Interlocks, WantWhatEndsThem) {
  EXPECT_EQ(found(R"yaml(interlocks:
  dry: {never: pump.on && bath.humidity < 10, want: {pump.on: true}}
  damp: {never: bath_fan.on && bath.humidity < 10, want: {bath_fan.on: false}}
)yaml"),
            "2:3 I702 what dry wants of pump.on does not end it while bath.humidity = 9\n");
}
}  // namespace
}  // namespace attune::rules
