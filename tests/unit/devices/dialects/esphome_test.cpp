#include "devices/dialects/esphome.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

DialectConfig esphome_only() {
  DialectConfig config;
  config.all = false;
  config.chosen["esphome"];
  return config;
}

/// A discovery message of `<prefix>/<component>/<object>`, with `more` in it.
std::string described(const std::string& topic, const std::string& more = {},
                      const std::string& prefix = "node") {
  return R"({"name":"Thing","stat_t":")" + prefix + "/" + topic + R"(/state","avty_t":")" + prefix +
         R"(/status",)" + more +
         R"("dev":{"ids":"aabbcc","name":"My node","sw":"esphome v2024.6.0","sa":"Hall"}})";
}

struct Home : Wire {
  Home() : Wire(esphome_only()) {}
  const Decoded& describe(const std::string& component, const std::string& object,
                          const std::string& more = {}, const std::string& prefix = "node") {
    return hear("homeassistant/" + component + "/node/" + object + "/config",
                described(component + "/" + object, more, prefix), true);
  }
  std::vector<std::string> availability() const {
    std::vector<std::string> all;
    for (const AvailabilityReport& report : decoded.availability) {
      all.emplace_back(name(report.availability));
    }
    return all;
  }
};

TEST(EspHome, ASensorIsWhatItsOwnDiscoverySays) {
  Home home;
  home.describe("sensor", "attic", R"("dev_cla":"temperature","unit_of_meas":"°F",)");
  EXPECT_EQ(home.decoded.keep_as, "homeassistant/sensor/node/attic/config");
  const DeviceInfo* node = home.catalog.find("node");
  ASSERT_NE(node, nullptr);
  EXPECT_EQ(node->label, "My node");
  EXPECT_EQ(node->area, "Hall");
  home.hear("node/sensor/attic/state", "68.0", true);
  EXPECT_EQ(home.value("node.attic.temperature"), Value(20.0));
}

TEST(EspHome, BothSpellingsOfDiscoveryCount) {
  Home home;
  home.hear("homeassistant/sensor/node/power/config",
            R"({"state_topic":"node/sensor/power/state","availability_topic":"node/status",)"
            R"("device_class":"power","unit_of_measurement":"kW"})",
            true);
  home.hear("node/sensor/power/state", "1.2");
  EXPECT_EQ(home.value("node.power.power"), Value(1200.0));
}

TEST(EspHome, AMissingReadingIsRefusedAndNotZero) {
  Home home;
  home.describe("sensor", "attic", R"("dev_cla":"temperature","unit_of_meas":"°C",)");
  home.hear("node/sensor/attic/state", "nan", true);
  EXPECT_THAT(home.rejected(), ElementsAre("type node.attic.temperature"));
  home.hear("node/sensor/other/state", "nan", true);
  EXPECT_THAT(home.rejected(), ElementsAre("type node.raw.other"));
  EXPECT_THAT(home.decoded.readings, IsEmpty());
}

TEST(EspHome, ASensorWithoutAClassOrWithAnotherUnitStaysRaw) {
  Home home;
  home.describe("sensor", "a", R"("unit_of_meas":"°C",)");
  home.describe("sensor", "b", R"("dev_cla":"temperature","unit_of_meas":"W",)");
  home.describe("sensor", "c", R"("dev_cla":"temperature","ent_cat":"diagnostic",)");
  home.hear("node/sensor/a/state", "1");
  home.hear("node/sensor/b/state", "2");
  home.hear("node/sensor/c/state", "3");
  EXPECT_EQ(home.value("node.raw.a"), Value(1.0));
  EXPECT_EQ(home.value("node.raw.b"), Value(2.0));
  EXPECT_EQ(home.value("node.diag.c"), Value(3.0));
}

TEST(EspHome, AnOpenDoorIsOn) {
  Home home;
  home.describe("binary_sensor", "door", R"("dev_cla":"door",)");
  home.hear("node/binary_sensor/door/state", "ON", true);
  EXPECT_EQ(home.value("node.door.open"), Value(true));
}

