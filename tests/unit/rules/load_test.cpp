#include "rules/load.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>

#include "tests/unit/rules/small_house.h"

namespace attune::rules {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

const Value& literal(const Want& want) {
  return std::get<Value>(want.value);
}

const Rule& only_rule(const Loaded& loaded) {
  EXPECT_TRUE(loaded.set) << render(loaded.issues);
  if (!loaded.set) std::abort();
  return loaded.set->rules.at(0);
}

TEST(Load, ReadsEveryFieldOfARule) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
rules:
  hall_light:
    label: Hall light
    because: somebody is there
    tags: [light, hall]
    enabled: shadow
    when: hall_motion.occupancy
    while: hall_motion.illuminance < 40
    until: "!hall_motion.occupancy"
    for: 5s
    off_delay: 3m
    want: {hall_lamp.on: true, hall_lamp.brightness: 80}
    priority: mode+1
    on_unknown: "false"
)");
  const Rule& rule = only_rule(loaded);
  EXPECT_EQ(rule.id.text(), "hall_light");
  EXPECT_EQ(rule.extras->words.label, "Hall light");
  EXPECT_EQ(rule.extras->words.because, "somebody is there");
  EXPECT_EQ(rule.extras->words.tags, (std::vector<std::string>{"light", "hall"}));
  EXPECT_EQ(rule.mode, RuleMode::shadow);
  EXPECT_EQ(rule.when.source(), "hall_motion.occupancy");
  EXPECT_EQ(rule.extras->while_->source(), "hall_motion.illuminance < 40");
  EXPECT_EQ(rule.until.source(), "!hall_motion.occupancy");
  EXPECT_EQ(rule.for_, seconds(5));
  EXPECT_EQ(rule.off_delay, minutes(3));
  EXPECT_EQ(rule.priority, 301);
  EXPECT_EQ(rule.on_unknown, OnUnknown::assume_false);
  EXPECT_EQ(loaded.set->place_of(rule), (SourcePlace{"rules.yaml", 4, 3, 10}));
  ASSERT_EQ(rule.want.size(), 2u);
  EXPECT_EQ(rule.want[0].attribute, house.id("hall_lamp.on"));
  EXPECT_EQ(literal(rule.want[0]), Value(true));
  EXPECT_EQ(literal(rule.want[1]), Value(80.0));
}

TEST(Load, ARuleIsComfortAndKeepsWhatItKnewUnlessItSaysOtherwise) {
  SmallHouse house;
  const Loaded loaded = house.load("rules: {a: {when: anna.home}}\n");
  const Rule& rule = only_rule(loaded);
  EXPECT_EQ(rule.priority, 200);
  EXPECT_EQ(rule.on_unknown, OnUnknown::keep);
  EXPECT_EQ(rule.mode, RuleMode::enabled);
  EXPECT_TRUE(rule.until.empty());
}

TEST(Load, RulesOfAllFilesAscendById) {
  SmallHouse house;
  const Loaded loaded =
      load({{"b.yaml", "version: 1\nrules: {c: {when: anna.home}}\n"},
            {"a.yaml", "version: 1\nrules: {d: {when: anna.home}, b: {when: ben.home}}\n"}},
           house.surroundings());
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  ASSERT_EQ(loaded.set->rules.size(), 3u);
  EXPECT_EQ(loaded.set->index_of("b"), 0u);
  EXPECT_EQ(loaded.set->index_of("c"), 1u);
  EXPECT_EQ(loaded.set->find("d")->id.text(), "d");
  EXPECT_EQ(loaded.set->find("e"), nullptr);
  EXPECT_EQ(loaded.set->files.size(), 2u);
}

