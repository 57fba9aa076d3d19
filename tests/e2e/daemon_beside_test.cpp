#include <fstream>
#include <map>
#include <sstream>

#include "tests/e2e/hall.h"

/// Home Assistant on the same broker: what it is shown, and what it may do.
namespace attune::e2e {
namespace {

constexpr const char* kConfig = "homeassistant/device/attune_test/config";
constexpr const char* kRules = R"(version: 1
settings:
  house: {label: House, values: [home, away], initial: home}
rules:
  hall_light:
    because: somebody is in the hall
    when: hall_motion.occupancy
    want: {hall_lamp.on: true}
    notify: {to: household, severity: info, message: Somebody is there}
)";

class BesideTest : public HallTest {
 protected:
  /// attune on a broker that lives on, with or without what it shows Home Assistant.
  void begin() {
    bus_ = std::make_unique<support::Bus>(folder_.path());
    ASSERT_TRUE(bus_->answers());
    make(options(bus_->url()));
    daemon_->write("rules.d/hall.yaml", kRules);
    configure(true);
    ASSERT_NO_FATAL_FAILURE(HallTest::start());
    ASSERT_NO_FATAL_FAILURE(watch());
  }
  void configure(bool publish) {
    daemon_->write("attune.yaml",
                   "version: 1\nnode: test\nhttp: {port: " + std::to_string(daemon_->http_port()) +
                       "}\nmqtt: {url: \"" + bus_->url() +
                       "\", homeassistant: {publish: " + (publish ? "true" : "false") + "}}\n");
  }
  void watch() {
    ASSERT_TRUE(eventually([&] { return (assistant_ = daemon_->device("ha")) != nullptr; }));
    ASSERT_TRUE(assistant_->subscribe({"homeassistant/#", "attune/ha/#"}).ok());
  }
  /// Home Assistant hears this on a topic, sooner or later.
  [[nodiscard]] bool hears(const std::string& topic, const std::string& part) {
    return until([&] {
      for (auto& message : assistant_->take()) heard_[message.topic] = message.payload;
      return heard_.contains(topic) && heard_[topic].find(part) != std::string::npos;
    });
  }
  void does(const std::string& topic, const std::string& payload) {
    assistant_->publish(topic, payload, 1, false);
  }

  std::unique_ptr<link::PlainClient> assistant_;
  std::map<std::string, std::string> heard_;
};

TEST_F(BesideTest, AWriteOnASettingsTopicArrivesWithItsCause) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_TRUE(hears(kConfig, R"("command_topic":"attune/ha/set/settings/house")"))
      << daemon_->errors();
  ASSERT_TRUE(hears("attune/ha/settings/house", "home"));
  does("attune/ha/set/settings/house", "away");
  EXPECT_TRUE(hears("attune/ha/settings/house", "away"));
  EXPECT_NE(daemon_->cli({"why", "settings.house"}).out.find("homeassistant"), std::string::npos)
      << daemon_->cli({"why", "settings.house"}).out;
  does("attune/ha/set/settings/house", "elsewhere");
  EXPECT_TRUE(until([&] { return rejected("value") == "1"; }));
  EXPECT_EQ(heard_["attune/ha/settings/house"], "away");
}

TEST_F(BesideTest, ARuleSwitchTurnsTheRuleOff) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_TRUE(hears("attune/ha/rules/hall_light", R"("state":"ON")"));
  does("attune/ha/set/rules/hall_light", "OFF");
  ASSERT_TRUE(hears("attune/ha/rules/hall_light", R"("state":"OFF","mode":"disabled")"));
  EXPECT_TRUE(has("/api/v1/rules", R"("mode":"disabled")"));
  const auto before = lamp().messages;
  motion(true);
  ASSERT_TRUE(until([&] { return has("/api/v1/state", R"("occupancy":{"value":true)"); }));
  ASSERT_TRUE(drained());
  EXPECT_EQ(lamp().messages, before);
  does("attune/ha/set/rules/hall_light", "ON");
  EXPECT_TRUE(until([&] { return lamp().on; }));
}

TEST_F(BesideTest, WhoHoldsIsShownAndReleaseEndsAHand) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_TRUE(hears("attune/ha/devices/hall_lamp", R"("held_by":"nobody")"));
  motion(true);
  ASSERT_TRUE(hears("attune/ha/devices/hall_lamp", R"("held_by":"rule:hall_light")"));
  EXPECT_NE(heard_["attune/ha/devices/hall_lamp"].find(R"("reason":"somebody is in the hall")"),
            std::string::npos);
  ASSERT_TRUE(hears("attune/ha/notices", R"("event_type":"raised")"));
  ASSERT_TRUE(until([&] { return lamp().on && metric("attune_commands_in_flight") == "0"; }));
  lamps_->by_hand("hall_lamp", false);
  ASSERT_TRUE(hears("attune/ha/devices/hall_lamp", R"("held_by":"person")"));
  does("attune/ha/set/release/hall_lamp", "PRESS");
  EXPECT_TRUE(hears("attune/ha/devices/hall_lamp", R"("held_by":"rule:hall_light")"));
  EXPECT_TRUE(until([&] { return lamp().on; }));
}

