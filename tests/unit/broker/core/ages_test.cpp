#include "broker/core/ages.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/loop/restore.h"
#include "devices/vocabulary.h"
#include "store/store.h"

namespace attune::core {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

/// A core with one sensor whose temperature counts for ten minutes, and its humidity for ever.
class Home {
 public:
  Home() : store_(store::make_memory_store()) {
    describe(minutes(10));
    now_ = {*parse_utc("2026-01-15T12:00:00"), Millis(1'000)};
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
    devices::Decoded decoded;
    decoded.readings.push_back({catalog_.table().intern(DeviceId("sensor"), attribute), value});
    step(MessageArrived{arrival, "home/sensor", &decoded});
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
  void pass(Millis duration) {
    const Millis end = now_.steady + duration;
    for (auto due = core_->next_deadline(); due && *due <= end; due = core_->next_deadline()) {
      move(std::max(*due - now_.steady, Millis(0)));
      step(Tick{});
    }
    move(end - now_.steady);
    step(Tick{});
  }
  void restart() {
    store_ = store_->reopen();
    core_ = std::make_unique<Core>(catalog_, Options{});
    core_->restore(std::move(*shell::restored(*store_, *store_->recover())));
    step(RulesLoaded{std::make_shared<rules::RuleSet>()});
    step(LinkChanged{true});
  }
  [[nodiscard]] std::string at(const std::string& attribute) const {
    const auto id = *catalog_.table().find("sensor", attribute);
    return to_json(core_->image().value(id)) + " " + std::string(name(core_->image().quality(id)));
  }
  [[nodiscard]] Value kept(const std::string& attribute) const {
    return core_->image().at(*catalog_.table().find("sensor", attribute)).value;
  }

 private:
  void move(Millis by) { now_ = {now_.wall + by, now_.steady + by}; }
  void step(decltype(Event::what) what) {
    Outcome out;
    core_->step({now_, std::move(what)}, out);
    store::Turn turn;
    turn.changes = out.changes;
    turn.writes = out.writes;
    for (Write& row : core_->take_rows()) turn.writes.push_back(std::move(row));
    turn.at = now_;
    ASSERT_TRUE(store_->commit(turn));
  }

  devices::Catalog catalog_;
  std::unique_ptr<store::MemoryStore> store_;
  std::unique_ptr<Core> core_;
  Instant now_;
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