TEST(Load, LiteralsAreReadByTheTypeOfTheirAttribute) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
rules:
  a:
    when: anna.home
    want: {ac.hvac_mode: off, hall_lamp.color_temp: 2700, strip.color_xy: [0.3, 0.4], strip.effect: 12:30, ac.target_temperature: 21.5, wall.l2.on: false}
)");
  const Rule& rule = only_rule(loaded);
  ASSERT_EQ(rule.want.size(), 6u);
  EXPECT_EQ(literal(rule.want[0]), Value("off"));
  EXPECT_EQ(literal(rule.want[1]), Value(2700));
  EXPECT_EQ(literal(rule.want[2]), Value(std::vector<double>{0.3, 0.4}));
  EXPECT_EQ(literal(rule.want[3]), Value("12:30"));
  EXPECT_EQ(literal(rule.want[4]), Value(21.5));
  EXPECT_EQ(literal(rule.want[5]), Value(false));
}

TEST(Load, AWantOfAGroupIsOneOfEachMemberThatTakesIt) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
groups: {things: {area: living}}
rules: {a: {when: anna.home, want: {things.on: false, ceiling.on: true}}}
)");
  const Rule& rule = only_rule(loaded);
  ASSERT_EQ(rule.want.size(), 3u);
  EXPECT_EQ(rule.want[0].attribute, house.id("aquarium_lamp.on"));
  EXPECT_EQ(rule.want[1].attribute, house.id("ceiling.on"));
  EXPECT_EQ(literal(rule.want[1]), Value(true)) << "the device comes before its group";
  EXPECT_EQ(rule.want[2].attribute, house.id("strip.on"));
}

TEST(Load, AWantMayBeAnExpression) {
  SmallHouse house;
  const Loaded loaded =
      house.load("rules: {a: {when: anna.home, want: {hall_lamp.on: =ben.home}}}\n");
  const Rule& rule = only_rule(loaded);
  EXPECT_EQ(std::get<cel::Expression>(rule.want.at(0).value).source(), "ben.home");
  EXPECT_EQ(rule.reads(), (std::vector<AttributeId>{house.id("anna.home"), house.id("ben.home")}));
}

TEST(Load, GroupsChooseByAreaCapabilityAndTag) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
groups:
  indoor: {capability: light, not_tag: aquarium}
  living: {area: living, capability: light}
  listed: {devices: [strip, pump]}
  most: {capability: light, except: [strip, ceiling]}
  more: {capability: leak, devices: [window]}
)");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const auto ids = [&](const char* group) {
    std::string out;
    for (const DeviceId& id : loaded.set->groups.at(group)) out += id.text() + " ";
    return out;
  };
  EXPECT_EQ(ids("indoor"), "ceiling desk_lamp hall_lamp strip ");
  EXPECT_EQ(ids("living"), "aquarium_lamp ceiling strip ");
  EXPECT_EQ(ids("listed"), "pump strip ");
  EXPECT_EQ(ids("most"), "aquarium_lamp desk_lamp hall_lamp ");
  EXPECT_EQ(ids("more"), "leak_bath leak_kitchen window ");
}

TEST(Load, AGroupHidesADeviceOfItsName) {
  EXPECT_EQ(first_finding("groups: {living: {area: living}}\n"),
            "1:10 W903 group 'living' hides the device of that name");
}

TEST(Load, SettingsHaveATypeARangeAndAFirstValue) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
settings:
  house: {label: House, values: [home, away], initial: away}
  guest: {type: bool}
  frost: {label: Frost, type: number, unit: Cel, min: 5, max: 12, initial: 7}
)");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  ASSERT_EQ(loaded.set->settings.size(), 3u);
  const auto& [frost, guest, mode] =
      std::tie(loaded.set->settings[0], loaded.set->settings[1], loaded.set->settings[2]);
  EXPECT_EQ(frost.initial, Value(7.0));
  EXPECT_EQ(frost.info.unit, "Cel");
  EXPECT_EQ(frost.info.range->max, 12);
  EXPECT_EQ(guest.initial, Value(false));
  EXPECT_EQ(mode.initial, Value("away"));
  EXPECT_EQ(mode.info.values, (std::vector<std::string>{"home", "away"}));
  EXPECT_TRUE(mode.info.writable);
}

