#include "devices/dialects/tasmota.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kConfig = "tasmota/discovery/AABBCC/config";

DialectConfig tasmota_only() {
  DialectConfig config;
  config.all = false;
  config.chosen["tasmota"];
  return config;
}

/// A device's description: what every one has, and `more`.
std::string described(const std::string& more, const std::string& full_topic = "%prefix%/%topic%/",
                      const std::string& topic = "lamp") {
  return R"({"dn":"Tasmota","fn":["Lamp",null],"hn":"lamp-1","mac":"AABBCC","ofln":"Offline",)"
         R"("onln":"Online","state":["OFF","ON","TOGGLE","HOLD"],"t":")" +
         topic + R"(","ft":")" + full_topic + R"(","tp":["cmnd","stat","tele"],)" + more +
         R"(,"ver":1})";
}

struct Home : Wire {
  Home() : Wire(tasmota_only()) {}
  std::vector<std::string> asked() const {
    std::vector<std::string> all;
    for (const Outgoing& out : decoded.replies) all.push_back(out.topic + " " + out.payload);
    return all;
  }
};

TEST(Tasmota, DiscoveryMakesALampThatReportsAndObeys) {
  Home home;
  home.hear(kConfig, described(R"("rl":[2],"lt_st":5)"), true);
  EXPECT_EQ(home.decoded.keep_as, kConfig);
  const DeviceInfo* lamp = home.catalog.find("lamp");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->label, "Lamp");
  EXPECT_TRUE(lamp->has_capability("light"));
  home.hear("tele/lamp/STATE", R"({"POWER":"ON","Dimmer":62,"CT":250,"HSBColor":"285,100,40"})");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  EXPECT_EQ(home.value("lamp.brightness"), Value(62.0));
  EXPECT_EQ(home.value("lamp.color_temp"), Value(4000));
  EXPECT_EQ(home.value("lamp.color_hs"), Value(std::vector<double>{285, 100}));
  EXPECT_THAT(home.drive("lamp", {{"on", false}}), ElementsAre("cmnd/lamp/Power1 OFF"));
  EXPECT_THAT(home.drive("lamp", {{"on", true}, {"brightness", 30}, {"color_temp", 4000}}),
              ElementsAre("cmnd/lamp/Backlog NoDelay;Power1 ON;NoDelay;Dimmer 30;NoDelay;CT 250"));
}

TEST(Tasmota, PrefixChangedByTheUserIsFollowed) {
  Home home;
  home.hear(kConfig, described(R"("rl":[1])", "home/%topic%/%prefix%/"), true);
  EXPECT_TRUE(home.decoded.subscriptions_changed);
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("home/lamp/tele/+"));
  EXPECT_THAT(home.asked(), ElementsAre("home/lamp/cmnd/STATE ", "home/lamp/cmnd/STATUS 10"));
  home.hear("home/lamp/stat/POWER", "ON");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  EXPECT_THAT(home.drive("lamp", {{"on", false}}), ElementsAre("home/lamp/cmnd/Power1 OFF"));
  home.hear(kConfig, described(R"("rl":[1])", "flat/%prefix%/%topic%"), true);
  EXPECT_THAT(home.normaliser.subscriptions(), Not(Contains("home/lamp/tele/+")));
  EXPECT_THAT(home.drive("lamp", {{"on", false}}), ElementsAre("flat/cmnd/lamp/Power1 OFF"));
}

TEST(Tasmota, TheSameDescriptionAsksOnce) {
  Home home;
  home.hear(kConfig, described(R"("rl":[1])"), true);
  EXPECT_THAT(home.asked(), Not(IsEmpty()));
  home.hear(kConfig, described(R"("rl":[1])"), true);
  EXPECT_THAT(home.asked(), IsEmpty());
}

TEST(Tasmota, AnEmptyDescriptionRemovesTheDevice) {
  Home home;
  home.hear(kConfig, described(R"("rl":[1])", "x/%topic%/%prefix%/"), true);
  home.hear(kConfig, "", true);
  EXPECT_EQ(home.decoded.keep_as, kConfig);
  EXPECT_EQ(home.catalog.find("lamp"), nullptr);
  EXPECT_THAT(home.normaliser.subscriptions(), Not(Contains("x/lamp/tele/+")));
}

TEST(Tasmota, EachOfSeveralRelaysIsAnEndpoint) {
  Home home;
  home.hear(kConfig, described(R"("rl":[1,1])"), true);
  home.hear("stat/lamp/RESULT", R"({"POWER2":"ON"})");
  EXPECT_EQ(home.value("lamp.2.on"), Value(true));
  EXPECT_THAT(home.drive("lamp", {{"2.on", false}}), ElementsAre("cmnd/lamp/Power2 OFF"));
}

