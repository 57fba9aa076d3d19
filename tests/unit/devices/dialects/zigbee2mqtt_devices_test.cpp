#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/dialects/zigbee2mqtt.h"
#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;

/// What is said of the only device of a `bridge/devices`, after `"definition":{},`.
std::vector<std::string> details_of(std::string_view entry) {
  Wire wire;
  const std::string list = R"([{"definition":{},)" + std::string(entry) + "}]";
  std::vector<std::string> details;
  for (const Rejection& r : wire.hear("zigbee2mqtt/bridge/devices", list).rejections) {
    details.push_back(r.detail);
  }
  EXPECT_TRUE(wire.catalog.devices().empty());
  return details;
}

TEST(Zigbee2MqttDevices, ARefusedNameSaysWhoseItIs) {
  EXPECT_THAT(details_of(R"("friendly_name":"a+b","ieee_address":"0x0017880100000001")"),
              ElementsAre("no name for a device: 0x0017880100000001"));
  EXPECT_THAT(details_of(R"("ieee_address":"0x00\u001b[2J")"),
              ElementsAre("no name for a device: 0x00\\u{1b}[2J"));
  const std::string unnamed = "no name for a device that has no ieee_address either";
  EXPECT_THAT(details_of(R"("friendly_name":"#")"), ElementsAre(unnamed));
  EXPECT_THAT(details_of(R"("friendly_name":"#","ieee_address":")" + std::string(65, 'x') + '"'),
              ElementsAre(unnamed));
}

TEST(Zigbee2MqttDevices, OneThatIsListedHasNotLeft) {
  Wire wire;
  const std::string plug =
      R"({"friendly_name":"plug","definition":{"exposes":[{"type":"switch","features":[)"
      R"({"type":"binary","name":"state","property":"state","access":7,"value_on":"ON",)"
      R"("value_off":"OFF"}]}]})";
  wire.hear("zigbee2mqtt/bridge/devices", "[" + plug + "}]");
  ASSERT_NE(wire.catalog.find("plug"), nullptr);
  for (const char* now : {R"({"friendly_name":"plug","definition":null})",
                          R"({"friendly_name":"plug","disabled":true,"definition":{}})"}) {
    wire.hear("zigbee2mqtt/bridge/devices", "[" + std::string(now) + "]");
    EXPECT_NE(wire.catalog.find("plug"), nullptr) << now;
  }
  wire.hear("zigbee2mqtt/bridge/devices", "[]");
  EXPECT_EQ(wire.catalog.find("plug"), nullptr);
}

}  // namespace
}  // namespace attune::devices
