#include "broker/core/ages.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "devices/vocabulary.h"
#include "tests/support/core_home.h"

namespace attune::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A core with one sensor whose temperature counts for ten minutes, and its humidity for ever.
class Home final : public support::CoreHome {
 public:
  Home() {
    describe(minutes(10));
    restart();
  }
  void describe(std::optional<Millis> max_age) {
    DeviceInfo info;
    info.id = DeviceId("sensor");
    info.attributes = {devices::canonical_attribute("humidity", false),
                       devices::canonical_attribute("temperature", false)};
    info.attributes[1].max_age = max_age;
    catalog_.describe(std::move(info));
  }
  void say(const std::string& attribute, Value value, Arrival arrival = Arrival::live) {
    CoreHome::say("sensor." + attribute, std::move(value), arrival);
  }
  void forget(const std::string& attribute) {
    devices::Decoded decoded;
    decoded.unknown.push_back(catalog_.table().intern(DeviceId("sensor"), attribute));
    step(MessageArrived{Arrival::live, "home/sensor", &decoded});
  }
  /// A lamp says whether it is on; nothing: it does not know any more.
  void lamp_says(std::optional<bool> on) {
    DeviceInfo info;
    info.id = DeviceId("lamp");
    info.capabilities = {"light"};
    info.attributes = {devices::canonical_attribute("on", true)};
    catalog_.describe(std::move(info));
    const AttributeId id = catalog_.table().intern(DeviceId("lamp"), "on");
    devices::Decoded decoded;
    if (on) decoded.readings.push_back({id, *on});
    if (!on) decoded.unknown.push_back(id);
    step(MessageArrived{Arrival::live, "home/lamp", &decoded});
  }
  [[nodiscard]] std::string lamp_is() const {
    return core_->image().device(*catalog_.table().find_device("lamp")).derived.state;
  }
  void restart() {
    start(std::make_shared<rules::RuleSet>());
    link(true);
  }
  [[nodiscard]] std::string at(const std::string& attribute) const {
    const auto id = *catalog_.table().find("sensor", attribute);
    return to_json(core_->image().value(id)) + " " + std::string(name(core_->image().quality(id)));
  }
  [[nodiscard]] Value kept(const std::string& attribute) const {
    return core_->image().at(*catalog_.table().find("sensor", attribute)).value;
  }
};

TEST(Ages, AValueIsKnownUntilExactlyItsAge) {
  Home home;
  home.say("temperature", 20.0);
  home.say("humidity", 50.0);
  home.pass(minutes(10) - Millis(1));
  EXPECT_EQ(home.at("temperature"), "20 good");
  home.pass(Millis(1));
  EXPECT_EQ(home.at("temperature"), "null stale");
  EXPECT_EQ(home.kept("temperature"), Value(20.0));
  EXPECT_EQ(home.at("humidity"), "50 good");
}

TEST(Ages, WhatIsWorkedOutOfAValueGoesWithIt) {
  Home home;
  home.lamp_says(true);
  EXPECT_EQ(home.lamp_is(), "active");
  home.lamp_says(std::nullopt);
  EXPECT_EQ(home.lamp_is(), "unknown");
  home.lamp_says(false);
  EXPECT_EQ(home.lamp_is(), "idle");
}

TEST(Ages, TheSameValueAgainMakesItYoung) {
  Home home;
  home.say("temperature", 20.0);
  home.pass(minutes(9));
  home.say("temperature", 20.0);
  home.pass(minutes(9));
  EXPECT_EQ(home.at("temperature"), "20 good");
  home.pass(minutes(1));
  EXPECT_EQ(home.at("temperature"), "null stale");
  home.say("temperature", 20.0);
  EXPECT_EQ(home.at("temperature"), "20 good");
  home.pass(minutes(10));
  EXPECT_EQ(home.at("temperature"), "null stale");
}

TEST(Ages, WhatIsRetainedGetsAnAgeOnce) {
  Home home;
  home.say("temperature", 20.0, Arrival::retained);
  EXPECT_EQ(home.at("temperature"), "20 stale");
  home.pass(minutes(9));
  home.say("temperature", 20.0, Arrival::retained);
  home.pass(minutes(1));
  EXPECT_EQ(home.at("temperature"), "null stale");
}

TEST(Ages, ARestartChangesNothing) {
  Home home;
  home.say("temperature", 20.0);
  home.pass(minutes(5));
  home.say("temperature", 20.0);
  home.restart();
  home.pass(minutes(10) - Millis(1));
  EXPECT_EQ(home.at("temperature"), "20 good");
  home.pass(Millis(1));
  EXPECT_EQ(home.at("temperature"), "null stale");
  home.restart();
  EXPECT_EQ(home.at("temperature"), "null stale");
}

TEST(Ages, AnotherAgeCountsFromTheNextMessageOn) {
  Home home;
  home.say("temperature", 20.0);
  home.describe(minutes(2));
  home.say("humidity", 50.0);
  home.pass(minutes(2));
  EXPECT_EQ(home.at("temperature"), "null stale");
}

TEST(Reports, WhatADeviceDoesNotKnowIsUnknown) {
  Home home;
  home.say("humidity", 50.0);
  home.forget("humidity");
  EXPECT_EQ(home.at("humidity"), "null good");
  EXPECT_FALSE(home.kept("humidity").has_value());
  home.restart();
  EXPECT_FALSE(home.kept("humidity").has_value());
  home.say("humidity", 51.0);
  EXPECT_EQ(home.at("humidity"), "51 good");
}

}  // namespace
}  // namespace attune::core
