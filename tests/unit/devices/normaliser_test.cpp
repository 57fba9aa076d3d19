#include "devices/normaliser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Normaliser, ListensOnlyToWhatIsConfigured) {
  DialectConfig config;
  config.all = false;
  Wire wire(config);
  EXPECT_THAT(wire.normaliser.subscriptions(), IsEmpty());
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON"})");
  EXPECT_THAT(wire.rejected(), ElementsAre("topic"));
  EXPECT_TRUE(wire.catalog.devices().empty());
}

TEST(Normaliser, RefusesTopicsThatAreNone) {
  Wire wire;
  for (const std::string& topic :
       {std::string(), "zigbee2mqtt/" + std::string(65'000, 'x'),
        "zigbee2mqtt/" + std::string(999, '/'), std::string("zigbee2mqtt/a\0b", 15),
        std::string("zigbee2mqtt/+"), std::string("$SYS/x"), std::string("/zigbee2mqtt/x"),
        std::string("zigbee2mqtt/\xff")}) {
    wire.hear(topic, R"({"state":"ON"})");
    EXPECT_THAT(wire.rejected(), ElementsAre("topic"));
    EXPECT_LE(wire.decoded.rejections[0].topic.size(), 512u);
  }
  EXPECT_TRUE(wire.catalog.devices().empty());
}

TEST(Normaliser, ClearsTheLastAnswer) {
  Wire wire;
  wire.hear("zigbee2mqtt/bridge/devices", "");
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON","action":"single","temperature":999})");
  wire.hear("zigbee2mqtt/hall", R"({})");
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
  EXPECT_THAT(wire.decoded.events, IsEmpty());
  EXPECT_THAT(wire.decoded.rejections, IsEmpty());
  EXPECT_EQ(wire.decoded.keep_as, "");
  EXPECT_FALSE(wire.decoded.devices_changed);
}

TEST(Normaliser, StrangeCharactersInATopicMakeAnOrdinaryDevice) {
  Wire wire;
  wire.hear("zigbee2mqtt/a\x1b[31m\r\n\xE2\x80\xAE\xF0\x9F\x92\xA1", R"({"state":"ON"})");
  EXPECT_THAT(wire.rejected(), IsEmpty());
  EXPECT_EQ(wire.value("a__31m____.on"), Value(true));
}

TEST(Normaliser, TheSameMessagesGiveTheSameIds) {
  const auto ids = [] {
    Wire wire;
    for (const char* name : {"Büro", "buro", "Buro", "x"}) {
      wire.hear("zigbee2mqtt/" + std::string(name), R"({"state":"ON"})");
    }
    std::string all;
    for (const auto& [id, info] : wire.catalog.devices()) all += id.text() + "=" + info.name + " ";
    return all;
  };
  EXPECT_EQ(ids(), "buro=Büro buro_2=buro buro_3=Buro x=x ");
  EXPECT_EQ(ids(), ids());
}

TEST(Normaliser, AnUnknownDeviceEncodesToNothing) {
  Wire wire;
  const DeviceIndex nobody = wire.catalog.table().intern_device(DeviceId("nobody"));
  EXPECT_THAT(wire.normaliser.encode(nobody, {}), IsEmpty());
  EXPECT_THAT(wire.normaliser.ask(nobody), IsEmpty());
}

}  // namespace
}  // namespace attune::devices