TEST(Load, ASettingCanBeWantedAndRead) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
settings: {house: {values: [home, away]}}
rules: {away: {when: settings.house == 'home' && !anna.home, want: {settings.house: away}}}
)");
  const Rule& rule = only_rule(loaded);
  EXPECT_EQ(rule.want.at(0).attribute, house.id("settings.house"));
  EXPECT_EQ(literal(rule.want.at(0)), Value("away"));
  const auto readers = loaded.set->readers.of(house.id("settings.house"));
  EXPECT_EQ(std::vector(readers.begin(), readers.end()), (std::vector<std::uint32_t>{0}));
}

TEST(Load, DefaultsOfADeviceComeBeforeThoseOfItsGroup) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
groups: {lights: {capability: light}}
defaults: {ceiling.on: true, lights.on: leave, blind.position: 100, main_valve.open: restore}
)");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const auto& defaults = loaded.set->defaults;
  EXPECT_EQ(defaults.at(house.id("ceiling.on")).kind, Default::Kind::value);
  EXPECT_EQ(defaults.at(house.id("ceiling.on")).value, Value(true));
  EXPECT_EQ(defaults.at(house.id("strip.on")).kind, Default::Kind::leave);
  EXPECT_EQ(defaults.at(house.id("blind.position")).value, Value(100.0));
  EXPECT_EQ(defaults.at(house.id("main_valve.open")).kind, Default::Kind::restore);
}

TEST(Load, AHandIsWorthWhatManualSays) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
groups: {lights: {capability: light}}
manual:
  default: {hold: 1h}
  lights.on: {hold: 30m, until: "!hall_motion.occupancy"}
  bath_fan.on: {until: "!anna.home"}
)");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  EXPECT_EQ(loaded.set->manual_for(house.id("pump.on")).hold, hours(1));
  EXPECT_EQ(loaded.set->manual_for(house.id("strip.on")).hold, minutes(30));
  EXPECT_FALSE(loaded.set->manual_for(house.id("bath_fan.on")).hold);
  const auto& holds = loaded.set->hold_readers;
  EXPECT_EQ(holds.at(index(house.id("anna.home"))),
            (std::vector<AttributeId>{house.id("bath_fan.on")}));
  EXPECT_EQ(holds.at(index(house.id("hall_motion.occupancy"))).size(), 5u);
}

TEST(Load, AHandIsWorthTwoHoursWhenNoFileSaysIt) {
  SmallHouse house;
  const Loaded loaded = house.load("");
  ASSERT_TRUE(loaded.set);
  EXPECT_EQ(loaded.set->manual.hold, hours(2));
}

TEST(Load, TestsBecomeStepsInOrder) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
settings: {house: {values: [home, away]}}
rules: {hall: {when: hall_motion.occupancy, want: {hall_lamp.on: true}}}
tests:
  people_win:
    given: {time: "2026-01-15T18:00:00", state: {hall_motion.occupancy: false}, settings: {house: away}}
    steps:
      - {report: {hall_motion.occupancy: true}, expect: {hall_lamp.on: true}, by: hall}
      - {manual: {hall_lamp.on: false}}
      - {after: 10m, restart: true, expect: {hall_lamp.on: false}, by: manual}
)");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  ASSERT_EQ(loaded.set->tests.size(), 1u);
  const TestCase& test = loaded.set->tests[0];
  EXPECT_EQ(test.name, "people_win");
  EXPECT_EQ(test.time, parse_utc("2026-01-15T18:00:00"));
  EXPECT_EQ(test.settings.at(0).first.text(), "settings.house");
  EXPECT_EQ(test.state.at(0).second, Value(false));
  ASSERT_EQ(test.steps.size(), 3u);
  EXPECT_EQ(test.steps[0].by, "hall");
  EXPECT_EQ(test.steps[0].place.line, 9);
  EXPECT_EQ(test.steps[1].manual.at(0).first.text(), "hall_lamp.on");
  EXPECT_EQ(test.steps[2].after, minutes(10));
  EXPECT_TRUE(test.steps[2].restart);
}

