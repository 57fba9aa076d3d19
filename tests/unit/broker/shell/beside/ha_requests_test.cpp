#include "broker/shell/beside/ha_requests.h"

#include <gtest/gtest.h>

#include "broker/shell/beside/ha_view.h"
#include "tests/unit/broker/shell/beside/house.h"

namespace attune::beside {
namespace {

/// Reads it and does it; the reason of a refusal, or how the core answered.
std::string ask(House& house, std::string_view path, std::string_view payload) {
  auto all = read_request(*house.core, path, payload);
  if (!all) return all.error().code;
  house.replies.clear();
  for (auto& one : *all) {
    std::visit([&](auto& request) { house.step(std::move(request)); }, one);
  }
  if (house.replies.empty()) return "nothing";
  const core::Reply& reply = house.replies.back();
  return reply.result == core::Reply::Result::accepted ? "accepted" : reply.code;
}

Value setting(const House& house, const char* id) {
  return house.core->image().at(*house.catalog.table().find("settings", id)).value;
}

TEST(HaRequests, EverySettingIsReadByItsKind) {
  House house;
  EXPECT_EQ(ask(house, "settings/house", "away"), "accepted");
  EXPECT_EQ(setting(house, "house"), Value("away"));
  EXPECT_EQ(ask(house, "settings/guests", "true"), "accepted");
  EXPECT_EQ(setting(house, "guests"), Value(true));
  EXPECT_EQ(ask(house, "settings/warmth", "22.5"), "accepted");
  EXPECT_EQ(setting(house, "warmth"), Value(22.5));
  EXPECT_EQ(ask(house, "settings/wake", "07:15:00"), "accepted");
  EXPECT_EQ(setting(house, "wake"), Value("07:15"));
  EXPECT_EQ(ask(house, "settings/bath", R"({"mon-sun":{"06:00":19}})"), "accepted");
  EXPECT_EQ(setting(house, "bath"), Value(19.0));
}

TEST(HaRequests, TheCauseNamesHomeAssistant) {
  House house;
  ASSERT_EQ(ask(house, "settings/house", "away"), "accepted");
  const auto& state = house.core->image().at(*house.catalog.table().find("settings", "house"));
  EXPECT_EQ(state.cause.kind, CauseKind::person);
  EXPECT_EQ(state.cause.id, "homeassistant");
}

TEST(HaRequests, WhatIsNoValueOfASettingIsRefused) {
  House house;
  EXPECT_EQ(ask(house, "settings/house", "elsewhere"), "value");
  EXPECT_EQ(ask(house, "settings/guests", "ON"), "type");
  EXPECT_EQ(ask(house, "settings/warmth", "warm"), "type");
  EXPECT_EQ(ask(house, "settings/warmth", "99"), "range");
  EXPECT_NE(ask(house, "settings/wake", "25:00:00"), "accepted");
  EXPECT_EQ(ask(house, "settings/nobody", "1"), "topic");
  EXPECT_EQ(setting(house, "house"), Value("home"));
}

TEST(HaRequests, ASwitchTurnsARuleOffAndOn) {
  House house;
  EXPECT_EQ(ask(house, "rules/hall_light", "OFF"), "accepted");
  EXPECT_EQ(rule_view(*house.core, "hall_light")->mode, RuleMode::disabled);
  EXPECT_EQ(ask(house, "rules/hall_light", "ON"), "accepted");
  EXPECT_EQ(rule_view(*house.core, "hall_light")->mode, RuleMode::enabled);
  EXPECT_EQ(ask(house, "rules/hall_light", "maybe"), "type");
  EXPECT_EQ(ask(house, "rules/nobody", "ON"), "topic");
}

TEST(HaRequests, ReleaseEndsEveryHandOnTheDeviceAndNothingElse) {
  House house;
  EXPECT_EQ(ask(house, "release/hall_lamp", "PRESS"), "nothing");
  for (const char* attribute : {"on", "brightness"}) {
    core::WriteRequest write;
    write.path = {DeviceId("hall_lamp"), attribute};
    write.value = attribute == std::string("on") ? Value(true) : Value(30.0);
    house.step(std::move(write));
  }
  house.say("hall_motion.occupancy", true);
  EXPECT_EQ(ask(house, "release/hall_lamp", "PRESS"), "accepted");
  const auto holds = device_view(*house.core, "hall_lamp")->holds;
  ASSERT_EQ(holds.size(), 2u);
  for (const Hold& hold : holds) EXPECT_EQ(hold.by, "rule:hall_light");
}

TEST(HaRequests, HostilePathsAreNobodysBusiness) {
  House house;
  for (const char* path : {"", "/", "settings", "settings/", "settings/#", "rules/+", "release/a/b",
                           "release/../hall_lamp", "devices/hall_lamp"}) {
    EXPECT_EQ(ask(house, path, "ON"), "topic") << path;
  }
}

}  // namespace
}  // namespace attune::beside