TEST(Tasmota, OneRelayHasNoEndpointWhateverItSays) {
  Home home;
  home.hear(kConfig, described(R"("rl":[1])"), true);
  home.hear("stat/lamp/RESULT", R"({"POWER1":"ON"})");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
}

TEST(Tasmota, StateTextsAreThoseOfTheDescription) {
  Home home;
  std::string text = described(R"("rl":[1])");
  text.replace(text.find(R"(["OFF","ON")"), 11, R"(["Aus","An")");
  home.hear(kConfig, text, true);
  home.hear("stat/lamp/POWER", "An");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  home.hear("stat/lamp/POWER", "Aus");
  EXPECT_EQ(home.value("lamp.on"), Value(false));
  home.hear("stat/lamp/POWER", "Ein");
  EXPECT_THAT(home.rejected(), ElementsAre("type lamp.on"));
}

TEST(Tasmota, InvertedCoverIsTurnedBothWays) {
  Home home;
  home.hear(kConfig, described(R"("rl":[3,3],"sho":[1])"), true);
  home.hear("tele/lamp/SENSOR", R"({"Shutter1":{"Position":54,"Direction":-1,"Target":20}})");
  EXPECT_EQ(home.value("lamp.position"), Value(46.0));
  EXPECT_EQ(home.value("lamp.movement"), Value("opening"));
  EXPECT_THAT(home.texts(home.decoded.desired), ElementsAre("lamp.position=80"));
  EXPECT_THAT(home.drive("lamp", {{"position", 30}}), ElementsAre("cmnd/lamp/ShutterPosition1 70"));
}

TEST(Tasmota, AWishIsNoState) {
  Home home;
  home.hear(kConfig, described(R"("rl":[3,3])"), true);
  home.hear("stat/lamp/RESULT", R"({"Shutter1":{"Position":0,"Direction":1,"Target":60}})");
  EXPECT_EQ(home.value("lamp.position"), Value(0.0));
  EXPECT_THAT(home.texts(home.decoded.desired), ElementsAre("lamp.position=60"));
}

TEST(Tasmota, AnEchoIsEqualInWireUnits) {
  Home home;
  home.hear(kConfig, described(R"("rl":[2],"lt_st":5)"), true);
  const DeviceInfo& lamp = *home.catalog.find("lamp");
  home.hear("stat/lamp/RESULT", R"({"Dimmer":33,"CT":300,"HSBColor":"120,50,33"})");
  EXPECT_TRUE(same_on_wire(*lamp.find("brightness"), 33.3, home.value("lamp.brightness")));
  EXPECT_TRUE(same_on_wire(*lamp.find("color_temp"), 3330, home.value("lamp.color_temp")));
  EXPECT_TRUE(same_on_wire(*lamp.find("color_hs"), std::vector<double>{120.3, 49.6},
                           home.value("lamp.color_hs")));
  EXPECT_FALSE(same_on_wire(*lamp.find("brightness"), 34, home.value("lamp.brightness")));
}

TEST(Tasmota, AFanHasModeSpeedAndState) {
  Home home;
  home.hear(kConfig, described(R"("if":1,"rl":[0])"), true);
  home.hear("stat/lamp/RESULT", R"({"FanSpeed":2})");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  EXPECT_EQ(home.value("lamp.fan_mode"), Value("medium"));
  EXPECT_EQ(home.value("lamp.fan_speed"), Value(66.7));
  EXPECT_THAT(home.drive("lamp", {{"fan_speed", 33.3}}), ElementsAre("cmnd/lamp/FanSpeed 1"));
  EXPECT_THAT(home.drive("lamp", {{"on", false}}), ElementsAre("cmnd/lamp/FanSpeed 0"));
}

TEST(Tasmota, FahrenheitAndMillimetresOfMercuryAreConvertedAtTheDoor) {
  Home home;
  home.hear("tele/attic/SENSOR", R"({"BME280":{"Temperature":68.0,"Humidity":40,"Pressure":750},)"
                                 R"("TempUnit":"F","PressureUnit":"mmHg"})");
  EXPECT_EQ(home.value("attic.temperature"), Value(20.0));
  EXPECT_NEAR(home.value("attic.pressure").as_number(), 999.9, 0.1);
  home.hear("tele/attic/SENSOR", R"({"BME280":{"Temperature":20.0},"TempUnit":"C"})");
  EXPECT_EQ(home.value("attic.temperature"), Value(20.0));
}

TEST(Tasmota, TwoSensorsOfAKindAreEndpoints) {
  Home home;
  home.hear("tele/attic/SENSOR",
            R"({"DS18B20-1":{"Temperature":20},"DS18B20-2":{"Temperature":21}})");
  EXPECT_EQ(home.value("attic.DS18B20-1.temperature"), Value(20.0));
  EXPECT_EQ(home.value("attic.DS18B20-2.temperature"), Value(21.0));
}

