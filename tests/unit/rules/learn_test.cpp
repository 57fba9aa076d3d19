#include "rules/learn.h"

#include <gtest/gtest.h>

#include "tests/unit/rules/small_house.h"

/// What may be learned, and what check says about the rest.
namespace attune::rules {
namespace {

constexpr const char* kBefore = R"(settings:
  house: {values: [home, night], initial: home}
  frost: {type: number, min: 5, max: 12, initial: 7}
groups: {lamps: {devices: [hall_lamp, desk_lamp]}}
interlocks: {never_both: {never: pump.on && !main_valve.open}}
rules:
  lit:   {when: hall_motion.occupancy, want: {hall_lamp.brightness: 80, desk_lamp.brightness: 40, hall_lamp.on: true}}
  all:   {when: window.open, want: {lamps.brightness: 30}, priority: mode}
  live:  {when: bath.humidity > 60, want: {strip.brightness: =settings.frost}}
  range: {when: bath.humidity > 70, want: {thermostat.target_temperature: {min: 7}}}
  tap:   {trigger: bell.event == 'single', want: {hall_lamp.brightness: 55}}
  shut:  {when: bath.humidity > 99, want: {main_valve.open: false}, priority: life_safety}
learn:
)";

std::string finding(const std::string& entry) {
  SmallHouse house;
  const Loaded loaded = house.load(kBefore + ("  " + entry + "\n"));
  for (const Issue& issue : loaded.issues) {
    if (issue.severity == Severity::error) return issue.code + " " + issue.message;
  }
  return "fine";
}

TEST(Learn, ReadsAnEntry) {
  SmallHouse house;
  const Loaded loaded = house.load(
      std::string(kBefore) +
      "  lit.hall_lamp.brightness: {min: 10, max: 90, step: 5, after: 3, per: [settings.house, "
      "area], apply: auto}\n");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  ASSERT_EQ(loaded.set->learn.size(), 1u);
  const Learn& learn = loaded.set->learn.front();
  EXPECT_EQ(learn.id, "lit.hall_lamp.brightness");
  EXPECT_EQ(learn.rule, "lit");
  EXPECT_EQ(learn.literal, 80);
  EXPECT_EQ(learn.min, 10);
  EXPECT_EQ(learn.max, 90);
  EXPECT_EQ(learn.step, 5);
  EXPECT_EQ(learn.after, 3u);
  EXPECT_EQ(learn.per.size(), 1u);
  EXPECT_TRUE(learn.per_area);
  EXPECT_TRUE(learn.applies);
  ASSERT_EQ(learn.targets.size(), 1u);
  EXPECT_EQ(learn.targets.front().attribute, house.id("hall_lamp.brightness"));
}

TEST(Learn, ARuleReadsTheSettingsForWhoseValuesItLearns) {
  SmallHouse house;
  const Loaded loaded = house.load(
      kBefore +
      std::string("  all.brightness: {min: 10, max: 90, step: 5, after: 3, per: [settings.house]}\n"
                  "  lit.hall_lamp.brightness: {min: 10, max: 90, step: 5, after: 3, per: "
                  "[area]}\n"));
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const AttributeId setting = house.id("settings.house");
  EXPECT_EQ(loaded.set->find("all")->reads(), (std::vector{house.id("window.open"), setting}));
  EXPECT_EQ(loaded.set->find("lit")->reads(), (std::vector{house.id("hall_motion.occupancy")}));
  std::vector<std::uint32_t> woken;
  for (const std::uint32_t rule : loaded.set->readers.of(setting)) woken.push_back(rule);
  EXPECT_EQ(woken, (std::vector{*loaded.set->index_of("all")}));
}

TEST(Learn, AsksUnlessTheFileSaysOtherwise) {
  SmallHouse house;
  const Loaded loaded = house.load(
      kBefore + std::string("  all.brightness: {min: 10, max: 90, step: 5, after: 3}\n"));
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  EXPECT_FALSE(loaded.set->learn.front().applies);
  EXPECT_EQ(loaded.set->learn.front().targets.size(), 2u) << "one number of a group's members";
}

TEST(Learn, SaysWhatItCannotLearn) {
  const std::string fits = ": {min: 10, max: 90, step: 5, after: 3}";
  EXPECT_EQ(finding("lti.brightness" + fits), "E307 unknown rule 'lti'");
  EXPECT_EQ(finding("lit" + fits), "E114 'lit' is no rule.attribute");
  EXPECT_EQ(finding("lit.color" + fits), "E302 rule lit wants nothing of 'color'");
  EXPECT_EQ(finding("lit.brightness" + fits), "E302 'brightness' of lit is several numbers");
  EXPECT_EQ(finding("lit.on" + fits), "E203 hall_lamp.on is no number");
  EXPECT_EQ(finding("live.brightness" + fits),
            "E203 what live wants of strip.brightness is no plain number");
  EXPECT_EQ(finding("range.target_temperature" + fits),
            "E203 what range wants of thermostat.target_temperature is no plain number");
  EXPECT_EQ(finding("never_both.on" + fits), "E309 an interlock never learns");
  EXPECT_EQ(finding("tap.brightness" + fits),
            "E309 tap acts once: there is no time in which it is corrected");
}

TEST(Learn, BoundsAreSound) {
  const std::string lit = "lit.hall_lamp.brightness: ";
  EXPECT_EQ(finding(lit + "{min: 10, max: 90, step: 5, after: 3}"), "fine");
  EXPECT_EQ(finding(lit + "{min: 10, max: 90, step: 5}"),
            "E104 what is learned needs min, max, step and after");
  const std::string within =
      "E304 what the file wants must lie within min and max, and min below max";
  EXPECT_EQ(finding(lit + "{min: 90, max: 10, step: 5, after: 3}"), within);
  EXPECT_EQ(finding(lit + "{min: 10, max: 70, step: 5, after: 3}"), within);
  EXPECT_EQ(finding(lit + "{min: 10, max: 90, step: 0, after: 3}"),
            "E304 step is above 0, and no longer than from min to max");
  EXPECT_EQ(finding(lit + "{min: 10, max: 90, step: -5, after: 3}"),
            "E304 step is above 0, and no longer than from min to max");
  for (const char* after : {"0", "2.5", "101"}) {
    EXPECT_EQ(finding(lit + "{min: 10, max: 90, step: 5, after: " + after + "}"),
              "E304 after counts corrections: a whole number from 1 to 100");
  }
  EXPECT_EQ(finding(lit + "{min: 10, max: 900, step: 5, after: 3}").substr(0, 4), "E304")
      << "what the lamp takes bounds it too";
  EXPECT_EQ(finding(lit + "{min: 10, max: 90, step: 5, after: 3, apply: never}").substr(0, 4),
            "E303");
}

TEST(Learn, ContextsAreFew) {
  const std::string lit = "lit.hall_lamp.brightness: {min: 10, max: 90, step: 5, after: 3, per: ";
  EXPECT_EQ(finding(lit + "[settings.house]}"), "fine");
  EXPECT_EQ(finding(lit + "[settings.hose]}"), "E302 'settings.hose' is no setting");
  EXPECT_EQ(finding(lit + "[room]}"), "E302 'room' is no setting");
  EXPECT_EQ(finding(lit + "[settings.frost]}"),
            "E203 settings.frost has too many values to learn for each");
}

TEST(Learn, ANumberLearnsInOnePlaceOnly) {
  EXPECT_EQ(finding("all.brightness: {min: 10, max: 90, step: 5, after: 3}\n"
                    "  all.hall_lamp.brightness: {min: 10, max: 90, step: 5, after: 3}")
                .substr(0, 4),
            "E106");
}

TEST(Learn, AFileThatMayNotWriteALampMayNotMoveItsNumberEither) {
  SmallHouse house;
  const std::map<std::string, std::vector<std::string>> permissions = {{"guest.yaml", {"strip"}}};
  Surroundings around = house.surroundings();
  around.permissions = &permissions;
  const Loaded loaded =
      load({{"guest.yaml",
             "version: 1\nlearn: {lit.brightness: {min: 10, max: 90, step: 5, after: 1, apply: "
             "auto}}\n"},
            {"hall.yaml",
             "version: 1\nrules: {lit: {when: hall_motion.occupancy, want: {hall_lamp.brightness: "
             "80}}}\n"}},
           around);
  ASSERT_FALSE(loaded.set);
  EXPECT_EQ(loaded.issues.front().code, "E308");
}

}  // namespace
}  // namespace attune::rules
