#include <signal.h>

#include <cstdlib>

#include "tests/e2e/hall.h"

/// The main job, from a message to the answer why.
namespace attune::e2e {
namespace {

using DaemonTest = HallTest;
using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return AssertionSuccess();
  return AssertionFailure() << "no '" << part << "' in:\n" << text;
}

TEST_F(DaemonTest, AMotionLightsTheLampInOneMessageAndTheLampConfirms) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on; })) << daemon_->errors();
  EXPECT_EQ(lamp().last, R"({"state":"ON","brightness":203})");
  EXPECT_TRUE(until([&] { return metric("attune_commands_in_flight") == "0"; }));
  EXPECT_EQ(metric(R"(attune_commands_total{outcome="confirmed"})"), "2");
  EXPECT_EQ(lamp().messages, 1u);
  motion(false);
  ASSERT_TRUE(until([&] { return !lamp().on; }));
  EXPECT_EQ(lamp().messages, 2u);
}

TEST_F(DaemonTest, WhyNamesTheRuleAndTheSensor) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return has("/api/v1/commands", R"("state":"confirmed")"); }));
  const auto why = daemon_->cli({"why", "hall_lamp.on"});
  EXPECT_EQ(why.code, 0) << why.err;
  EXPECT_TRUE(contains(why.out, "hall_light"));
  EXPECT_TRUE(contains(why.out, "hall_motion.occupancy became true"));
  EXPECT_TRUE(contains(why.out, "rules.d/hall.yaml:3"));
  const auto json = daemon_->cli({"why", "hall_lamp.on", "-o", "json"});
  EXPECT_EQ(json.code, 0) << json.err;
  EXPECT_EQ(json.out.front(), '{');
}

TEST_F(DaemonTest, AHandAtTheLampWinsAlsoAfterKillNine) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return has("/api/v1/commands", R"("state":"confirmed")"); }));
  ASSERT_TRUE(until([&] { return metric("attune_commands_in_flight") == "0"; }));
  const auto messages = lamp().messages;
  lamps_->by_hand("hall_lamp", false);
  ASSERT_TRUE(until([&] { return has("/api/v1/claims", R"("by":"person")"); }));
  EXPECT_TRUE(contains(daemon_->cli({"why", "hall_lamp.on"}).out, "by hand"));

  daemon_->kill9();
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  EXPECT_TRUE(has("/api/v1/claims", R"("by":"person")"));
  EXPECT_TRUE(contains(daemon_->get("/api/v1/state").body, R"("on":{"value":false)"));
  motion(true, 6);
  ASSERT_TRUE(until([&] { return has("/api/v1/state", R"("illuminance":{"value":6)"); }));
  ASSERT_EQ(daemon_->terminate(), 0);
  ASSERT_TRUE(drained());
  EXPECT_EQ(lamp().messages, messages) << "the rule did not yield: " << lamp().last;
}

TEST_F(DaemonTest, ARestartGoesOnWhereItWas) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on; }));
  ASSERT_TRUE(until([&] { return metric("attune_commands_in_flight") == "0"; }));
  for (const bool hard : {false, true}) {
    if (hard) daemon_->kill9();
    ASSERT_TRUE(hard ? daemon_->start_ready() : daemon_->restart()) << daemon_->errors();
    EXPECT_TRUE(contains(daemon_->get("/api/v1/rules").body, R"("phase":"active")"));
    EXPECT_TRUE(contains(daemon_->get("/api/v1/state").body, R"("on":{"value":true)"));
  }
  EXPECT_EQ(lamp().messages, 1u);
  motion(false);
  ASSERT_TRUE(until([&] { return !lamp().on; })) << "the rule ended after two restarts";
}

TEST_F(DaemonTest, ACleanStopAndStartChangesNoNumber) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return metric("attune_commands_in_flight") == "0" && lamp().on; }));
  const auto numbers = [&] {
    const auto state = daemon_->get("/api/v1/state?match=hall_lamp").body;
    return state.substr(state.find("\"attributes\""));
  };
  const auto before = numbers();
  ASSERT_TRUE(daemon_->restart());
  ASSERT_TRUE(daemon_->restart());
  EXPECT_EQ(numbers(), before);
}