TEST(Tasmota, ASecondSensorThatComesLaterLeavesTheFirstItsName) {
  Home home;
  home.hear("tele/attic/SENSOR", R"({"DS18B20":{"Temperature":20}})");
  home.hear("tele/attic/SENSOR", R"({"DHT11":{"Temperature":25}})");
  home.hear("tele/attic/SENSOR", R"({"DS18B20":{"Temperature":22}})");
  EXPECT_EQ(home.value("attic.temperature"), Value(22.0));
  EXPECT_EQ(home.value("attic.DHT11.temperature"), Value(25.0));
}

TEST(Tasmota, PhasesAreEndpoints) {
  Home home;
  home.hear("tele/meter/SENSOR", R"({"ENERGY":{"Total":9.5,"Power":[10,20,30],"Voltage":230}})");
  EXPECT_EQ(home.value("meter.b.power"), Value(20.0));
  EXPECT_EQ(home.value("meter.voltage"), Value(230.0));
  EXPECT_EQ(home.value("meter.energy"), Value(9.5));
}

TEST(Tasmota, NullIsUnknownAndNotZero) {
  Home home;
  home.hear("tele/attic/SENSOR", R"({"DHT11":{"Temperature":null,"Humidity":50}})");
  EXPECT_FALSE(home.value("attic.temperature").has_value());
  EXPECT_EQ(home.value("attic.humidity"), Value(50.0));
  EXPECT_THAT(home.rejected(), IsEmpty());
}

TEST(Tasmota, ARejectedValueKeepsTheRestOfTheMessage) {
  Home home;
  home.hear("tele/attic/SENSOR", R"({"DHT11":{"Temperature":-8000,"Humidity":50}})");
  EXPECT_THAT(home.rejected(), ElementsAre("range attic.temperature"));
  EXPECT_EQ(home.value("attic.humidity"), Value(50.0));
}

TEST(Tasmota, AButtonIsAnEventAndARetainedOneIsNone) {
  Home home;
  home.hear("stat/wall/RESULT", R"({"Button2":{"Action":"DOUBLE"}})");
  EXPECT_THAT(home.events(), ElementsAre("wall.2.event=double"));
  home.hear("stat/wall/RESULT", R"({"Button2":{"Action":"DOUBLE"}})", true);
  EXPECT_THAT(home.events(), IsEmpty());
}

TEST(Tasmota, SleepingBatteryDeviceIsNotOffline) {
  Home home;
  home.hear(kConfig, described(R"("dslp":1,"rl":[0])"), true);
  home.hear("tele/lamp/LWT", "Offline", true);
  ASSERT_EQ(home.decoded.availability.size(), 1u);
  EXPECT_EQ(home.decoded.availability[0].availability, Availability::sleeping);
  home.hear("tele/lamp/LWT", "Online");
  EXPECT_EQ(home.decoded.availability[0].availability, Availability::online);
}

TEST(Tasmota, AnswersToSettingsSayNothing) {
  Home home;
  home.hear("stat/lamp/RESULT", R"({"TelePeriod":300})");
  home.hear("tele/lamp/INFO1", R"({"Info1":{"Module":"x"}})");
  EXPECT_TRUE(home.catalog.devices().empty());
}

TEST(Tasmota, UnknownInputStaysRaw) {
  Home home;
  home.hear("tele/attic/SENSOR", R"({"MPU6050":{"AccelXAxis":-7.5}})");
  EXPECT_EQ(home.value("attic.raw.MPU6050.AccelXAxis"), Value(-7.5));
}

TEST(Tasmota, SomebodyElsesCommandIsHeard) {
  Home home;
  home.hear(kConfig, described(R"("rl":[2],"lt_st":1)"), true);
  home.hear("cmnd/lamp/Power1", "ON");
  EXPECT_THAT(home.texts(home.decoded.foreign), ElementsAre("lamp.on=true"));
  home.hear("cmnd/lamp/dimmer", "40");
  EXPECT_THAT(home.texts(home.decoded.foreign), ElementsAre("lamp.brightness=40"));
  home.hear("cmnd/lamp/Power1", "ON", true);
  EXPECT_THAT(home.texts(home.decoded.foreign), IsEmpty());
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
}

TEST(Tasmota, AZigbeeDeviceBehindABridgeIsCommandedThroughIt) {
  Home home;
  home.hear("tele/bridge/SENSOR",
            R"({"ZbReceived":{"0x01":{"Name":"Bulb","Dimmer":127,"Power":1}}})");
  EXPECT_EQ(home.value("bulb.brightness"), Value(50.0));
  EXPECT_EQ(home.value("bulb.on"), Value(true));
  EXPECT_THAT(home.drive("bulb", {{"brightness", 100}}),
              ElementsAre(R"(cmnd/bridge/ZbSend {"Device":"Bulb","Send":{"Dimmer":254}})"));
}

