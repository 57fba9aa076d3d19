#include "broker/cli/scenario.h"

#include <gtest/gtest.h>

#include "broker/cli/sources.h"

namespace attune::cli {
namespace {

constexpr const char* kDevices =
    "version: 1\n"
    "devices:\n"
    "  lamp:   {capabilities: [light]}\n"
    "  motion: {capabilities: [occupancy]}\n"
    "  door:   {capabilities: [contact]}\n"
    "  valve:  {capabilities: [valve]}\n";

/// The rules of every test here; each adds its own `tests:`.
constexpr const char* kRules =
    "version: 1\n"
    "settings: {house: {values: [home, away], initial: home}}\n"
    "manual: {default: {hold: 1h}}\n"
    "rules:\n"
    "  light:\n"
    "    when: motion.occupancy\n"
    "    off_delay: 3m\n"
    "    want: {lamp.on: true, lamp.brightness: \"=settings.house == 'away' ? 15 : 80\"}\n"
    "  dark:\n"
    "    when: settings.house == 'away' && door.open\n"
    "    for: 10s\n"
    "    want: {lamp.on: false}\n"
    "    priority: mode\n"
    "tests:\n"
    "  t:\n";

class Scenario : public testing::Test {
 protected:
  /// Runs `test`, the body of one test, indented by four.
  CaseResult run(const std::string& test) {
    Sources sources;
    sources.devices = config::parse_devices("devices.yaml", kDevices);
    sources.rules.push_back({"rules.yaml", kRules + test});
    checked_ = check(std::move(sources));
    if (!checked_.set || checked_.set->tests.empty()) {
      ADD_FAILURE() << render(checked_.issues);
      return {};
    }
    ScenarioRunner runner(*checked_.catalog, checked_.set);
    const CaseResult first = runner.run(checked_.set->tests.front());
    const CaseResult second = runner.run(checked_.set->tests.front());
    EXPECT_EQ(first.passed, second.passed) << "the same test twice gives two answers";
    EXPECT_EQ(first.failure, second.failure);
    return first;
  }
  Checked checked_;
};

TEST_F(Scenario, ARuleDrivesASimulatedDevice) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: true}, expect: {lamp.on: true, lamp.brightness: "
          "80}, by: "
          "light}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, CommandsOfSeveralDevicesAreAllCounted) {
  Sources sources;
  sources.devices = config::parse_devices(
      "devices.yaml",
      "version: 1\ndevices: {door: {capabilities: [contact]}, plug: {capabilities: [switch]}, "
      "fan: {capabilities: [switch]}}\n");
  sources.rules.push_back(
      {"rules.yaml",
       "version: 1\n"
       "rules:\n"
       "  a: {when: door.open, want: {plug.on: true}}\n"
       "  b: {when: door.open, want: {fan.on: true}}\n"
       "tests:\n"
       "  t:\n"
       "    given: {state: {plug.on: false, fan.on: false, door.open: false}}\n"
       "    steps: [{report: {door.open: true}, commands: {plug.on: [true], fan.on: [true]}}]\n"});
  const Checked checked = check(std::move(sources));
  ASSERT_TRUE(checked.set) << render(checked.issues);
  ScenarioRunner runner(*checked.catalog, checked.set);
  const CaseResult result = runner.run(checked.set->tests.front());
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, SettingsAreGivenAsTheyWereLeft) {
  const CaseResult result =
      run("    given: {settings: {house: away}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: true}, expect: {lamp.brightness: 15}}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, DeadlinesFireAtTheirMoment) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: true, lamp.on: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: false}}\n"
          "      - {after: 179s, expect: {lamp.on: true}, by: light}\n"
          "      - {after: 1s, expect: {lamp.on: false}}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, APersonWinsForTheHoldAndNoLonger) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: true}, expect: {lamp.on: true}, by: light}\n"
          "      - {manual: {lamp.on: false}, expect: {lamp.on: false}, by: manual}\n"
          "      - {after: 59m, expect: {lamp.on: false}, by: manual}\n"
          "      - {after: 1m, expect: {lamp.on: true}, by: light}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, ARestartForgetsNothing) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: true}}\n"
          "      - {manual: {lamp.on: false}}\n"
          "      - {after: 30m}\n"
          "      - {restart: true, expect: {lamp.on: false}, by: manual}\n"
          "      - {after: 29m, expect: {lamp.on: false}, by: manual}\n"
          "      - {after: 1m, expect: {lamp.on: true}, by: light}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, ADeadlineSurvivesARestart) {
  const CaseResult result =
      run("    given: {settings: {house: away}, state: {motion.occupancy: true, door.open: false, "
          "lamp.on: false}}\n"
          "    steps:\n"
          "      - {expect: {lamp.on: true}, by: light}\n"
          "      - {report: {door.open: true}, after: 9s, expect: {lamp.on: true}}\n"
          "      - {restart: true, expect: {lamp.on: true}}\n"
          "      - {after: 1s, expect: {lamp.on: false}, by: dark}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, APersonsHandAfterARestartIsStillAHand) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: true, lamp.on: false}}\n"
          "    steps:\n"
          "      - {restart: true, expect: {lamp.on: true}}\n"
          "      - {manual: {lamp.on: false}, expect: {lamp.on: false}, by: manual}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, AFailureNamesTheStepTheValuesTheHolderAndTheRule) {
  const CaseResult result =
      run("    given: {time: \"2026-01-15T18:00:00\", state: {motion.occupancy: true}}\n"
          "    steps:\n"
          "      - {expect: {lamp.on: true}}\n"
          "      - {after: 1m, expect: {lamp.on: false}, by: dark}\n");
  EXPECT_FALSE(result.passed);
  EXPECT_EQ(result.place.line, 19);
  EXPECT_EQ(result.failure,
            "  expected lamp.on = false, it is true\n"
            "  it is held by light at comfort since 2026-01-15T18:00:00.000Z, wanting true\n"
            "  expected lamp.on to be held by dark, it is held by light at comfort since "
            "2026-01-15T18:00:00.000Z, wanting true\n"
            "  rule dark is not active\n"
            "    when: `settings.house == 'away'` is false (settings.house = \"home\" since "
            "2026-01-15T18:00:00.000Z)\n"
            "  at 2026-01-15T18:01:00.000Z of the test\n");
}

TEST_F(Scenario, AFailureNamesTheRuleThatCameNearestAndWhatStoodInItsWay) {
  const CaseResult result = run(
      "    given: {settings: {house: away}, state: {motion.occupancy: true, door.open: false}}\n"
      "    steps:\n"
      "      - {expect: {lamp.on: false}}\n");
  EXPECT_FALSE(result.passed);
  EXPECT_NE(result.failure.find("  rule dark is not active\n"
                                "    when: `door.open` is false (door.open = false since "
                                "2026-01-15T12:00:00.000Z)\n"),
            std::string::npos)
      << result.failure;
}

TEST_F(Scenario, AtGoesOnToAMomentAndAClockToItsNextTime) {
  const CaseResult result =
      run("    given: {time: \"2026-01-15T18:00:00\", state: {motion.occupancy: true, lamp.on: "
          "false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: false}}\n"
          "      - {at: \"2026-01-15T18:02:59\", expect: {lamp.on: true}}\n"
          "      - {at: \"18:03\", expect: {lamp.on: false}}\n"
          "      - {at: \"18:03\", expect: {lamp.on: false}}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, TimesAreThoseOfTheHousesClocks) {
  (void)run(
      "    given: {time: \"2026-07-15T18:00:00\", state: {motion.occupancy: true}}\n"
      "    steps:\n"
      "      - {at: \"2026-07-15T19:00:00\"}\n"
      "      - {at: \"19:30\", expect: {lamp.on: false}}\n");
  const auto berlin = cel::Zone::find("Europe/Berlin");
  ASSERT_TRUE(berlin);
  ScenarioRunner runner(*checked_.catalog, checked_.set, {*berlin, {}});
  const CaseResult result = runner.run(checked_.set->tests.front());
  EXPECT_NE(result.failure.find("at 2026-07-15T17:30:00.000Z of the test"), std::string::npos)
      << result.failure;
}

TEST_F(Scenario, AMomentThatIsOverFails) {
  const CaseResult result =
      run("    given: {time: \"2026-01-15T18:00:00\"}\n"
          "    steps:\n"
          "      - {at: \"2026-01-15T17:00:00\"}\n");
  EXPECT_FALSE(result.passed);
  EXPECT_NE(result.failure.find("it is later than 2026-01-15T17:00:00.000Z already"),
            std::string::npos);
}

TEST_F(Scenario, CommandsAreThoseOfTheStepInOrder) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: false, lamp.on: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: true}, commands: {lamp.on: true}}\n"
          "      - {report: {motion.occupancy: false}, commands: {lamp.on: []}}\n"
          "      - {after: 3m, commands: {lamp.on: [false]}}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, WrongCommandsAreShownBesideThoseExpected) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: false, lamp.on: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: true}, commands: {lamp.on: [true, false]}}\n");
  EXPECT_FALSE(result.passed);
  EXPECT_NE(result.failure.find("  expected to send lamp.on = true, false, it sent true\n"),
            std::string::npos)
      << result.failure;
}

