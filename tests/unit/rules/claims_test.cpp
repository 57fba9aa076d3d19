#include <gtest/gtest.h>

#include "tests/unit/rules/small_house.h"

/// Ranges, interlocks, limits, and how wishes are driven: what a file may say of them.
namespace attune::rules {
namespace {

std::string rule(const std::string& fields) {
  return "rules:\n  r: {when: window.open, " + fields + "}\n";
}

TEST(Ranges, HaveLiteralOrLiveBounds) {
  SmallHouse house;
  const Loaded loaded = house.load(
      rule("want: {thermostat.target_temperature: {min: 7, max: '=thermostat.temperature + 2'}}"));
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const Want& want = loaded.set->rules.at(0).want.at(0);
  EXPECT_TRUE(want.is_range());
  EXPECT_EQ(std::get<Value>(*want.leeway->min), Value(7.0));
  EXPECT_TRUE(std::holds_alternative<cel::Expression>(*want.leeway->max));
  const auto reads = loaded.set->rules.at(0).reads();
  EXPECT_NE(std::find(reads.begin(), reads.end(), house.id("thermostat.temperature")), reads.end());
}

TEST(Ranges, AreOfNumbersAndNotEmpty) {
  EXPECT_EQ(first_finding(rule("want: {pump.on: {min: 1}}")).substr(0, 9), "2:42 E203");
  EXPECT_EQ(first_finding(rule("want: {thermostat.target_temperature: {min: 9, max: 8}}")),
            "2:64 E304 this range is empty: min is above max");
  EXPECT_EQ(first_finding(rule("want: {thermostat.target_temperature: {}}")),
            "2:64 E104 a range has neither min nor max");
  EXPECT_EQ(first_finding(rule("want: {thermostat.target_temperature: {mni: 9}}")).substr(0, 9),
            "2:65 E103");
}

TEST(Wants, ThatAreConstantExpressionsAreCheckedAsLiteralsAre) {
  EXPECT_EQ(first_finding(rule("want: {hall_lamp.brightness: '=60 * 2'}")),
            "2:56 E304 120 is outside the range of brightness");
  EXPECT_EQ(first_finding(rule("want: {hall_lamp.brightness: '=60 + 20'}")), "fine");
  EXPECT_EQ(first_finding(rule("want: {ac.hvac_mode: \"='heeat'\"}")).substr(0, 9), "2:48 E303");
}

TEST(Driving, IsSaidOfWhatTheRuleWants) {
  SmallHouse house;
  const Loaded loaded = house.load(
      rule("want: {pump.on: true, main_valve.open: true, thermostat.target_temperature: 20}, "
           "order: [main_valve.open, pump.on], deadband: {thermostat.target_temperature: 0.5}, "
           "transition: 2s"));
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const Rule& rule = loaded.set->rules.at(0);
  EXPECT_EQ(rule.extras->order, (std::vector{house.id("main_valve.open"), house.id("pump.on")}));
  EXPECT_EQ(rule.extras->transition, Millis(2000));
  EXPECT_EQ(rule.want.at(2).leeway->deadband, 0.5);
}

TEST(Driving, OfSomethingElseIsAnError) {
  EXPECT_EQ(first_finding(rule("want: {pump.on: true}, order: [main_valve.open]")),
            "2:57 E307 this rule does not want main_valve.open");
  EXPECT_EQ(first_finding(rule("want: {pump.on: true}, deadband: {pump.on: 0}")),
            "2:69 E304 a deadband is above 0");
}

TEST(Interlocks, AreReadAndIndexedByWhatTheyGuard) {
  SmallHouse house;
  const Loaded loaded = house.load(
      "interlocks:\n"
      "  b: {never: pump.on && !main_valve.open}\n"
      "  a: {never: pump.on && window.open, want: {pump.on: false}, priority: life_safety, "
      "on_unknown: keep, severity: critical}\n");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const auto& locks = loaded.set->interlocks;
  ASSERT_EQ(locks.size(), 2u);
  EXPECT_EQ(locks[0].id, "a");
  EXPECT_EQ(locks[0].on_unknown, Interlock::OnUnknown::keep);
  EXPECT_EQ(locks[0].priority, static_cast<Priority>(Level::life_safety));
  EXPECT_EQ(locks[1].on_unknown, Interlock::OnUnknown::deny);
  EXPECT_EQ(locks[1].priority, static_cast<Priority>(Level::equipment));
  const auto& guards = loaded.set->guards.at(index(house.id("pump.on")));
  EXPECT_EQ(guards, (std::vector<std::uint32_t>{0, 1}));
}

TEST(Interlocks, SayWhatMustNeverBe) {
  EXPECT_EQ(first_finding("interlocks: {x: {want: {pump.on: false}}}\n"),
            "1:14 E104 interlock 'x' has no `never`");
  EXPECT_EQ(first_finding("interlocks: {x: {never: window.open}}\n"),
            "1:14 W908 interlock 'x' reads nothing that can be commanded");
  EXPECT_EQ(first_finding("interlocks: {x: {never: pump.on, on_unknown: maybe}}\n").substr(0, 9),
            "1:46 E303");
  EXPECT_EQ(first_finding("rules: {x: {when: window.open}}\n"
                          "interlocks: {x: {never: pump.on && window.open}}\n")
                .substr(0, 9),
            "2:14 E106");
}

TEST(Limits, AreReadByWhatTheAttributeIs) {
  SmallHouse house;
  const Loaded loaded = house.load(
      "limits:\n"
      "  pump.on: {min_on: 5m, min_off: 20s, max_on: 40m, max_starts: 6/h}\n"
      "  thermostat.target_temperature: {min: 5, max: 25, slew: 10/min, min_dwell: 1m}\n");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const Limit& pump = loaded.set->limits.at(house.id("pump.on"));
  EXPECT_EQ(pump.max_on, Millis(40 * 60'000));
  EXPECT_EQ(pump.max_starts->amount, 6);
  EXPECT_EQ(pump.max_starts->per, Millis(3'600'000));
  EXPECT_EQ(loaded.set->limits.at(house.id("thermostat.target_temperature")).slew->amount, 10);
}

TEST(Limits, ThatCannotBeAreErrors) {
  EXPECT_EQ(first_finding("limits: {pump.on: {max: 3}}\n").substr(0, 9), "1:10 E203");
  EXPECT_EQ(first_finding("limits: {pump.on: {max_starts: 6}}\n"), "1:32 E105 '6' is no rate");
  EXPECT_EQ(first_finding("limits: {pump.on: {max_starts: 1.5/h}}\n").substr(0, 9), "1:32 E105");
  EXPECT_EQ(first_finding("limits: {pump.on: {max_starts: inf/h}}\n").substr(0, 9), "1:32 E105");
  EXPECT_EQ(first_finding("limits: {pump.on: {}}\n"), "1:10 E104 this limits nothing");
  EXPECT_EQ(first_finding("limits: {pump.on: {min_on: 10m, max_on: 5m}}\n"),
            "1:19 E304 min_on is above max_on");
  EXPECT_EQ(first_finding("limits: {hall_lamp.brightness: {min: 20, max: 300}}\n"),
            "1:47 E304 300 is outside the range of brightness");
  EXPECT_EQ(first_finding("limits: {window.open: {min_dwell: 1m}}\n").substr(0, 9), "1:10 E305");
}

Loaded load_as_guest(SmallHouse& house, const std::string& text,
                     const std::string& path = "/etc/attune/rules.d/guest.yaml") {
  static const std::map<std::string, std::vector<std::string>> kPermissions = {
      {"rules.d/guest.yaml", {"hall_*", "pump.on"}}};
  Surroundings around = house.surroundings();
  around.permissions = &kPermissions;
  return load({{path, "version: 1\n" + text}}, around);
}

TEST(Permissions, AFileWritesOnlyWhatItMay) {
  SmallHouse house;
  EXPECT_TRUE(load_as_guest(house, rule("want: {hall_lamp.on: true, pump.on: true}")).set);
  const Loaded refused =
      load_as_guest(house, rule("want: {hall_lamp.on: true, ac.hvac_mode: off}"));
  ASSERT_FALSE(refused.set);
  EXPECT_EQ(refused.issues.at(0).code, "E308");
  EXPECT_EQ(refused.issues.at(0).place.line, 3);
  EXPECT_EQ(refused.issues.at(0).message, "this file may not write ac.hvac_mode");
}

TEST(Permissions, ALimitedFileNamesNoTopicToPublishTo) {
  SmallHouse house;
  const std::string notifier = "notifiers: {x: {mqtt: cmnd/plug/POWER}}\n";
  EXPECT_TRUE(load_as_guest(house, notifier, "/etc/attune/rules.d/own.yaml").set);
  const Loaded refused = load_as_guest(house, notifier);
  ASSERT_FALSE(refused.set);
  EXPECT_EQ(refused.issues.at(0).code, "E308");
}

TEST(Permissions, BindEverythingThatReachesADevice) {
  SmallHouse house;
  for (const char* text :
       {"defaults: {ac.hvac_mode: off}\n", "limits: {ac.hvac_mode: {min_off: 5m}}\n",
        "manual: {ac.hvac_mode: {hold: 1h}}\n",
        "interlocks: {x: {never: pump.on && ac.hvac_mode == 'cool'}}\n"}) {
    const Loaded refused = load_as_guest(house, text);
    ASSERT_FALSE(refused.set) << text;
    EXPECT_EQ(refused.issues.at(0).code, "E308") << text;
  }
}

TEST(Permissions, OtherFilesWriteEverything) {
  SmallHouse house;
  EXPECT_TRUE(load_as_guest(house, rule("want: {ac.hvac_mode: off}"), "rules.d/house.yaml").set);
  EXPECT_TRUE(load_as_guest(house, rule("want: {ac.hvac_mode: off}"), "no_guest.yaml").set);
}

}  // namespace
}  // namespace attune::rules