TEST(EspHome, ALightSpeaksJson) {
  Home home;
  home.describe("light", "desk",
                R"("schema":"json","brightness":true,"effect":true,)"
                R"("sup_clrm":["color_temp","rgb"],)");
  const DeviceInfo* node = home.catalog.find("node");
  ASSERT_NE(node, nullptr);
  EXPECT_TRUE(node->has_capability("light"));
  home.hear("node/light/desk/state",
            R"({"state":"ON","brightness":128,"color_mode":"rgb","color":{"r":255,"g":0,"b":16},)"
            R"("color_temp":250,"effect":"None"})");
  EXPECT_EQ(home.value("node.desk.on"), Value(true));
  EXPECT_EQ(home.value("node.desk.brightness"), Value(50.2));
  EXPECT_EQ(home.value("node.desk.color_mode"), Value("rgb"));
  EXPECT_EQ(home.value("node.desk.color_rgb"), Value("#FF0010"));
  EXPECT_EQ(home.value("node.desk.color_temp"), Value(4000));
  EXPECT_THAT(home.drive("node", {{"desk.on", true}, {"desk.brightness", 50}}),
              ElementsAre(R"(node/light/desk/command {"state":"ON","brightness":128})"));
  EXPECT_THAT(home.drive("node", {{"desk.color_rgb", "#00FF00"}}),
              ElementsAre(R"(node/light/desk/command {"color":{"r":0,"g":255,"b":0}})"));
  EXPECT_TRUE(same_on_wire(*node->find("desk.brightness"), 50, home.value("node.desk.brightness")));
}

TEST(EspHome, ATransitionTravelsInSeconds) {
  Home home;
  home.describe("light", "desk", R"("brightness":true,)");
  const auto brightness = home.catalog.table().find("node", "desk.brightness");
  ASSERT_TRUE(brightness);
  const Reading reading{*brightness, 100.0, Millis(1500)};
  const auto sent =
      home.normaliser.encode(home.catalog.table().device_of(*brightness), {&reading, 1});
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].payload, R"({"brightness":255,"transition":1.5})");
}

TEST(EspHome, ACoverWithAPositionIsDrivenByIt) {
  Home home;
  home.describe("cover", "blind",
                R"("pos_t":"node/cover/blind/position/state",)"
                R"("set_pos_t":"node/cover/blind/position/command",)");
  home.hear("node/cover/blind/state", "opening");
  EXPECT_EQ(home.value("node.blind.movement"), Value("opening"));
  EXPECT_FALSE(home.value("node.blind.open").has_value());
  home.hear("node/cover/blind/position/state", "40");
  EXPECT_EQ(home.value("node.blind.position"), Value(40.0));
  EXPECT_THAT(home.drive("node", {{"blind.position", 60}}),
              ElementsAre("node/cover/blind/position/command 60"));
  EXPECT_FALSE(home.catalog.find("node")->find("blind.open")->writable);
}

TEST(EspHome, ACoverWithoutAPositionIsOpenedAndClosed) {
  Home home;
  home.describe("cover", "gate");
  home.hear("node/cover/gate/state", "closed");
  EXPECT_EQ(home.value("node.gate.open"), Value(false));
  EXPECT_THAT(home.drive("node", {{"gate.open", true}}),
              ElementsAre("node/cover/gate/command OPEN"));
}

TEST(EspHome, AClimatesTopicsNeedNoDescription) {
  Home home;
  home.hear("node/climate/room/mode/state", "heat_cool", true);
  home.hear("node/climate/room/action/state", "heating", true);
  home.hear("node/climate/room/target_temperature_low/state", "17.0", true);
  EXPECT_EQ(home.value("node.room.hvac_mode"), Value("heat_cool"));
  EXPECT_EQ(home.value("node.room.hvac_action"), Value("heating"));
  EXPECT_THAT(home.drive("node", {{"room.hvac_mode", "off"}, {"room.target_temperature_low", 18}}),
              ElementsAre("node/climate/room/mode/command off",
                          "node/climate/room/target_temperature_low/command 18"));
  home.hear("node/climate/room/mode/state", "turbo", true);
  EXPECT_THAT(home.rejected(), ElementsAre("type node.room.hvac_mode"));
}

TEST(EspHome, AFansStepsArePercentagesOnceTheirNumberIsKnown) {
  Home home;
  home.hear("node/fan/roof/speed_level/state", "2", true);
  EXPECT_EQ(home.value("node.raw.roof.speed_level"), Value(2.0));
  home.describe("fan", "roof",
                R"("pct_stat_t":"node/fan/roof/speed_level/state","spd_rng_max":3,)"
                R"("osc_stat_t":"node/fan/roof/oscillation/state",)");
  home.hear("node/fan/roof/speed_level/state", "2", true);
  EXPECT_EQ(home.value("node.roof.fan_speed"), Value(66.7));
  EXPECT_THAT(home.drive("node", {{"roof.fan_speed", 33.3}, {"roof.oscillating", true}}),
              ElementsAre("node/fan/roof/speed_level/command 1",
                          "node/fan/roof/oscillation/command oscillate_on"));
}

TEST(EspHome, ALockIsToldOneWordAndSaysAnother) {
  Home home;
  home.hear("node/lock/front/state", "LOCKED", true);
  EXPECT_EQ(home.value("node.front.lock_state"), Value("locked"));
  EXPECT_THAT(home.drive("node", {{"front.lock_state", "unlocked"}}),
              ElementsAre("node/lock/front/command UNLOCK"));
}