TEST(Load, ABrokenRuleDoesNotHideTheFindingsOfOthers) {
  SmallHouse house;
  const Loaded loaded = load(
      {{"b.yaml", "version: 1\nrules: {a: {wehn: anna.home}, b: {when: anna.home, for: -5s}}\n"},
       {"a.yaml", "version: 1\nrules: {c: !x}\n"},
       {"c.yaml", "version: 1\nrules: {d: {when: anna.home, want: {hall_lamp.on: 3}}}\n"}},
      house.surroundings());
  EXPECT_FALSE(loaded.set);
  std::string codes;
  for (const Issue& issue : loaded.issues) codes += issue.place.file + " " + issue.code + " ";
  EXPECT_EQ(codes, "a.yaml E108 b.yaml E104 b.yaml E103 b.yaml E105 c.yaml E203 ");
  EXPECT_FALSE(loaded.only_unknown_devices);
}

TEST(Load, SaysWhenOnlyUndiscoveredDevicesAreInTheWay) {
  SmallHouse house;
  EXPECT_TRUE(house.load("rules: {a: {when: anna.home, want: {lamp_of_tomorrow.on: true}}}\n")
                  .only_unknown_devices);
  EXPECT_TRUE(
      house.load("rules: {a: {when: anna.home, want: {tv.on: true}}}\n").only_unknown_devices);
  EXPECT_FALSE(house.load("rules: {a: {when: anna.home, for: x, want: {nobody.on: true}}}\n")
                   .only_unknown_devices);
  EXPECT_FALSE(house.load("").only_unknown_devices);
}

