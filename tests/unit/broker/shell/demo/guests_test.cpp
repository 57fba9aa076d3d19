#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "broker/shell/demo/home.h"
#include "devices/normaliser.h"

/// The devices of the demo that speak for themselves, as attune's own dialects understand them.
namespace attune::demo {
namespace {

using namespace std::chrono_literals;

constexpr Millis kStart = 1'000'000ms;

/// A home whose messages are decoded, and that is told what commands are.
class GuestsTest : public testing::Test {
 protected:
  GuestsTest() {
    hear(home_.announce());
    live(1s);
  }

  void hear(const std::vector<Publish>& messages) {
    devices::Decoded decoded;
    for (const Publish& message : messages) {
      said_.push_back(message);
      const Instant at{Millis(0), now_};
      normaliser_.decode({message.topic, message.payload, false, at}, decoded);
      for (const auto& reading : decoded.readings) {
        const std::string path = catalog_.table().path(reading.attribute).text();
        Value& before = values_[path];
        if (!(before == reading.value)) ++changes_[path];
        before = reading.value;
      }
      for (const auto& report : decoded.availability) {
        reachable_[catalog_.table().device(report.device).text()].push_back(report.availability);
      }
      for (const auto& rejection : decoded.rejections) {
        if (rejection.reason == "topic") continue;  // attune would not have subscribed to it
        ADD_FAILURE() << rejection.topic << ": " << rejection.reason << " " << rejection.detail;
      }
      for (const auto& reply : decoded.replies) home_.on_message(reply.topic, reply.payload, now_);
    }
  }
  void live(Millis duration) {
    const Millis until = now_ + duration;
    while (now_ < until) {
      now_ += 100ms;
      hear(home_.step(now_));
    }
  }
  /// What attune would send, a moment for the device, and what is known then.
  Value command(const std::string& device, const std::string& attribute, Value value) {
    const auto index = catalog_.table().find_device(device);
    const auto id = catalog_.table().find(device, attribute);
    EXPECT_TRUE(index && id) << device << "." << attribute;
    if (!index || !id) return {};
    const devices::Reading wanted{*id, std::move(value)};
    const auto messages = normaliser_.encode(*index, {&wanted, 1});
    EXPECT_FALSE(messages.empty()) << device;
    for (const auto& message : messages) {
      home_.on_message(message.topic, message.payload, now_);
    }
    live(1s);
    return values_[device + "." + attribute];
  }