TEST(EspHome, StatusIsAvailabilityAndLogsAreIgnored) {
  Home home;
  home.hear("node/status", "offline", true);
  EXPECT_THAT(home.availability(), ElementsAre("offline"));
  home.hear("node/status", "online");
  EXPECT_THAT(home.availability(), ElementsAre("online"));
  home.hear("node/debug", "[V][mqtt:474]: Publish(topic='node/switch/x/state' payload='ON')");
  EXPECT_THAT(home.rejected(), IsEmpty());
  EXPECT_THAT(home.decoded.readings, IsEmpty());
}

TEST(EspHome, SomebodysStatusMakesNoNode) {
  Home home;
  home.hear("proxy/status", "online");
  EXPECT_TRUE(home.decoded.pass_on);
  home.hear("proxy/status", "running", true);
  EXPECT_TRUE(home.decoded.pass_on);
  home.hear("homeassistant/status", "online", true);
  EXPECT_TRUE(home.catalog.devices().empty());
}

TEST(EspHome, WhatOnlyLooksLikeItIsPassedOn) {
  Home home;
  home.hear("house/sensor/attic/state", "21.5", true);
  EXPECT_TRUE(home.decoded.pass_on);
  home.hear("house/switch/tv/state", "on", true);
  EXPECT_TRUE(home.decoded.pass_on);
  EXPECT_TRUE(home.catalog.devices().empty());
}

TEST(EspHome, WhatAnothersDiscoveryNamesIsNotTaken) {
  Home home;
  home.hear("house/switch/kettle/state", "ON", true);
  EXPECT_NE(home.catalog.find("house"), nullptr);
  home.hear("homeassistant/switch/kettle/config",
            R"({"stat_t":"house/switch/kettle/state","cmd_t":"house/switch/kettle/set"})", true);
  EXPECT_TRUE(home.decoded.pass_on);
  EXPECT_EQ(home.catalog.find("house"), nullptr);
  EXPECT_FALSE(home.normaliser.knows("house/switch/kettle/state"));
  home.hear("house/switch/kettle/state", "ON");
  EXPECT_EQ(home.catalog.find("house"), nullptr);
}

TEST(EspHome, APrefixOfTwoLevelsIsLearntFromDiscovery) {
  Home home;
  home.describe("switch", "pump", "", "garden/water");
  EXPECT_TRUE(home.decoded.subscriptions_changed);
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("garden/water/+/+/state"));
  home.hear("garden/water/switch/pump/state", "ON", true);
  EXPECT_EQ(home.value("garden_water.pump.on"), Value(true));
  EXPECT_THAT(home.drive("garden_water", {{"pump.on", false}}),
              ElementsAre("garden/water/switch/pump/command OFF"));
}

TEST(EspHome, ADeviceThatTwoConventionsDescribeIsOne) {
  Catalog catalog;
  Normaliser everyone(catalog, DialectConfig{});
  Decoded out;
  everyone.decode({"homeassistant/switch/node/pump/config",
                   described("switch/pump", R"("cmd_t":"node/switch/pump/command",)"), true},
                  out);
  everyone.decode({"node/switch/pump/state", "ON", true}, out);
  ASSERT_EQ(catalog.devices().size(), 1u);
  EXPECT_EQ(catalog.devices().begin()->second.dialect, "esphome");
}

TEST(EspHome, TheSameDiscoveryAgainChangesNothing) {
  Home home;
  home.describe("switch", "pump");
  const auto before = home.catalog.generation();
  home.describe("switch", "pump");
  EXPECT_EQ(home.catalog.generation(), before);
}

TEST(EspHome, ADescriptionTakenBackRemovesTheLastEntitysNode) {
  Home home;
  home.describe("switch", "pump");
  home.describe("switch", "fan");
  home.hear("homeassistant/switch/node/fan/config", "", true);
  EXPECT_EQ(home.catalog.find("node")->find("fan.on"), nullptr);
  EXPECT_NE(home.catalog.find("node")->find("pump.on"), nullptr);
  home.hear("homeassistant/switch/node/pump/config", "", true);
  EXPECT_EQ(home.decoded.keep_as, "homeassistant/switch/node/pump/config");
  EXPECT_EQ(home.catalog.find("node"), nullptr);
  home.hear("homeassistant/switch/other/config", "", true);
  EXPECT_TRUE(home.decoded.pass_on);
}

TEST(EspHome, AnAnswerToDiscoverMakesANodeOnce) {
  Home home;
  home.hear("esphome/discover/zima", R"({"name":"zima","friendly_name":"Winter"})");
  EXPECT_EQ(home.catalog.find("zima")->label, "Winter");
  home.describe("switch", "pump", "", "esphome/node");
  home.hear("esphome/discover/node", R"({"name":"node"})");
  EXPECT_EQ(home.catalog.devices().size(), 2u);
}