TEST_F(DaemonTest, ABrokenReloadKeepsTheOldRulesAndSaysSo) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  daemon_->write("rules.d/hall.yaml",
                 "version: 1\nrules:\n  hall_light: {when: hall_motion.illuminance < 'dark', want: "
                 "{hall_lamp.on: true}}\n");
  daemon_->signal(SIGHUP);
  EXPECT_TRUE(contains(daemon_->get_until("/readyz", "hall.yaml:3"), "the rules are wrong"));
  EXPECT_EQ(daemon_->get("/readyz").status, 503);
  EXPECT_EQ(daemon_->cli({"status"}).code, 1);
  EXPECT_EQ(metric("attune_config_last_reload_successful"), "0");
  const auto reload = daemon_->cli({"reload"});
  EXPECT_EQ(reload.code, 1);
  EXPECT_TRUE(contains(reload.out + reload.err, "hall.yaml:3"));
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on; })) << "the old rules are gone";

  std::string fixed = kHallRules;
  fixed.replace(fixed.find("hall_light"), 10, "dark_hall_");
  daemon_->write("rules.d/hall.yaml", fixed);
  daemon_->signal(SIGHUP);
  EXPECT_TRUE(contains(daemon_->get_until("/api/v1/rules", "dark_hall_"), R"("phase":"active")"));
  EXPECT_EQ(daemon_->get("/readyz").status, 200);
  EXPECT_EQ(daemon_->cli({"status"}).code, 0);
  EXPECT_EQ(metric("attune_config_last_reload_successful"), "1");
}

TEST_F(DaemonTest, AStartWithBrokenRulesRunsTheLastGoodOnes) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_EQ(daemon_->terminate(), 0);
  daemon_->write("rules.d/hall.yaml", "version: 1\nrules: [not, a, map]\n");
  daemon_->start();
  EXPECT_TRUE(contains(daemon_->get_until("/readyz", "last good"), "hall.yaml:2"));
  motion(true);
  EXPECT_TRUE(until([&] { return lamp().on; })) << daemon_->errors();
}

TEST_F(DaemonTest, ObserveSendsNothingAndListsWhatWouldHaveBeenSent) {
  make_on_own_bus({"--observe"});
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  const auto listed = daemon_->get_until("/api/v1/commands", "would have been sent");
  EXPECT_TRUE(contains(listed, R"("device":"hall_lamp","attribute":"on","value":true)"));
  EXPECT_TRUE(contains(listed, R"("attribute":"brightness","value":80)"));
  const auto cli = daemon_->cli({"get", "commands"});
  EXPECT_EQ(cli.code, 0) << cli.err;
  EXPECT_TRUE(contains(cli.out, "hall_lamp.on"));
  ASSERT_EQ(daemon_->terminate(), 0);
  ASSERT_TRUE(drained());
  EXPECT_EQ(lamp().messages, 0u);
}

TEST_F(DaemonTest, ItsBrokerEndsWithItHoweverItEnds) {
  make(options());
  for (const bool hard : {false, true}) {
    daemon_->start();
    ASSERT_TRUE(eventually([&] { return daemon_->device("visitor") != nullptr; }));
    if (hard) {
      daemon_->kill9();
    } else {
      EXPECT_EQ(daemon_->terminate(), 0);
    }
    EXPECT_TRUE(eventually([&] { return daemon_->device("visitor") == nullptr; })) << hard;
  }
}

TEST_F(DaemonTest, ABrokerThatIsKilledComesBackAndTheHomeGoesOn) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  const int broker = std::atoi(support::read_file(daemon_->path("run/mosquitto.pid")).c_str());
  ASSERT_GT(broker, 1);
  kill(broker, SIGKILL);
  EXPECT_TRUE(eventually([&] { return daemon_->get("/readyz").status == 503; }));
  EXPECT_EQ(daemon_->get("/healthz").status, 200);
  ASSERT_TRUE(daemon_->wait_ready()) << daemon_->get("/readyz").body;
  ASSERT_NO_FATAL_FAILURE(connect_bridge());
  lamps_.emplace(*client_, std::vector<std::string>{"hall_lamp"});
  motion(true);
  EXPECT_TRUE(until([&] { return lamp().on; })) << daemon_->errors();
}

TEST_F(DaemonTest, WhatAPersonSetsIsDrivenAndAWatchShowsIt) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  auto watching = daemon_->launch();
  watching.arguments = {ATTUNE_PROGRAM, "watch", "--since", "0", "--match", "hall_*"};
  watching.out_file = daemon_->path("watch.out");
  support::Process watch(watching);
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on; }));
  const auto set = daemon_->cli({"set", "hall_lamp.on", "false", "--reason", "guests"});
  EXPECT_EQ(set.code, 0) << set.err;
  ASSERT_TRUE(until([&] { return !lamp().on; }));
  const auto seen = [&] { return support::read_file(daemon_->path("watch.out")); };
  EXPECT_TRUE(until([&] {
    return seen().find(R"("kind":"command","device":"hall_lamp")") != std::string::npos &&
           seen().find(R"("status":"confirmed")") != std::string::npos;
  })) << seen();
  EXPECT_EQ(daemon_->cli({"release", "hall_lamp.on"}).code, 0);
  EXPECT_TRUE(until([&] { return lamp().on; })) << "the rule behind it shows through";
}

}  // namespace
}  // namespace attune::e2e
