#include "tests/e2e/hall.h"

/// What people decide: acknowledgements, what was learned, what would have been.
namespace attune::e2e {
namespace {

using PeopleTest = HallTest;
using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return AssertionSuccess();
  return AssertionFailure() << "no '" << part << "' in:\n" << text;
}

constexpr const char* kWatch = R"(version: 1
notifiers: {cellar: {mqtt: house/cellar/alarm}}
rules:
  somebody:
    when: hall_motion.occupancy
    reset: ack
    notify:
      - {to: household, severity: warning, ack: true, message: "Somebody at ${hall_motion.illuminance} lx"}
      - {to: cellar, severity: critical, message: Look}
    cleared: Nobody is there
)";

TEST_F(PeopleTest, ANoticeIsOnTheBusAsDocumentedAndAnAckOverTheBusEndsIt) {
  make(options());
  daemon_->write("rules.d/hall.yaml", kWatch);
  daemon_->start();
  ASSERT_NO_FATAL_FAILURE(connect_bridge());
  ASSERT_TRUE(client_->subscribe({"attune/notify/#", "house/cellar/alarm", "attune/reply/#"}).ok());
  ASSERT_TRUE(daemon_->wait_ready()) << daemon_->errors();
  std::vector<link::PlainClient::Arrived> got;
  const auto heard = [&](const std::string& topic, const std::string& part) {
    return eventually([&] {
      for (auto& message : client_->take()) got.push_back(std::move(message));
      for (const auto& message : got) {
        if (message.topic == topic && message.payload.find(part) != std::string::npos) return true;
      }
      return false;
    });
  };
  motion(false);
  ASSERT_TRUE(eventually([&] { return has("/api/v1/state", R"("occupancy":{"value":false)"); }));
  motion(true, 7);
  EXPECT_TRUE(heard("attune/notify/household",
                    R"("severity":"warning","message":"Somebody at 7 lx","rule":"somebody",)"
                    R"("count":1,"state":"raised"})"));
  EXPECT_TRUE(heard("house/cellar/alarm", R"("message":"Look")"));
  EXPECT_TRUE(contains(daemon_->cli({"get", "notices"}).out, "Somebody at 7 lx"));
  motion(false, 7);
  ASSERT_TRUE(eventually([&] { return has("/api/v1/rules/somebody", R"("phase":"ending")"); }))
      << daemon_->get("/api/v1/rules/somebody").body;
  client_->publish("attune/ack/somebody", R"({"id":"a1","reply_to":"attune/reply/me"})", 1, false);
  EXPECT_TRUE(heard("attune/notify/household", R"("state":"cleared")"));
  EXPECT_TRUE(eventually([&] { return has("/api/v1/rules/somebody", R"("phase":"idle")"); }));
  EXPECT_EQ(daemon_->cli({"ack", "somebody"}).code, 1);
  EXPECT_EQ(daemon_->cli({"ack", "nobody"}).code, 1);
}

TEST_F(PeopleTest, WhatWasLearnedSurvivesKillNineAndCanBeTakenBack) {
  make_on_own_bus();
  daemon_->write("rules.d/learn.yaml",
                 "version: 1\nlearn: {hall_light.brightness: {min: 20, max: 90, step: 20, after: "
                 "1}}\n");
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on && metric("attune_commands_in_flight") == "0"; }));
  ASSERT_EQ(daemon_->cli({"set", "hall_lamp.brightness", "30"}).code, 0);
  daemon_->kill9();
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  const auto listed = daemon_->cli({"get", "learned"});
  EXPECT_TRUE(contains(listed.out, "hall_light.brightness")) << listed.err;
  EXPECT_TRUE(has("/api/v1/learned", R"("proposed":60)")) << daemon_->get("/api/v1/learned").body;
  EXPECT_EQ(daemon_->cli({"learn", "accept", "hall_light.brightness"}).code, 0);
  daemon_->kill9();
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  EXPECT_TRUE(
      contains(daemon_->cli({"why", "hall_lamp.brightness"}).out, "(learned: 60 instead of 80)"));
  EXPECT_EQ(daemon_->cli({"learn", "undo", "hall_light.brightness"}).code, 0);
  EXPECT_EQ(daemon_->cli({"learn", "undo", "hall_light.brightness"}).code, 1);
  EXPECT_TRUE(has("/api/v1/learned", R"("value":80)"));
}

TEST_F(PeopleTest, SimulateShowsWhichCommandsOtherRulesWouldHaveSent) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on && metric("attune_commands_in_flight") == "0"; }));
  daemon_->write("tried/devices.yaml", daemon_->cli({"export", "devices"}).out);
  daemon_->write("tried/hall.yaml", kHallRules);
  const auto same = daemon_->cli({"simulate", daemon_->path("tried"), "--from", "1h"});
  EXPECT_EQ(same.code, 0) << same.err;
  EXPECT_TRUE(contains(same.out, "2 commands recorded, 2 simulated, 0 differ")) << same.err;
  std::string dimmed = kHallRules;
  dimmed.replace(dimmed.find(": 80"), 4, ": 30");
  daemon_->write("tried/hall.yaml", dimmed);
  const auto other = daemon_->cli({"simulate", daemon_->path("tried"), "--from", "1h"});
  EXPECT_EQ(other.code, 0) << other.err;
  EXPECT_TRUE(contains(other.out, "hall_lamp.brightness = 80\n"));
  EXPECT_TRUE(contains(other.out, "hall_lamp.brightness = 30\n"));
  EXPECT_TRUE(contains(other.out, "2 commands recorded, 2 simulated, 2 differ"));
}

TEST_F(PeopleTest, ExportedDevicesAreWhatCheckReads) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  const auto exported = daemon_->cli({"export", "devices"});
  EXPECT_EQ(exported.code, 0) << exported.err;
  EXPECT_TRUE(contains(exported.out, "hall_lamp:"));
  daemon_->write("repo/devices.d/found.yaml", exported.out);
  daemon_->write("repo/rules.d/hall.yaml", kHallRules);
  const auto checked = daemon_->cli({"check", daemon_->path("repo/rules.d"), "--strict"});
  EXPECT_EQ(checked.code, 0) << checked.out << checked.err << exported.out;
}

}  // namespace
}  // namespace attune::e2e
