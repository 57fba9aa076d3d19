#include "devices/dialects/homie5.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

DialectConfig homie5_only() {
  DialectConfig config;
  config.all = false;
  config.chosen["homie5"];
  return config;
}

/// A description with the properties of one node `n`.
std::string described(const std::string& properties, const std::string& more = {}) {
  return R"({"homie":"5.0","version":1,"name":"Lamp",)" + more +
         R"("nodes":{"n":{"name":"Light","properties":{)" + properties + "}}}}";
}

constexpr const char* kLamp =
    R"("power":{"datatype":"boolean","settable":true},)"
    R"("brightness":{"datatype":"integer","unit":"%","format":"0:100","settable":true},)"
    R"("color":{"datatype":"color","format":"rgb,hsv,xyz","settable":true})";

struct Home : Wire {
  Home() : Wire(homie5_only()) {}
  std::vector<std::string> availability() const {
    std::vector<std::string> all;
    for (const AvailabilityReport& report : decoded.availability) {
      all.push_back(catalog.table().device(report.device).text() + "=" +
                    std::string(name(report.availability)));
    }
    return all;
  }
};

TEST(Homie5, ADescriptionMakesALampThatReportsAndObeys) {
  Home home;
  home.hear("homie/5/lamp/$description", described(kLamp), true);
  EXPECT_EQ(home.decoded.keep_as, "homie/5/lamp/$description");
  const DeviceInfo* lamp = home.catalog.find("lamp");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->label, "Lamp");
  EXPECT_TRUE(lamp->has_capability("light"));
  home.hear("homie/5/lamp/n/power", "true", true);
  EXPECT_EQ(home.value("lamp.n.on"), Value(true));
  EXPECT_THAT(home.drive("lamp", {{"n.on", false}, {"n.brightness", 33}}),
              ElementsAre("homie/5/lamp/n/power/set false", "homie/5/lamp/n/brightness/set 33"));
}

TEST(Homie5, ATargetIsDesiredAndNoState) {
  Home home;
  home.hear("homie/5/lamp/$description", described(kLamp), true);
  home.hear("homie/5/lamp/n/brightness/$target", "100", true);
  EXPECT_THAT(home.texts(home.decoded.desired), ElementsAre("lamp.n.brightness=100"));
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_FALSE(home.value("lamp.n.brightness").has_value());
}

TEST(Homie5, ColoursSayTheirForm) {
  Home home;
  home.hear("homie/5/lamp/$description", described(kLamp), true);
  home.hear("homie/5/lamp/n/color", "rgb,255,0,128");
  EXPECT_EQ(home.value("lamp.n.color_rgb"), Value("#FF0080"));
  home.hear("homie/5/lamp/n/color", "hsv,120,40,100");
  EXPECT_EQ(home.value("lamp.n.color_hs"), Value(std::vector<double>{120, 40}));
  home.hear("homie/5/lamp/n/color", "xyz,0.3,0.4");
  EXPECT_EQ(home.value("lamp.n.color_xy"), Value(std::vector<double>{0.3, 0.4}));
  home.hear("homie/5/lamp/n/color", "255,0,128");
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_EQ(home.rejected().size(), 1u);
  EXPECT_THAT(home.drive("lamp", {{"n.color_hs", std::vector<double>{10, 20}}}),
              ElementsAre("homie/5/lamp/n/color/set hsv,10,20,100"));
  EXPECT_THAT(home.drive("lamp", {{"n.color_rgb", "#0000FF"}}),
              ElementsAre("homie/5/lamp/n/color/set rgb,0,0,255"));
}

TEST(Homie5, AValueBeforeItsDescriptionWaitsForIt) {
  Home home;
  home.hear("homie/5/stove/n/temperature", "68", true);
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  home.hear("homie/5/stove/$description",
            described(R"("temperature":{"datatype":"float","unit":"°F"})"), true);
  EXPECT_EQ(home.value("stove.n.temperature"), Value(20.0));
}