TEST_F(BesideTest, NothingRetainedIsACommandAndARetainedOneIsNotObeyed) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_TRUE(hears(kConfig, "hall_lamp"));
  motion(true);
  ASSERT_TRUE(hears("attune/ha/notices", "raised"));
  auto late = daemon_->device("late");
  ASSERT_NE(late, nullptr);
  ASSERT_TRUE(late->subscribe({"attune/#", "homeassistant/#", "test/late"}).ok());
  late->publish("test/late", "", 1, false);
  std::map<std::string, std::string> retained;
  ASSERT_TRUE(eventually([&] {
    for (auto& message : late->take()) retained[message.topic] = message.payload;
    return retained.contains("test/late");
  }));
  EXPECT_TRUE(retained.contains(kConfig));
  for (const auto& [topic, payload] : retained) {
    EXPECT_FALSE(topic.starts_with("attune/ha/set/") || topic.starts_with("attune/set/")) << topic;
    EXPECT_NE(topic, "attune/ha/notices");
    EXPECT_NE(topic, "homeassistant/status");
  }
  assistant_->publish("attune/ha/set/settings/house", "away", 1, true);
  ASSERT_EQ(daemon_->terminate(), 0);
  ASSERT_TRUE(daemon_->start_ready());
  EXPECT_TRUE(until([&] { return rejected("retained_command") == "1"; }));
}

TEST_F(BesideTest, TurnedOffItTakesEverythingBack) {
  ASSERT_NO_FATAL_FAILURE(begin());
  ASSERT_TRUE(hears(kConfig, "hall_lamp"));
  ASSERT_TRUE(hears("attune/ha/devices/hall_lamp", "nobody"));
  configure(false);
  ASSERT_TRUE(daemon_->restart());
  ASSERT_TRUE(until([&] {
    for (auto& message : assistant_->take()) heard_[message.topic] = message.payload;
    return heard_[kConfig].empty() && heard_["attune/ha/devices/hall_lamp"].empty() &&
           heard_["attune/ha/settings/house"].empty();
  }));
  EXPECT_FALSE(has("/api/v1/state", "attune_test")) << "it is no device of its own";
}

TEST_F(BesideTest, WhatHomeAssistantSwitchesIsAHand) {
  ASSERT_NO_FATAL_FAILURE(begin());
  does("zigbee2mqtt/hall_lamp/set", R"({"state":"ON"})");
  ASSERT_TRUE(until([&] { return has("/api/v1/claims", R"("by":"person")"); }));
  EXPECT_TRUE(has("/api/v1/claims", "another program")) << daemon_->get("/api/v1/claims").body;
  EXPECT_TRUE(has("/api/v1/state", R"("hand":"other")"));
}

TEST_F(BesideTest, UnlessItIsToldThatItIsNot) {
  bus_ = std::make_unique<support::Bus>(folder_.path());
  ASSERT_TRUE(bus_->answers());
  make(options(bus_->url()));
  daemon_->write("rules.d/hall.yaml", kRules);
  daemon_->write("devices.d/hall.yaml",
                 "version: 1\ndevices: {hall_lamp: {manual: {other: ignore}}}\n");
  configure(true);
  ASSERT_NO_FATAL_FAILURE(HallTest::start());
  ASSERT_NO_FATAL_FAILURE(watch());
  does("zigbee2mqtt/hall_lamp/set", R"({"state":"ON"})");
  ASSERT_TRUE(until([&] { return has("/api/v1/state", R"("hand":"other")"); }));
  EXPECT_FALSE(has("/api/v1/claims", R"("by":"person")"));
}

/// The lines `$ attune ..` of the page, as words; `run` is what this test does itself.
std::vector<std::vector<std::string>> commands_of_the_page() {
  std::ifstream in(ATTUNE_SOURCE_DIR "/docs/beside-home-assistant.md");
  std::vector<std::vector<std::string>> all;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string prompt, program, word;
    words >> prompt >> program;
    if (prompt != "$" || program != "attune") continue;
    std::vector<std::string> command;
    while (words >> word) command.push_back(word);
    if (command.front() != "run") all.push_back(std::move(command));
  }
  return all;
}

TEST_F(BesideTest, EveryCommandOfThePageWorksAsItIsWritten) {
  ASSERT_NO_FATAL_FAILURE(begin());
  const auto commands = commands_of_the_page();
  EXPECT_GE(commands.size(), 4u);
  for (const auto& command : commands) {
    const auto ran = daemon_->cli(command);
    EXPECT_EQ(ran.code, 0) << command.front() << ": " << ran.err;
    EXPECT_FALSE(ran.out.empty()) << command.front();
  }
}

}  // namespace
}  // namespace attune::e2e