TEST(Load, ShowsAThousandErrorsAndStillKnowsOfTheOthers) {
  SmallHouse house;
  std::string unknown = "rules:\n";
  for (int i = 0; i < 1'500; ++i) {
    unknown += "  r" + std::to_string(i) + ": {when: anna.home, want: {gone.on: true}}\n";
  }
  const Loaded only_unknown = house.load(unknown);
  EXPECT_EQ(only_unknown.issues.size(), 1'000u);
  EXPECT_TRUE(only_unknown.only_unknown_devices);
  const Loaded one_more = house.load(unknown + "  last: {when: anna.home, for: 90}\n");
  EXPECT_FALSE(one_more.set);
  EXPECT_FALSE(one_more.only_unknown_devices);
}

TEST(Load, IdsAreUniqueOverAllFiles) {
  SmallHouse house;
  const Loaded loaded = load({{"a.yaml", "version: 1\nrules: {x: {when: anna.home}}\n"},
                              {"b.yaml", "version: 1\n\nrules: {x: {when: anna.home}}\n"}},
                             house.surroundings());
  ASSERT_EQ(loaded.issues.size(), 1u);
  EXPECT_EQ(loaded.issues[0].code, "E106");
  EXPECT_EQ(loaded.issues[0].place.file, "b.yaml");
  EXPECT_EQ(loaded.issues[0].message, "rule 'x' is already at a.yaml:2");
}

TEST(Load, EveryFileSaysItsVersion) {
  SmallHouse house;
  const auto code = [&](const std::string& text) {
    const Loaded loaded = load({{"a.yaml", text}}, house.surroundings());
    return loaded.issues.empty() ? "fine" : loaded.issues.front().code;
  };
  EXPECT_EQ(code(""), "E107");
  EXPECT_EQ(code("rules: {}\n"), "E107");
  EXPECT_EQ(code("version: 2\n"), "E107");
  EXPECT_EQ(code("version: '1'\n"), "E107");
  EXPECT_EQ(code("version: 1\n"), "fine");
  EXPECT_EQ(code("[]\n"), "E114");
}

TEST(Load, KeysThatComeLaterAreNotUnknown) {
  EXPECT_EQ(first_finding("triggers: {}\n"),
            "1:1 E110 'triggers' is not supported yet in this version");
  EXPECT_EQ(first_finding("ruels: {}\n"), "1:1 E103 unknown key 'ruels'");
}

TEST(Load, ReservedAndMisshapenIdsAreRefused) {
  EXPECT_EQ(first_finding("rules: {settings: {when: anna.home}}\n"),
            "1:9 E115 'settings' is a reserved word");
  EXPECT_EQ(first_finding("rules: {Hall: {when: anna.home}}\n"),
            "1:9 E115 'Hall' cannot be the id of a rule");
  EXPECT_EQ(first_finding("groups: {" + std::string(65, 'a') + ": {area: x}}\n").substr(0, 9),
            "1:10 E115");
}

TEST(Load, PrioritiesHaveSmallOffsets) {
  const auto with = [](const std::string& priority) {
    return first_finding("rules: {a: {when: anna.home, priority: " + priority + "}}\n");
  };
  EXPECT_EQ(with("life_safety-9"), "fine");
  EXPECT_EQ(with("schedule"), "fine");
  EXPECT_EQ(with("comfort+10"), "1:40 E303 'comfort+10' is no priority");
  EXPECT_EQ(with("comfort+0"), "1:40 E303 'comfort+0' is no priority");
  EXPECT_EQ(with("person"), "1:40 E303 'person' is no priority");
}

TEST(Load, AbsurdDurationsAreRefused) {
  const auto with = [](const std::string& duration) {
    return first_finding("rules: {a: {when: anna.home, for: " + duration + "}}\n");
  };
  EXPECT_EQ(with("1h30m"), "fine");
  EXPECT_EQ(with("-5s"), "1:35 E105 '-5s' is no duration");
  EXPECT_EQ(with("1000000000s"), "1:35 E105 '1000000000s' is no duration");
  EXPECT_EQ(with("90"), "1:35 E105 '90' is no duration");
  EXPECT_EQ(with("[]"), "1:35 E105 a list is no duration");
}

TEST(Load, WantsAreCheckedAgainstTheDevice) {
  const auto want = [](const std::string& entry) {
    return first_finding("rules: {a: {when: anna.home, want: {" + entry + "}}}\n");
  };
  EXPECT_EQ(want("hall_lamb.on: true"), "1:37 E301 unknown device or group 'hall_lamb'");
  EXPECT_EQ(want("hall_lamp.onn: true"), "1:37 E302 unknown attribute 'onn' of hall_lamp");
  EXPECT_EQ(want("hall_lamp.position: 3"),
            "1:37 E306 hall_lamp has no 'position': nothing to command");
  EXPECT_EQ(want("wall.l3.on: true"), "1:37 E306 wall has no 'l3.on': nothing to command");
  EXPECT_EQ(want("hall_motion.occupancy: true"),
            "1:37 E305 hall_motion.occupancy cannot be written");
  EXPECT_EQ(want("ac.hvac_mode: coool"), "1:51 E303 hvac_mode cannot be 'coool'");
  EXPECT_EQ(want("hall_lamp.brightness: 101"), "1:59 E304 101 is outside the range of brightness");
  EXPECT_EQ(want("hall_lamp.brightness: 80%"), "1:59 E203 brightness is a number, got '80%'");
  EXPECT_EQ(want("hall_lamp.on: on"), "1:51 E203 on is true or false, got 'on'");
  EXPECT_EQ(want("hall_lamp.color_temp: 2700.5"),
            "1:59 E203 color_temp is a whole number, got '2700.5'");
  EXPECT_EQ(want("hall_lamp: true"), "1:37 E114 'hall_lamp' is no path");
  EXPECT_EQ(want("settings.hose: true"), "1:37 E302 unknown setting 'hose'");
}

TEST(Load, AClaimWithoutAnEndIsAnError) {
  const std::string rule = "rules: {a: {when: anna.home, want: {strip.raw.mode: party}}}\n";
  EXPECT_EQ(first_finding(rule),
            "1:37 D401 nothing says what follows when this claim on strip.raw.mode ends");
  EXPECT_EQ(first_finding(rule + "defaults: {strip.raw.mode: leave}\n"), "fine");
}

TEST(Load, VarsAreLiteralsMapsListsAndExpressions) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
groups: {lights: {capability: light}}
vars:
  limit: 40
  setp: {heat: 20, bath: {day: 22.5}, live: =living.temperature}
  modes: [heat, "it's"]
  dark: =hall_motion.illuminance < limit
  lit: =lights.filter(l, l.on)
rules:
  a:
    when: dark && living.temperature > setp.heat && 'heat' in modes
    want: {thermostat.target_temperature: =setp.bath.day}
)");
  const Rule& rule = only_rule(loaded);
  EXPECT_EQ(rule.reads().size(), 2u) << "through the var, too";
}