TEST_F(Scenario, ASilentDeviceIsCommandedAndShowsNothing) {
  const CaseResult result =
      run("    given: {state: {motion.occupancy: false, lamp.on: false}}\n"
          "    steps:\n"
          "      - {silent: lamp, report: {motion.occupancy: true}, commands: {lamp.on: true}, "
          "expect: {lamp.on: false}, by: light}\n"
          "      - {after: 2h, commands: {lamp.on: []}, expect: {lamp.on: false}}\n"
          "      - {silent: [], offline: lamp, expect: {lamp.on: false}}\n"
          "      - {offline: [], expect: {lamp.on: true}, commands: {lamp.on: true}}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, ASilentSensorIsMissedAndOneThatOnlySaysNothingIsNot) {
  Sources sources;
  sources.devices =
      config::parse_devices("devices.yaml",
                            "version: 1\ndevices: {lamp: {capabilities: [light]}, "
                            "pulse: {capabilities: [occupancy], liveness: {period: 5m}}}\n");
  sources.rules.push_back(
      {"rules.yaml",
       "version: 1\ndefaults: {lamp.on: false}\n"
       "rules:\n  seen: {when: known(pulse.occupancy), want: {lamp.on: true}}\n"
       "tests:\n  t:\n    given: {state: {pulse.occupancy: false, lamp.on: false}}\n    steps:\n"
       "      - {report: {pulse.occupancy: true}, expect: {lamp.on: true}}\n"
       "      - {after: 10h, expect: {lamp.on: true}}\n"
       "      - {silent: pulse, after: 30m, expect: {lamp.on: true}}\n"
       "      - {after: 2h, expect: {lamp.on: false}}\n"
       "      - {silent: [], report: {pulse.occupancy: true}, expect: {lamp.on: true}}\n"});
  const Checked checked = check(std::move(sources));
  ASSERT_TRUE(checked.set) << render(checked.issues);
  ScenarioRunner runner(*checked.catalog, checked.set);
  const CaseResult result = runner.run(checked.set->tests.front());
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, AnOfflineDeviceIsUnknownAndComesBackAsItWas) {
  const CaseResult result =
      run("    given: {settings: {house: away}, state: {door.open: true, motion.occupancy: true, "
          "lamp.on: true}}\n"
          "    steps:\n"
          "      - {after: 10s, expect: {lamp.on: false}, by: dark}\n"
          "      - {offline: door, expect: {lamp.on: false}, by: dark}\n"
          "      - {after: 10m, expect: {lamp.on: true}, by: light}\n"
          "      - {offline: []}\n"
          "      - {after: 10s, expect: {lamp.on: false}, by: dark}\n");
  EXPECT_TRUE(result.passed) << result.failure;
}

TEST_F(Scenario, WhyIsPartOfTheChainOfWhatIsExpected) {
  const std::string step = "      - {report: {motion.occupancy: true}, expect: {lamp.on: true}, ";
  const CaseResult right = run("    steps:\n" + step + "why: motion.occupancy became true}\n");
  EXPECT_TRUE(right.passed) << right.failure;
  const CaseResult wrong = run("    steps:\n" + step + "why: door.open became true}\n");
  EXPECT_FALSE(wrong.passed);
  EXPECT_NE(wrong.failure.find("expected why lamp.on to say 'door.open became true', it says"),
            std::string::npos);
}

TEST_F(Scenario, NeverIsSeenAlsoWhenItDoesNotLast) {
  const CaseResult wrong =
      run("    given: {state: {motion.occupancy: true, lamp.on: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: false}, after: 10m, never: \"!lamp.on\"}\n");
  EXPECT_FALSE(wrong.passed);
  EXPECT_NE(wrong.failure.find("never: `!lamp.on` became true at 2026-01-15T12:03:00.000Z"),
            std::string::npos)
      << wrong.failure;
  const CaseResult right =
      run("    given: {state: {motion.occupancy: true, lamp.on: false}}\n"
          "    steps:\n"
          "      - {report: {motion.occupancy: false}, after: 2m, never: \"!lamp.on\"}\n");
  EXPECT_TRUE(right.passed) << right.failure;
}

TEST_F(Scenario, CoverageNamesWhatWasNeverTrue) {
  (void)run(
      "    given: {state: {motion.occupancy: true, door.open: true}}\n"
      "    steps: [{after: 1s}]\n");
  Coverage coverage(*checked_.set);
  ScenarioRunner runner(*checked_.catalog, checked_.set, {}, &coverage);
  ASSERT_TRUE(runner.run(checked_.set->tests.front()).passed);
  EXPECT_EQ(coverage.text(),
            "rules.yaml:9: dark: when was never true: `settings.house == 'away' && door.open`\n"
            "rules.yaml:9: dark: when: a part was never true: `settings.house == 'away'`\n"
            "2 of 4 conditions and parts were true in some test\n");
}

TEST_F(Scenario, CoverageNamesInterlocksThatWereNeverReached) {
  (void)run(
      "    given: {state: {lamp.on: false}}\n"
      "    steps: [{report: {door.open: true}}]\n"
      "interlocks:\n"
      "  closed: {never: lamp.on && door.open}\n");
  Coverage coverage(*checked_.set);
  ScenarioRunner runner(*checked_.catalog, checked_.set, {}, &coverage);
  ASSERT_TRUE(runner.run(checked_.set->tests.front()).passed);
  const std::string text = coverage.text();
  EXPECT_NE(text.find("rules.yaml:19: closed: never was never true: `lamp.on && door.open`\n"
                      "rules.yaml:19: closed: never: a part was never true: `lamp.on`\n"),
            std::string::npos)
      << text;
}

TEST_F(Scenario, AValueThatWasNeverReportedFailsAnExpectation) {
  const CaseResult result = run("    steps:\n      - {expect: {lamp.on: false}}\n");
  EXPECT_FALSE(result.passed);
  EXPECT_NE(result.failure.find("it is unknown (never reported)"), std::string::npos);
}

}  // namespace
}  // namespace attune::cli