TEST(Homie5, ANewDescriptionReplacesTheOldOne) {
  Home home;
  home.hear("homie/5/s/$description",
            described(R"("t":{"datatype":"float","unit":"°C"},)"
                      R"("humidity":{"datatype":"float","unit":"%"})"),
            true);
  EXPECT_NE(home.catalog.find("s")->find("n.humidity"), nullptr);
  home.hear("homie/5/s/$description",
            described(R"("temperature":{"datatype":"float","unit":"°F"})"), true);
  EXPECT_EQ(home.catalog.find("s")->find("n.humidity"), nullptr);
  home.hear("homie/5/s/n/temperature", "50");
  EXPECT_EQ(home.value("s.n.temperature"), Value(10.0));
}

TEST(Homie5, AnotherDomainIsFoundByItsState) {
  Home home;
  home.hear("ebus/5/panel/$state", "ready", true);
  EXPECT_TRUE(home.decoded.subscriptions_changed);
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("ebus/5/+/$description"));
  home.hear("ebus/5/panel/$description",
            described(R"("active-power":{"datatype":"float","unit":"W"},)"
                      R"("relay":{"datatype":"enum","format":"OPEN,CLOSED"})"),
            true);
  home.hear("ebus/5/panel/n/active-power", "-120.5");
  EXPECT_EQ(home.value("panel.n.power"), Value(-120.5));
  home.hear("ebus/5/panel/n/relay", "CLOSED");
  EXPECT_EQ(home.value("panel.raw.n.relay"), Value("CLOSED"));
  home.hear("else/5/panel/n/active-power", "1");
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
}

TEST(Homie5, AChildIsLostWithItsRoot) {
  Home home;
  home.hear("homie/5/hub/$description", described(""), true);
  home.hear("homie/5/bulb/$description", described(kLamp, R"("root":"hub","parent":"hub",)"), true);
  home.hear("homie/5/hub/$state", "ready", true);
  home.hear("homie/5/bulb/$state", "ready", true);
  EXPECT_THAT(home.availability(), ElementsAre("bulb=online"));
  home.hear("homie/5/hub/$state", "lost", true);
  EXPECT_THAT(home.availability(), ElementsAre("hub=offline", "bulb=offline"));
  home.hear("homie/5/hub/$state", "ready", true);
  EXPECT_THAT(home.availability(), ElementsAre("hub=online", "bulb=online"));
}

TEST(Homie5, ABatteryDeviceThatSleepsIsNotOffline) {
  Home home;
  home.hear("homie/5/door/$state", "sleeping", true);
  EXPECT_THAT(home.availability(), ElementsAre("door=sleeping"));
}

TEST(Homie5, AButtonsPressIsAnEventAndARetainedOneIsNone) {
  Home home;
  home.hear(
      "homie/5/knob/$description",
      described(R"("action":{"datatype":"enum","format":"short,double,long","retained":false})"),
      true);
  home.hear("homie/5/knob/n/action", "short");
  EXPECT_THAT(home.events(), ElementsAre("knob.n.event=single"));
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  home.hear("homie/5/knob/n/action", "long", true);
  EXPECT_THAT(home.events(), IsEmpty());
}

TEST(Homie5, AnEmptyTextIsAZeroByte) {
  Home home;
  home.hear("homie/5/lamp/$description",
            described(R"("effect":{"datatype":"string","settable":true})"), true);
  home.hear("homie/5/lamp/n/effect", std::string(1, '\0'));
  EXPECT_EQ(home.value("lamp.n.effect"), Value(""));
  EXPECT_EQ(home.drive("lamp", {{"n.effect", ""}})[0],
            "homie/5/lamp/n/effect/set " + std::string(1, '\0'));
}

TEST(Homie5, LogsAlertsAndBroadcastsChangeNothing) {
  Home home;
  for (const char* topic : {"homie/5/lamp/$log/warn", "homie/5/lamp/$alert/battery",
                            "homie/5/$broadcast/security/alert"}) {
    home.hear(topic, "text");
    EXPECT_THAT(home.decoded.readings, IsEmpty()) << topic;
    EXPECT_THAT(home.rejected(), IsEmpty()) << topic;
  }
  EXPECT_TRUE(home.catalog.devices().empty());
}