TEST(Load, ExpressionsOfASectionThatAreWrittenAlikeAreOne) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
groups: {fans: {devices: [bath_fan, desk_lamp]}}
rules:
  a: {when: hall_motion.occupancy, want: {hall_lamp.on: true}}
  b: {when: hall_motion.occupancy, want: {strip.on: true}}
  c: {when: "!x.on", foreach: {x: fans}, want: {hall_lamp.brightness: 5}}
)");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const auto program = [&](const char* id) { return loaded.set->find(id)->when.program(); };
  EXPECT_EQ(program("a"), program("b"));
  EXPECT_NE(program("c[bath_fan]"), program("c[desk_lamp]"));
  EXPECT_EQ(loaded.set->find("c[bath_fan]")->reads(), (std::vector{house.id("bath_fan.on")}));
  EXPECT_EQ(loaded.set->find("c[desk_lamp]")->reads(), (std::vector{house.id("desk_lamp.on")}));
}

TEST(Load, AnExpressionIsFoundFaultWithWhereverItStands) {
  SmallHouse house;
  const Loaded loaded = house.load(R"(
rules:
  a: {when: hall_motion.battery < 5, want: {hall_lamp.on: true}}
  b: {when: hall_motion.battery < 5, want: {strip.on: true}}
)");
  std::vector<int> lines;
  for (const Issue& issue : loaded.issues) lines.push_back(issue.place.line);
  EXPECT_EQ(lines, (std::vector{4, 5})) << render(loaded.issues);
}

TEST(Load, AFindingInAVarStandsAtTheVar) {
  EXPECT_EQ(first_finding("vars: {v: {a: 1, b: =living.temperature < 'x'}}\n").substr(0, 10),
            "1:41 E203 ");
}

TEST(Load, AnEmptyGroupIsAWarning) {
  SmallHouse house;
  const Loaded loaded = house.load("groups: {none: {area: attic}}\n");
  ASSERT_TRUE(loaded.set);
  ASSERT_EQ(loaded.issues.size(), 1u);
  EXPECT_EQ(loaded.issues[0].code, "W902");
  EXPECT_TRUE(loaded.set->groups.at("none").empty());
}

TEST(Load, TwoGroupsThatSpeakForOneDeviceAreRefused) {
  EXPECT_EQ(first_finding("groups: {a: {area: living}, b: {tag: indoor}}\n"
                          "defaults: {a.on: true, b.on: false}\n"),
            "2:24 E106 ceiling.on is already set by 'a.on' at rules.yaml:3");
}

TEST(Load, AThousandFindingsOfAGroupAreSaidOnce) {
  SmallHouse house;
  const Loaded loaded = house.load(
      "groups: {lights: {capability: light}}\n"
      "rules: {a: {when: anna.home, want: {lights.on: maybe}}}\n");
  EXPECT_EQ(loaded.issues.size(), 1u) << render(loaded.issues);
}

std::uint64_t fingerprint_of(const std::string& text) {
  SmallHouse house;
  const Loaded loaded = house.load(text);
  return only_rule(loaded).fingerprint;
}

