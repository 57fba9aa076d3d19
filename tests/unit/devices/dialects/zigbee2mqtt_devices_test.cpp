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

constexpr const char* kList = "zigbee2mqtt/bridge/devices";

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
  wire.hear(kList, R"([{"type":"Coordinator","friendly_name":"Coordinator"}])");
  EXPECT_EQ(wire.catalog.find("plug"), nullptr);
}

std::string lamp(const std::string& name, const std::string& address) {
  return R"({"friendly_name":")" + name + R"(","ieee_address":")" + address +
         R"(","definition":{"exposes":[{"type":"light","features":[{"type":"binary",)"
         R"("name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"}]}]}})";
}

TEST(Zigbee2MqttDevices, AListWithoutEvenTheCoordinatorSaysNothing) {
  Wire wire;
  wire.hear(kList, "[" + lamp("hall", "0x01") + "]");
  wire.hear(kList, "[]", true);
  EXPECT_NE(wire.catalog.find("hall"), nullptr);
  EXPECT_THAT(wire.rejected(), ElementsAre("members"));
  EXPECT_EQ(wire.decoded.keep_as, "") << "the next start shall know what there was";
  EXPECT_THAT(wire.decoded.removed, ::testing::IsEmpty());
}

TEST(Zigbee2MqttDevices, ARenamedDeviceIsAnotherOneAndPeopleAreTold) {
  Wire wire;
  wire.hear(kList, "[" + lamp("hall", "0x01") + "," + lamp("porch", "0x02") + "]");
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON"})");
  wire.hear(kList, "[" + lamp("stairs", "0x01") + "," + lamp("porch", "0x02") + "]");
  EXPECT_THAT(wire.decoded.removed, ElementsAre(DeviceId("hall")));
  EXPECT_EQ(wire.catalog.find("hall"), nullptr);
  EXPECT_NE(wire.catalog.find("stairs"), nullptr);
  ASSERT_EQ(wire.decoded.rejections.size(), 1u);
  EXPECT_EQ(wire.decoded.rejections[0].reason, "name");
  EXPECT_EQ(wire.decoded.rejections[0].detail,
            "hall is called stairs now: what rules, settings and history say of hall is not "
            "carried over to stairs");
  EXPECT_THAT(wire.drive("stairs", {{"on", true}}),
              ElementsAre(R"(zigbee2mqtt/stairs/set {"state":"ON"})"));
  wire.hear(kList, "[" + lamp("stairs", "0x01") + "]");
  EXPECT_THAT(wire.decoded.removed, ElementsAre(DeviceId("porch")));
  EXPECT_THAT(wire.decoded.rejections, ::testing::IsEmpty()) << "this one has left";
}

TEST(Zigbee2MqttDevices, NamesThatAreExchangedStayWithTheirIds) {
  Wire wire;
  wire.hear(kList, "[" + lamp("hall", "0x01") + "," + lamp("porch", "0x02") + "]");
  wire.hear(kList, "[" + lamp("hall", "0x02") + "," + lamp("porch", "0x01") + "]");
  EXPECT_THAT(wire.decoded.removed, ::testing::IsEmpty());
  EXPECT_THAT(wire.decoded.rejections, ::testing::IsEmpty());
}

}  // namespace
}  // namespace attune::devices