TEST(Tasmota, ADevicesFileNamesOneThatNoDiscoveryTells) {
  Home home;
  DeviceEntry entry;
  entry.id = DeviceId("porch");
  entry.dialect = "tasmota";
  entry.topic = "sonoff_7";
  entry.capabilities = {"switch"};
  DevicesFile file;
  file.entries = {entry};
  ASSERT_TRUE(home.normaliser.configure(file).ok());
  EXPECT_THAT(home.drive("porch", {{"on", true}}), ElementsAre("cmnd/sonoff_7/POWER ON"));
  home.hear("stat/sonoff_7/POWER", "ON");
  EXPECT_EQ(home.value("porch.on"), Value(true));
}

TEST(Tasmota, HostileDescriptionsAreRefusedWithTheirReason) {
  Home home;
  for (const char* topic : {"#", "+", "a/#", ""}) {
    home.hear(kConfig, described(R"("rl":[1])", "%prefix%/%topic%/", topic), true);
    EXPECT_THAT(home.rejected(), ElementsAre("topic")) << topic;
  }
  for (const char* full : {"", "$SYS/%prefix%/", "/%prefix%/%topic%", "+/%prefix%/", "%topic%/"}) {
    home.hear(kConfig, described(R"("rl":[1])", full), true);
    EXPECT_THAT(home.rejected(), ElementsAre("topic")) << full;
  }
  home.hear(kConfig, "[]", true);
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
  home.hear(kConfig, R"({"t":")" + std::string(1'000'000, 'x') + "\"}", true);
  EXPECT_THAT(home.rejected(), ElementsAre("string"));
  EXPECT_TRUE(home.catalog.devices().empty());
  EXPECT_TRUE(home.decoded.keep_as.empty());
}

TEST(Tasmota, TwoDevicesCannotSpeakAtOneTopic) {
  Home home;
  home.hear(kConfig, described(R"("rl":[1])", "x/%prefix%/"), true);
  home.hear("tasmota/discovery/DDEEFF/config", described(R"("rl":[1])", "x/%prefix%/", "other"),
            true);
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
  EXPECT_EQ(home.catalog.find("other"), nullptr);
}

TEST(Tasmota, TwoNamesThatFoldToOneIdAreTwoDevices) {
  Home home;
  home.hear("stat/Lamp/POWER", "ON");
  home.hear("stat/lamp/POWER", "OFF");
  EXPECT_EQ(home.value("lamp.on"), Value(true));
  EXPECT_EQ(home.value("lamp_2.on"), Value(false));
}

TEST(Tasmota, TenThousandBlocksAreBounded) {
  Home home;
  for (int i = 0; i < 200; ++i) {
    std::string text = "{";
    for (int j = 0; j < 50; ++j) {
      text += (j == 0 ? "\"S" : ",\"S") + std::to_string(i * 50 + j) + R"(":{"Temperature":20})";
    }
    home.hear("tele/flood/SENSOR", text + "}");
  }
  const auto index = home.catalog.table().find_device("flood");
  EXPECT_LE(home.catalog.table().attributes_of(*index).size(), 1'024u);
  EXPECT_THAT(home.rejected(), Contains("device_limit flood.S9999.temperature"));
}

TEST(Tasmota, WhatOthersCommandIsHeardAlsoInABacklog) {
  Home home;
  home.hear(kConfig, described(R"("rl":[2],"lt_st":2)"), true);
  home.hear("cmnd/lamp/POWER", "1");
  EXPECT_THAT(home.foreign(), ElementsAre("lamp.on=true"));
  home.hear("cmnd/lamp/power1", "off");
  EXPECT_THAT(home.foreign(), ElementsAre("lamp.on=false"));
  home.hear("cmnd/lamp/Power1", "TOGGLE");
  EXPECT_THAT(home.foreign(), IsEmpty());
  home.hear("cmnd/lamp/Backlog", "NoDelay;Power1 ON; NoDelay ;Dimmer 40");
  EXPECT_THAT(home.foreign(), testing::UnorderedElementsAre("lamp.on=true", "lamp.brightness=40"));
  home.hear("cmnd/lamp/Dimmer", "");
  EXPECT_THAT(home.foreign(), IsEmpty());
  home.hear("cmnd/lamp/POWER", "ON", true);
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
}

TEST(Tasmota, AShuttersCommandIsHeardByItsOwnName) {
  Home home;
  home.hear(kConfig, described(R"("rl":[3,3],"sho":[0])"), true);
  home.hear("cmnd/lamp/ShutterPosition1", "30");
  EXPECT_THAT(home.foreign(), ElementsAre("lamp.position=30"));
}

}  // namespace
}  // namespace attune::devices