TEST(Fingerprint, IsOfTheMeaningAndNotOfTheLayout) {
  const auto first = fingerprint_of(
      "vars: {limit: 40}\n"
      "rules: {a: {when: anna.home && hall_motion.illuminance < limit, want: {ceiling.on: true, "
      "strip.on: false}}}\n");
  EXPECT_EQ(first, fingerprint_of(R"(
vars: {limit: 40, unused: 3}
rules:
  a:  # another comment
    label: A
    because: of this
    when: |
      anna.home // somebody
      && hall_motion.illuminance<limit
    want: {strip.on: false, ceiling.on: true}
)"));
}

TEST(Fingerprint, ChangesWithWhatTheRuleDoes) {
  const auto of = [](const std::string& fields) {
    return fingerprint_of("vars: {limit: 40}\ngroups: {g: {devices: [strip]}}\nrules: {a: {" +
                          fields + "}}\n");
  };
  std::set<std::uint64_t> seen = {
      of("when: anna.home"),
      of("when: ben.home"),
      of("when: tv.playback == 'idle'"),
      of("when: tv.playback == 'paused'"),
      of("when: anna.home, for: 5s"),
      of("when: anna.home, off_delay: 5s"),
      of("when: anna.home, while: ben.home"),
      of("when: anna.home, until: ben.home"),
      of("when: anna.home, priority: mode"),
      of("when: anna.home, on_unknown: true"),
      of("when: anna.home, enabled: shadow"),
      of("when: anna.home, want: {strip.on: true}"),
      of("when: anna.home, want: {strip.on: false}"),
      of("when: anna.home, want: {ceiling.on: true}"),
      of("when: anna.home, want: {strip.on: =ben.home}"),
      of("when: hall_motion.illuminance < limit"),
      of("when: anna.home, max_time: 5m"),
      of("when: anna.home, cooldown: 5m"),
      of("when: anna.home, reset: ack"),
      of("when: anna.home, foreach: {v: g}"),
      of("trigger: bell.event == 'a', toggle: strip.on"),
      of("trigger: bell.event == 'a', toggle: ceiling.on"),
      of("trigger: bell.event == 'b', toggle: strip.on"),
      of("trigger: rises(anna.home), max_time: 5m"),
      of("trigger: falls(anna.home), max_time: 5m"),
      of("trigger: {at: '07:00'}, max_time: 5m"),
      of("trigger: {at: '07:00', days: [mon]}, max_time: 5m"),
      of("trigger: {at: '07:00', late: 5m}, max_time: 5m"),
      of("trigger: {sun: rise}, max_time: 5m"),
      of("trigger: {sun: set}, max_time: 5m"),
      of("trigger: {sun: set, offset: 5m}, max_time: 5m"),
      of("trigger: {every: 15m}, max_time: 5m"),
      of("when: anna.home, do: [{wait: 5s}]"),
      of("when: anna.home, do: [{wait: 6s}]"),
      of("when: anna.home, do: [{want: {strip.on: true}}]"),
      of("when: anna.home, do: [{wait: 5s}], on_restart: abort"),
      of("when: anna.home, do: [{wait_until: ben.home, timeout: 5s}]"),
      of("when: anna.home, do: [{wait_until: ben.home, timeout: 5s, else: continue}]"),
      of("when: anna.home, notify: {to: a, message: x}"),
      of("when: anna.home, notify: {to: b, message: x}"),
      of("when: anna.home, notify: {to: a, message: x, repeat: 5m}"),
      of("when: anna.home, notify: {to: a, message: x, after: 5m}"),
  };
  EXPECT_EQ(seen.size(), 42u);
  EXPECT_EQ(of("when: anna.home, want: {strip.on: true}"),
            of("when: anna.home, want: {g.on: true}"))
      << "paths are resolved";
  EXPECT_FALSE(seen.contains(
      fingerprint_of("vars: {limit: 50}\nrules: {a: {when: hall_motion.illuminance < limit}}\n")))
      << "a var's value is a part of the rule's meaning";
}

TEST(ReadFiles, TakesTheYamlFilesOfAFolderInOrder) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("attune-rules-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder / "below");
  for (const char* name : {"b.yaml", "a.yml", ".hidden.yaml", "c.txt", "below/d.yaml"}) {
    std::ofstream(folder / name) << "version: 1\n";
  }
  Issues issues;
  const auto files = read_files(folder.string(), issues);
  ASSERT_EQ(files.size(), 2u) << render(issues);
  EXPECT_EQ(files[0].path, (folder / "a.yml").string());
  EXPECT_EQ(files[0].text, "version: 1\n");
  EXPECT_EQ(files[1].path, (folder / "b.yaml").string());
  EXPECT_EQ(read_files((folder / "c.txt").string(), issues).size(), 1u);
  EXPECT_TRUE(issues.empty());
  EXPECT_TRUE(read_files((folder / "gone.yaml").string(), issues).empty());
  EXPECT_EQ(issues.at(0).code, "E100");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace attune::rules