  Millis now_ = kStart;
  Home home_{{.seed = 4, .speed = 1, .starts_at = 12h}, kStart};
  devices::Catalog catalog_;
  devices::Normaliser normaliser_{catalog_, {}};
  std::map<std::string, Value> values_;
  std::map<std::string, int> changes_;
  std::map<std::string, std::vector<Availability>> reachable_;
  std::vector<Publish> said_;
};

TEST_F(GuestsTest, EachConventionsDevicesHaveTheirAttributes) {
  live(6s);
  for (const char* path :
       {"porch_light.on", "porch_light.brightness", "freezer_plug.on", "freezer_plug.power",
        "freezer_plug.energy", "garage_light.on", "garage_light.power", "gate_lamp.on",
        "shellyplusht_cellar.temperature", "shellyplusht_cellar.humidity",
        "shellyplusht_cellar.battery", "greenhouse.air.temperature", "greenhouse.air.humidity",
        "greenhouse.fan.on", "terrace.on", "terrace.brightness", "terrace.temperature"}) {
    EXPECT_TRUE(values_[path].has_value()) << path;
  }
  std::size_t known = 0;
  for (const auto& [id, info] : catalog_.devices()) {
    const auto fixture =
        std::ranges::find(guests(), std::string_view(info.name), &GuestFixture::name);
    if (fixture == guests().end()) continue;
    ++known;
    EXPECT_EQ(info.dialect, fixture->dialect) << id.text();
  }
  EXPECT_EQ(known, guests().size());
}

TEST_F(GuestsTest, ACommandToEachConventionIsObeyed) {
  live(6s);
  EXPECT_EQ(command("porch_light", "on", true), Value(true));
  EXPECT_EQ(command("porch_light", "brightness", 40.0), Value(40.0));
  EXPECT_EQ(command("garage_light", "on", true), Value(true));
  EXPECT_EQ(command("greenhouse", "fan.on", true), Value(true));
  EXPECT_EQ(command("terrace", "on", true), Value(true));
  EXPECT_EQ(command("freezer_plug", "on", false), Value(false));
}

TEST_F(GuestsTest, TheLiarAnswersAndStaysAsItIs) {
  live(6s);
  const auto before = said_.size();
  EXPECT_EQ(command("gate_lamp", "on", true), Value(false));
  const auto answered = std::any_of(said_.begin() + static_cast<std::ptrdiff_t>(before),
                                    said_.end(), [](const Publish& message) {
                                      return message.topic == "attune-shelly/rpc" &&
                                             message.payload.find("was_on") != std::string::npos;
                                    });
  EXPECT_TRUE(answered);
}

TEST_F(GuestsTest, TheDoublersSecondWordChangesNothing) {
  live(6s);
  changes_.clear();
  said_.clear();
  EXPECT_EQ(command("greenhouse", "fan.on", true), Value(true));
  const auto words = std::count_if(said_.begin(), said_.end(), [](const Publish& message) {
    return message.topic == "homie/5/greenhouse/fan/power";
  });
  EXPECT_EQ(words % 2, 0);
  EXPECT_GE(words, 2);
  EXPECT_EQ(changes_["greenhouse.fan.on"], 1);
}

TEST_F(GuestsTest, TheSleeperWakesAndSleepsOn) {
  live(60s);
  const auto& seen = reachable_["shellyplusht_cellar"];
  EXPECT_GE(std::ranges::count(seen, Availability::online), 2);
  EXPECT_GE(std::ranges::count(seen, Availability::sleeping), 2);
  EXPECT_EQ(std::ranges::count(seen, Availability::offline), 0);
}

TEST_F(GuestsTest, TheFlakyOneComesAndGoes) {
  live(120s);
  const auto& seen = reachable_["freezer_plug"];
  EXPECT_GE(std::ranges::count(seen, Availability::offline), 2);
  EXPECT_GE(std::ranges::count(seen, Availability::online), 3);
}

TEST_F(GuestsTest, HostileCommandsChangeNothing) {
  live(6s);
  const auto before = values_;
  for (const char* topic :
       {"cmnd/porch_light/POWER", "cmnd/porch_light/Backlog", "cmnd/porch_light/Dimmer",
        "gate_lamp/rpc", "garage_light/rpc", "homie/5/greenhouse/fan/power/set",
        "homie/5/greenhouse/air/temperature/set", "lamps/terrace/set"}) {
    for (const char* payload :
         {"", "{", "[]", "null", "\xff", ";;;;", "9999999999999999999", R"({"src":"a/#"})",
          R"({"id":1,"src":"+","method":"Switch.Set","params":{"id":0,"on":true}})"}) {
      home_.on_message(topic, payload, now_);
    }
  }
  live(1s);
  for (const char* path :
       {"porch_light.on", "garage_light.on", "greenhouse.fan.on", "terrace.on"}) {
    EXPECT_EQ(values_[path], before.at(path)) << path;
  }
}

TEST(Guests, WhoAsksUnderANameThatIsNoTopicIsNotAnswered) {
  const auto guest = shelly_relay("gate");
  const auto asked_by = [&guest](const std::string& name) {
    return guest->hear("gate/rpc",
                       R"({"id":1,"src":")" + name + R"(","method":"Shelly.GetStatus"})", true);
  };
  EXPECT_EQ(asked_by("attune")->size(), 1u);
  for (const char* name : {"", "a/#", "+", "$SYS/broker", "a\\u0000b"}) {
    EXPECT_TRUE(asked_by(name)->empty()) << name;
  }
}

TEST(Guests, WhatTheySayIsNoCommandOfTheirs) {
  for (const GuestFixture& fixture : guests()) {
    const auto guest = fixture.make(fixture.name);
    for (const auto& said : {guest->state(), guest->description(),
                             guest->presence(Presence::online), guest->presence(Presence::gone)}) {
      for (const Publish& message : said) {
        for (const std::string& filter : guest->subscriptions()) {
          EXPECT_NE(message.topic, filter);
          EXPECT_FALSE(message.topic.starts_with("cmnd/") || message.topic.ends_with("/set"))
              << message.topic;
        }
      }
    }
  }
}

}  // namespace
}  // namespace attune::demo
