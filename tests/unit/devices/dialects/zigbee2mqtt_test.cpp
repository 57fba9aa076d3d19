#include "devices/dialects/zigbee2mqtt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/normaliser.h"
#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kBridge = "zigbee2mqtt/bridge/devices";

/// `bridge/devices` with these devices; each is a name and its exposes.
std::string bridge(const std::vector<std::pair<std::string, std::string>>& devices) {
  std::string text = R"([{"type":"Coordinator","friendly_name":"Coordinator","definition":null})";
  for (const auto& [name, exposes] : devices) {
    text += R"(,{"type":"Router","friendly_name":")" + name +
            R"(","definition":{"model":"M","exposes":)" + exposes + "}}";
  }
  return text + "]";
}

constexpr const char* kLampExposes =
    R"([{"type":"light","features":[
      {"type":"binary","name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"},
      {"type":"numeric","name":"brightness","property":"brightness","access":7,"value_min":0,"value_max":254},
      {"type":"numeric","name":"color_temp","property":"color_temp","access":7,"unit":"mired","value_min":153,"value_max":500},
      {"type":"composite","name":"color_xy","property":"color","access":7,"features":[]},
      {"type":"composite","name":"color_hs","property":"color","access":7,"features":[]}]}])";

TEST(Zigbee2Mqtt, ReadsAnUndescribedLampByItsConventionsConstants) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":200,"color_temp":370})");
  EXPECT_EQ(wire.value("hall.on"), Value(true));
  EXPECT_EQ(wire.value("hall.brightness"), Value(78.7));
  EXPECT_EQ(wire.value("hall.color_temp"), Value(2703));
  ASSERT_NE(wire.catalog.find("hall"), nullptr);
  EXPECT_THAT(wire.catalog.find("hall")->capabilities, ElementsAre("light"));
}

TEST(Zigbee2Mqtt, SwitchThatProvesToDimBecomesALight) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON"})");
  EXPECT_THAT(wire.catalog.find("hall")->capabilities, ElementsAre("switch"));
  EXPECT_TRUE(wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":1})").devices_changed);
  EXPECT_THAT(wire.catalog.find("hall")->capabilities, ElementsAre("light"));
}

TEST(Zigbee2Mqtt, SecondMessageOfOneKindChangesNoDevice) {
  Wire wire;
  EXPECT_TRUE(wire.hear("zigbee2mqtt/hall", R"({"state":"ON","foo":1})").devices_changed);
  EXPECT_FALSE(wire.hear("zigbee2mqtt/hall", R"({"state":"OFF","foo":2})").devices_changed);
}

TEST(Zigbee2Mqtt, DrivesOneDeviceInOneMessage) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"OFF","brightness":1})");
  EXPECT_THAT(wire.drive("hall", {{"brightness", 70.0}, {"on", true}}),
              ElementsAre(R"(zigbee2mqtt/hall/set {"state":"ON","brightness":178})"));
}

TEST(Zigbee2Mqtt, CommandAndItsEchoAreOneValueOnTheWire) {
  Wire wire;
  wire.hear(kBridge, bridge({{"hall", kLampExposes}}));
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":178,"color_temp":370})");
  const AttributeInfo* brightness = wire.catalog.find("hall")->find("brightness");
  const AttributeInfo* color_temp = wire.catalog.find("hall")->find("color_temp");
  EXPECT_TRUE(same_on_wire(*brightness, Value(70.0), wire.value("hall.brightness")));
  EXPECT_TRUE(same_on_wire(*color_temp, Value(2700), wire.value("hall.color_temp")));
  EXPECT_FALSE(same_on_wire(*brightness, Value(71.0), wire.value("hall.brightness")));
}

TEST(Zigbee2Mqtt, DiscoveredAttributesExistBeforeTheirFirstValue) {
  Wire wire;
  const Decoded& decoded = wire.hear(kBridge, bridge({{"hall lamp", kLampExposes}}));
  EXPECT_EQ(decoded.keep_as, kBridge);
  EXPECT_TRUE(decoded.devices_changed);
  const DeviceInfo* lamp = wire.catalog.find("hall_lamp");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->name, "hall lamp");
  EXPECT_EQ(lamp->label, "hall lamp");
  ASSERT_NE(lamp->find("color_temp"), nullptr);
  EXPECT_EQ(lamp->find("color_temp")->range->min, 2000);
  EXPECT_TRUE(lamp->find("brightness")->writable);
  EXPECT_FALSE(lamp->find("link_quality")->writable);
  EXPECT_EQ(wire.catalog.find("coordinator"), nullptr);
}

TEST(Zigbee2Mqtt, SendsColourAsItsObject) {
  Wire wire;
  wire.hear(kBridge, bridge({{"hall", kLampExposes}}));
  EXPECT_THAT(wire.drive("hall", {{"color_xy", std::vector<double>{0.3, 0.4}}}),
              ElementsAre(R"(zigbee2mqtt/hall/set {"color":{"x":0.3,"y":0.4}})"));
  EXPECT_THAT(wire.drive("hall", {{"color_temp", 2700}}),
              ElementsAre(R"(zigbee2mqtt/hall/set {"color_temp":370})"));
}

}  // namespace
}  // namespace attune::devices