TEST(Homie5, ACoversWordIsWhereItIsAndWhereItGoes) {
  Home home;
  home.hear(
      "homie/5/gate/$description",
      described(R"("state":{"datatype":"enum","format":"open,closed,opening,closing,stopped"},)"
                R"("position":{"datatype":"integer","unit":"%","settable":true})"),
      true);
  EXPECT_TRUE(home.catalog.find("gate")->has_capability("cover"));
  home.hear("homie/5/gate/n/state", "opening");
  EXPECT_EQ(home.value("gate.n.movement"), Value("opening"));
  EXPECT_FALSE(home.value("gate.n.open").has_value());
  home.hear("homie/5/gate/n/state", "closed");
  EXPECT_EQ(home.value("gate.n.open"), Value(false));
  EXPECT_EQ(home.value("gate.n.movement"), Value("stopped"));
}

TEST(Homie5, ASettableTemperatureIsTheWantedOne) {
  Home home;
  home.hear("homie/5/heater/$description",
            described(R"("temperature":{"datatype":"float","unit":"°F","format":"50:86:1",)"
                      R"("settable":true})"),
            true);
  EXPECT_TRUE(home.catalog.find("heater")->has_capability("climate"));
  const AttributeInfo* target = home.catalog.find("heater")->find("n.target_temperature");
  ASSERT_NE(target, nullptr);
  EXPECT_NEAR(target->range->min, 10, 1e-9);
  EXPECT_NEAR(target->range->max, 30, 1e-9);
  EXPECT_THAT(home.drive("heater", {{"n.target_temperature", 20}}),
              ElementsAre("homie/5/heater/n/temperature/set 68"));
}

TEST(Homie5, AnEmptyDescriptionRemovesTheDevice) {
  Home home;
  home.hear("homie/5/lamp/$description", described(kLamp), true);
  home.hear("homie/5/lamp/$description", "", true);
  EXPECT_EQ(home.decoded.keep_as, "homie/5/lamp/$description");
  EXPECT_EQ(home.catalog.find("lamp"), nullptr);
}

TEST(Homie5, WhatMeansHarmIsRefused) {
  Home home;
  home.hear("homie/5/lamp/$description", "{", true);
  EXPECT_THAT(home.rejected(), ElementsAre("json"));
  EXPECT_TRUE(home.decoded.keep_as.empty());
  home.hear("homie/5/lamp/$description", "[]", true);
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
  home.hear("homie/5/lamp/$description",
            described(R"("#":{"datatype":"boolean","settable":true},)"
                      R"("a/b":{"datatype":"boolean","settable":true},)"
                      R"("power":{"datatype":"boolean","settable":true})"),
            true);
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
  EXPECT_THAT(home.drive("lamp", {{"n.on", true}}), ElementsAre("homie/5/lamp/n/power/set true"));
  std::string many;
  for (int i = 0; i < 10'000; ++i) {
    many += (i == 0 ? "" : ",") + std::string("\"p") + std::to_string(i) +
            R"(":{"datatype":"float","unit":"W"})";
  }
  home.hear("homie/5/lamp/$description", described(many), true);
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
}

TEST(Homie5, AStrangersCommandIsForeignAndARetainedOneRefused) {
  Home home;
  home.hear("homie/5/lamp/$description", described(kLamp), true);
  home.hear("homie/5/lamp/n/power/set", "true");
  EXPECT_THAT(home.foreign(), ElementsAre("lamp.n.on=true"));
  home.hear("homie/5/lamp/n/power/set", "true", true);
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
  home.hear("homie/5/nobody/n/power/set", "true");
  EXPECT_EQ(home.catalog.find("nobody"), nullptr);
}

}  // namespace
}  // namespace attune::devices