/// What the catalog says of the node after these were heard in this order.
std::vector<std::string> attributes_after(const std::vector<int>& order) {
  Home home;
  for (const int step : order) {
    if (step == 0) home.hear("esphome/discover/node", R"({"name":"node"})");
    if (step == 1) home.hear("node/switch/pump/state", "ON", true);
    if (step == 2) home.hear("node/light/desk/state", R"({"state":"ON","brightness":255})", true);
    if (step == 3) home.hear("node/climate/room/mode/state", "heat", true);
    if (step == 4) {
      home.describe("sensor", "attic", R"("dev_cla":"temperature","unit_of_meas":"°F",)");
    }
    if (step == 5) home.describe("switch", "fan");
    if (step == 6) home.describe("event", "bell");
  }
  std::vector<std::string> all;
  const DeviceInfo* node = home.catalog.find("node");
  for (const AttributeInfo& info : node->attributes) {
    all.push_back(info.name + " " + std::string(name(info.type)) + " " + info.unit +
                  (info.writable ? " writable" : ""));
  }
  for (const std::string& capability : node->capabilities) all.push_back(capability);
  std::ranges::sort(all);
  return all;
}

TEST(EspHome, ADescriptionOfOneEntityTakesNothingFromTheOthersInAnyOrder) {
  std::vector<int> order = {0, 1, 2, 3, 4, 5, 6};
  const std::vector<std::string> all = attributes_after(order);
  EXPECT_THAT(all, Contains("pump.on bool  writable"));
  EXPECT_THAT(all, Contains("attic.temperature number Cel"));
  EXPECT_THAT(all, Contains("bell.event event "));
  for (int i = 0; i < 200; ++i) {
    std::next_permutation(order.begin(), order.end());
    std::rotate(order.begin(), order.begin() + i % 7, order.end());
    EXPECT_EQ(attributes_after(order), all) << testing::PrintToString(order);
  }
}

TEST(EspHome, ADescriptionThatIsTakenBackTakesNothingFromTheOthers) {
  Home home;
  home.describe("switch", "fan");
  home.describe("sensor", "attic", R"("dev_cla":"temperature","unit_of_meas":"°F",)");
  home.hear("node/switch/pump/state", "ON");
  home.hear("node/event/bell/state", R"({"event_type":"double"})");
  home.hear("homeassistant/switch/node/fan/config", "", true);
  const DeviceInfo* node = home.catalog.find("node");
  ASSERT_NE(node, nullptr);
  EXPECT_NE(node->find("pump.on"), nullptr);
  EXPECT_NE(node->find("attic.temperature"), nullptr);
  EXPECT_NE(node->find("bell.event"), nullptr);
  EXPECT_EQ(node->find("fan.on"), nullptr);
}

TEST(EspHome, AnEventIsMomentary) {
  Home home;
  home.describe("event", "bell");
  home.hear("node/event/bell/state", R"({"event_type":"double"})");
  EXPECT_THAT(home.events(), ElementsAre("node.bell.event=double"));
  home.hear("node/event/bell/state", R"({"event_type":"double"})", true);
  EXPECT_THAT(home.events(), IsEmpty());
}

TEST(EspHome, AStrangersCommandIsForeignAndARetainedOneRefused) {
  Home home;
  home.describe("switch", "pump");
  home.describe("light", "desk", R"("brightness":true,)");
  home.hear("node/switch/pump/command", "ON");
  EXPECT_THAT(home.foreign(), ElementsAre("node.pump.on=true"));
  home.hear("node/light/desk/command", R"({"state":"OFF"})");
  EXPECT_THAT(home.foreign(), ElementsAre("node.desk.on=false"));
  home.hear("node/switch/pump/command", "ON", true);
  EXPECT_THAT(home.foreign(), IsEmpty());
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
}

TEST(EspHome, WhatMeansHarmIsRefused) {
  Home home;
  home.describe("switch", "pump", "", "a/#");
  EXPECT_TRUE(home.decoded.pass_on);
  home.hear("esphome/discover/x", R"({"name":"a/b"})");
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
  home.hear("homeassistant/switch/node/pump/config", "{", true);
  EXPECT_TRUE(home.decoded.pass_on);
  for (int i = 0; i < 1'100; ++i) home.describe("switch", "s" + std::to_string(i));
  EXPECT_THAT(home.rejected(), ElementsAre("device_limit"));
  home.hear("node/text/x/state", std::string(60'000, 'x'));
  EXPECT_THAT(home.rejected(), Contains("size node.raw.x"));
  home.hear("node/light/s/state", "{\"state\":");
  EXPECT_THAT(home.rejected(), ElementsAre("json"));
}

}  // namespace
}  // namespace attune::devices
