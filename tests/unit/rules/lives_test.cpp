#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "rules/load.h"
#include "tests/unit/rules/small_house.h"

/// The keys about how long a rule lives and what it does meanwhile: what fits, and what is said
/// about what does not.
namespace attune::rules {
namespace {

TEST(Foreach, MakesARuleOfEachMember) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
groups: {lamps: {devices: [strip, ceiling]}}
rules: {dim: {foreach: {l: lamps}, when: "l.on && l.id != 'x'", want: {l.on: =l.on}}}
)");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  ASSERT_EQ(loaded.set->rules.size(), 2u);
  const Rule& first = loaded.set->rules[0];
  EXPECT_EQ(first.id.text(), "dim[ceiling]");
  EXPECT_EQ(first.want.at(0).attribute, house.id("ceiling.on"));
  EXPECT_EQ(first.reads(), std::vector{house.id("ceiling.on")});
  EXPECT_EQ(loaded.set->rules[1].id.text(), "dim[strip]");
  EXPECT_EQ(loaded.set->all_of("dim").size(), 2u);
  EXPECT_EQ(loaded.set->all_of("dim[strip]").size(), 1u);
  EXPECT_TRUE(loaded.set->all_of("di").empty());
}

TEST(Trigger, SaysWhatIsNoInstant) {
  const auto of = [](const std::string& fields) {
    return first_finding(
        "settings: {at: {type: time, initial: '07:00'}, n: {type: bool}}\n"
        "rules: {a: {" +
        fields + "}}\n");
  };
  EXPECT_EQ(of("trigger: bell.event == 'x', toggle: strip.on"), "fine");
  EXPECT_EQ(of("trigger: {at: =settings.at}, want: {strip.on: true}"), "fine");
  EXPECT_EQ(of("trigger: anna.home"),
            "2:22 E203 this is no instant: no event of a device is in it");
  EXPECT_EQ(of("trigger: {at: '25:00'}"), "2:28 E203 '25:00' is no time of day");
  EXPECT_EQ(of("trigger: {at: =settings.n}"), "2:27 E203 settings.n is no time of day");
  EXPECT_EQ(of("trigger: {at: '07:00', every: 5m}"),
            "2:22 E114 a trigger by time is one of at, sun and every");
  EXPECT_EQ(of("trigger: {every: 5ms}"), "2:30 E304 every is at least a second");
  EXPECT_EQ(of("trigger: {sun: noon}"), "2:28 E303 sun cannot be 'noon'");
  EXPECT_EQ(of("trigger: rises(anna.home), for: 5m"), "2:45 E114 `for` does not fit here");
  EXPECT_EQ(of("trigger: rises(anna.home), max_time: 5m, toggle: strip.on"),
            "2:62 E114 `toggle` does not fit here");
  EXPECT_EQ(of("trigger: bell.event == 'x', toggle: blind.position"),
            "2:49 E203 blind.position is not true or false");
  EXPECT_EQ(of("when: anna.home, run: restart"), "2:35 E114 `run` does not fit here");
}

TEST(Sequence, SaysWhatIsNoStep) {
  const auto of = [](const std::string& steps) {
    return first_finding("rules: {a: {when: anna.home, do: " + steps + "}}\n");
  };
  EXPECT_EQ(of("[{want: {strip.on: true}}, {wait: 5s}, {wait_until: ben.home}]"), "fine");
  EXPECT_EQ(of("[]"), "1:34 E104 `do` has no steps");
  EXPECT_EQ(of("[{wait: 5s, want: {strip.on: true}}]"),
            "1:35 E114 a step is one of want, wait, wait_until and notify");
  EXPECT_EQ(of("[{wait: 5s, timeout: 5s}]"), "1:55 E114 timeout goes with wait_until");
  EXPECT_EQ(of("[{wait_until: ben.home, else: continue}]"),
            "1:35 E104 `else` says what follows a `timeout`");
}

TEST(Notify, SaysWhatNobodyCouldRead) {
  const auto of = [](const std::string& notice) {
    return first_finding("rules: {a: {when: anna.home, notify: " + notice + "}}\n");
  };
  EXPECT_EQ(of("{to: a, message: \"${living.temperature} and '}'\"}"), "fine");
  EXPECT_EQ(of("{to: a}"), "1:38 E104 this notice has no `message`");
  EXPECT_EQ(of("{to: A, message: x}"), "1:43 E115 'A' cannot be the id of a recipient");
  EXPECT_EQ(of("{to: a, message: \"${living\"}"), "1:56 E201 a ${ that nothing closes");
  EXPECT_EQ(of("{to: a, message: x, repeat: 1s}"), "1:66 E304 repeat is at least 10s");
  EXPECT_EQ(of("{to: a, message: \"${livin.temperature}\"}").substr(0, 5), "1:58 ");
  EXPECT_EQ(first_finding("notifiers: {a: {mqtt: 'x/#'}}\n"),
            "1:16 E304 this notifier names no topic to publish to");
}

TEST(Settings, ASchedulesPlanIsChecked) {
  const auto of = [](const std::string& initial) {
    return first_finding("settings: {a: {type: schedule, values: [x, y], initial: " + initial +
                         "}}\n");
  };
  EXPECT_EQ(of("{mon-sun: {'06:00': x}}"), "fine");
  EXPECT_EQ(of("{mon-sun: {'06:00': z}}"), "1:77 E303 a cannot be 'z'");
  EXPECT_EQ(of("{mon-son: {'06:00': x}}"),
            "1:57 E203 'mon-son' names no days: write mon-fri, or sat");
  EXPECT_EQ(of("{mon: {'06:00': x}, mon-tue: {'06:00': y}}"), "1:57 E203 mon 06:00 is there twice");
  EXPECT_EQ(of("{}"), "1:57 E203 a schedule needs at least one line");
  EXPECT_EQ(first_finding("settings: {a: {type: time, initial: 7}}\n"),
            "1:37 E203 a is a time of day, got '7'");
}

TEST(Foreach, ItsNameIsFreeAndEndsWithTheRule) {
  const std::string groups = "groups: {lamps: {devices: [strip]}}\n";
  const auto of = [&](const std::string& foreach) {
    return first_finding(groups + "rules: {a: {foreach: " + foreach + ", when: anna.home}}\n");
  };
  EXPECT_EQ(of("{l: lamps}"), "fine");
  EXPECT_EQ(of("{l: lamp}"), "2:26 E301 unknown group 'lamp'");
  EXPECT_EQ(of("{strip: lamps}"), "2:23 E106 'strip' means something else already");
  EXPECT_EQ(of("{sun: lamps}"), "2:23 E115 'sun' is a reserved word");
  EXPECT_EQ(of("{l: lamps, m: lamps}"),
            "2:22 E114 foreach is one name for the members of one group");
  EXPECT_EQ(of("lamps"), "2:22 E114 foreach is a map");
  EXPECT_EQ(
      first_finding(groups + "rules: {a: {foreach: {l: lamps}, when: l.on}, b: {when: l.on}}\n"),
      "2:57 E301 there is no device, group or var 'l'");
}

}  // namespace
}  // namespace attune::rules
