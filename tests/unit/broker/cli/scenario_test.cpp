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
            "  rule dark is idle: its condition `settings.house == 'away' && door.open` is false\n"
            "  at 2026-01-15T18:01:00.000Z of the test\n");
}

TEST_F(Scenario, AValueThatWasNeverReportedFailsAnExpectation) {
  const CaseResult result = run("    steps:\n      - {expect: {lamp.on: false}}\n");
  EXPECT_FALSE(result.passed);
  EXPECT_NE(result.failure.find("it is unknown (never reported)"), std::string::npos);
}

}  // namespace
}  // namespace attune::cli
