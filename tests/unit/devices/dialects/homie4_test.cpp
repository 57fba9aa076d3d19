#include "devices/dialects/homie4.h"

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

DialectConfig homie4_only(const std::string& base = {}) {
  DialectConfig config;
  config.all = false;
  DialectOptions& options = config.chosen["homie4"];
  if (!base.empty()) options.set("base", {base});
  return config;
}

struct Home : Wire {
  explicit Home(const std::string& base = {}) : Wire(homie4_only(base)) {}
  /// Describes `homie/<path>`: `$datatype` and whatever else is given.
  void describe(const std::string& path, const std::string& datatype, const std::string& unit = {},
                const std::string& format = {}, bool settable = false) {
    hear("homie/" + path + "/$datatype", datatype, true);
    if (!unit.empty()) hear("homie/" + path + "/$unit", unit, true);
    if (!format.empty()) hear("homie/" + path + "/$format", format, true);
    if (settable) hear("homie/" + path + "/$settable", "true", true);
  }
  std::vector<std::string> availability() const {
    std::vector<std::string> all;
    for (const AvailabilityReport& report : decoded.availability) {
      all.emplace_back(name(report.availability));
    }
    return all;
  }
};

TEST(Homie4, ALampReportsAndObeys) {
  Home home;
  home.hear("homie/lamp/$name", "Hall lamp", true);
  home.hear("homie/lamp/light/$type", "dimmer", true);
  home.describe("lamp/light/power", "boolean", "", "", true);
  home.describe("lamp/light/brightness", "integer", "%", "0:100", true);
  const DeviceInfo* lamp = home.catalog.find("lamp");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->label, "Hall lamp");
  EXPECT_TRUE(lamp->has_capability("light"));
  home.hear("homie/lamp/light/power", "true");
  home.hear("homie/lamp/light/brightness", "40");
  EXPECT_EQ(home.value("lamp.light.on"), Value(true));
  EXPECT_EQ(home.value("lamp.light.brightness"), Value(40.0));
  EXPECT_THAT(
      home.drive("lamp", {{"light.on", false}, {"light.brightness", 70}}),
      ElementsAre("homie/lamp/light/power/set false", "homie/lamp/light/brightness/set 70"));
}

TEST(Homie4, AValueWaitsForItsUnit) {
  Home home;
  home.hear("homie/stove/room/temperature", "68", true);
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  home.hear("homie/stove/room/temperature/$datatype", "float", true);
  EXPECT_FALSE(home.value("stove.room.temperature").has_value());
  home.hear("homie/stove/room/temperature/$unit", "°F", true);
  EXPECT_EQ(home.value("stove.room.temperature"), Value(20.0));
}

TEST(Homie4, UnitsAreConvertedAtTheDoor) {
  Home home;
  home.describe("m/meter/power", "float", "kW");
  home.describe("m/meter/energy", "float", "Wh");
  home.describe("m/meter/pressure", "float", "kPa");
  home.describe("m/meter/voltage", "integer", "V");
  home.describe("m/cell/battery-voltage", "integer", "mV");
  home.hear("homie/m/meter/power", "1.5");
  home.hear("homie/m/meter/energy", "2500");
  home.hear("homie/m/meter/pressure", "101.3");
  home.hear("homie/m/meter/voltage", "230");
  home.hear("homie/m/cell/battery-voltage", "2985");
  EXPECT_EQ(home.value("m.meter.power"), Value(1500.0));
  EXPECT_EQ(home.value("m.meter.energy"), Value(2.5));
  EXPECT_EQ(home.value("m.meter.pressure"), Value(1013.0));
  EXPECT_EQ(home.value("m.meter.voltage"), Value(230.0));
  EXPECT_EQ(home.value("m.cell.battery_voltage"), Value(2.985));
}

TEST(Homie4, ScaleOfTheFormatIsThatOfTheWire) {
  Home home;
  home.describe("lamp/light/brightness", "integer", "", "0:255", true);
  home.hear("homie/lamp/light/brightness", "128");
  EXPECT_EQ(home.value("lamp.light.brightness"), Value(50.2));
  EXPECT_THAT(home.drive("lamp", {{"light.brightness", 50}}),
              ElementsAre("homie/lamp/light/brightness/set 128"));
  const AttributeInfo* info = home.catalog.find("lamp")->find("light.brightness");
  EXPECT_TRUE(same_on_wire(*info, 50, home.value("lamp.light.brightness")));
}

TEST(Homie4, MiredGoesBothWays) {
  Home home;
  home.describe("lamp/light/color-temperature", "integer", "MK⁻¹", "153:500", true);
  home.hear("homie/lamp/light/color-temperature", "250");
  EXPECT_EQ(home.value("lamp.light.color_temp"), Value(4000));
  EXPECT_THAT(home.drive("lamp", {{"light.color_temp", 2700}}),
              ElementsAre("homie/lamp/light/color-temperature/set 370"));
  EXPECT_EQ(home.catalog.find("lamp")->find("light.color_temp")->range->min, 2000);
}

TEST(Homie4, ColoursAreBareNumbers) {
  Home home;
  home.describe("lamp/light/color", "color", "", "hsv", true);
  home.describe("strip/light/color", "color", "", "rgb", true);
  home.hear("homie/lamp/light/color", "300,50,75");
  home.hear("homie/strip/light/color", "255,0,128");
  EXPECT_EQ(home.value("lamp.light.color_hs"), Value(std::vector<double>{300, 50}));
  EXPECT_EQ(home.value("strip.light.color_rgb"), Value("#FF0080"));
  EXPECT_THAT(home.drive("strip", {{"light.color_rgb", "#00FF10"}}),
              ElementsAre("homie/strip/light/color/set 0,255,16"));
  home.hear("homie/strip/light/color", "256,0,0");
  EXPECT_THAT(home.rejected(), ElementsAre("type strip.light.color_rgb"));
}

TEST(Homie4, SomethingAboutAValueIsNotTheValue) {
  Home home;
  home.describe("m/meter/max-power", "float", "W");
  home.describe("m/meter/power-on-delay", "boolean");
  home.describe("m/meter/contact", "boolean");
  home.hear("homie/m/meter/max-power", "3000");
  home.hear("homie/m/meter/power-on-delay", "true");
  home.hear("homie/m/meter/contact", "true");
  EXPECT_FALSE(home.value("m.meter.power").has_value());
  EXPECT_FALSE(home.value("m.meter.on").has_value());
  EXPECT_FALSE(home.value("m.meter.open").has_value());
  EXPECT_EQ(home.value("m.raw.meter.max-power"), Value("3000"));
}

TEST(Homie4, StatesOfADeviceAreItsAvailability) {
  Home home;
  for (const auto& [word, wanted] : std::map<std::string, std::string>{{"init", "unknown"},
                                                                       {"ready", "online"},
                                                                       {"alert", "online"},
                                                                       {"sleeping", "sleeping"},
                                                                       {"disconnected", "offline"},
                                                                       {"lost", "offline"}}) {
    home.hear("homie/lamp/$state", word, true);
    EXPECT_THAT(home.availability(), ElementsAre(wanted)) << word;
  }
  home.hear("homie/lamp/$state", "tired", true);
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
}

TEST(Homie4, ABatteryDeviceThatSleepsIsNotOffline) {
  Home home;
  home.hear("homie/door/$state", "sleeping", true);
  EXPECT_THAT(home.availability(), ElementsAre("sleeping"));
}

TEST(Homie4, AnotherBaseIsFoundAndHeard) {
  Home home;
  home.hear("homie-dev/lamp/$homie", "4.0.0", true);
  EXPECT_TRUE(home.decoded.subscriptions_changed);
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("homie-dev/#"));
  home.hear("homie-dev/lamp/light/power/$datatype", "boolean", true);
  home.hear("homie-dev/lamp/light/power/$settable", "true", true);
  home.hear("homie-dev/lamp/light/power", "true");
  EXPECT_EQ(home.value("lamp.light.on"), Value(true));
  EXPECT_THAT(home.drive("lamp", {{"light.on", false}}),
              ElementsAre("homie-dev/lamp/light/power/set false"));
  home.hear("homie-dev/stranger/light/power", "true");
  EXPECT_EQ(home.catalog.find("stranger"), nullptr);
}

TEST(Homie4, AConfiguredBaseIsHeardWhole) {
  Home home("house/homie");
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("house/homie/#"));
  home.hear("house/homie/lamp/light/power", "true");
  EXPECT_EQ(home.value("lamp.light.on"), Value(true));
}

TEST(Homie4, OneNameBelowTwoBasesIsRefused) {
  Home home;
  home.hear("homie/lamp/$homie", "4.0.0", true);
  home.hear("other/lamp/$homie", "4.0.0", true);
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
}

TEST(Homie4, AStrangersCommandIsForeignAndARetainedOneRefused) {
  Home home;
  home.describe("lamp/light/power", "boolean", "", "", true);
  home.hear("homie/lamp/light/power/set", "true");
  EXPECT_THAT(home.foreign(), ElementsAre("lamp.light.on=true"));
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  home.hear("homie/lamp/light/power/set", "true", true);
  EXPECT_THAT(home.foreign(), IsEmpty());
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
}

TEST(Homie4, EnumerationsWhoseWordsAllHaveAMeaningAreCanonical) {
  Home home;
  home.hear("homie/heater/thermostat/$type", "thermostat", true);
  home.describe("heater/thermostat/mode", "enum", "", "OFF,HEAT,AUTO", true);
  home.describe("heater/thermostat/profile", "enum", "", "a,b", true);
  home.hear("homie/heater/thermostat/mode", "HEAT");
  home.hear("homie/heater/thermostat/profile", "b");
  EXPECT_EQ(home.value("heater.thermostat.hvac_mode"), Value("heat"));
  EXPECT_EQ(home.value("heater.raw.thermostat.profile"), Value("b"));
  EXPECT_THAT(home.drive("heater", {{"thermostat.hvac_mode", "off"}}),
              ElementsAre("homie/heater/thermostat/mode/set OFF"));
}

TEST(Homie4, ARejectedWordKeepsTheRest) {
  Home home;
  home.describe("s/room/temperature", "float", "°C");
  home.describe("s/room/humidity", "float", "%");
  home.hear("homie/s/room/temperature", "nan");
  EXPECT_THAT(home.rejected(), ElementsAre("type s.room.temperature"));
  home.hear("homie/s/room/temperature", "-275");
  EXPECT_THAT(home.rejected(), ElementsAre("range s.room.temperature"));
  home.hear("homie/s/room/humidity", "41");
  EXPECT_EQ(home.value("s.room.humidity"), Value(41.0));
  EXPECT_FALSE(home.value("s.room.temperature").has_value());
}

TEST(Homie4, AClearedTopicSaysNothing) {
  Home home;
  home.describe("s/room/humidity", "float", "%");
  home.hear("homie/s/room/humidity", "");
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_THAT(home.rejected(), IsEmpty());
}

TEST(Homie4, APropertyThatIsNoMoreListedGoes) {
  Home home;
  home.describe("s/room/humidity", "float", "%");
  home.describe("s/room/temperature", "float", "°C");
  home.hear("homie/s/room/$properties", "temperature", true);
  EXPECT_EQ(home.catalog.find("s")->find("room.humidity"), nullptr);
  EXPECT_NE(home.catalog.find("s")->find("room.temperature"), nullptr);
}

TEST(Homie4, ADeviceThatIsClearedIsGone) {
  Home home;
  home.hear("homie/lamp/$homie", "4.0.0", true);
  EXPECT_EQ(home.decoded.keep_as, "homie/lamp/$homie");
  home.hear("homie/lamp/$homie", "", true);
  EXPECT_EQ(home.decoded.keep_as, "homie/lamp/$homie");
  EXPECT_EQ(home.catalog.find("lamp"), nullptr);
}

TEST(Homie4, TwoPropertiesOfOneMeaningAreTwoEndpoints) {
  Home home;
  home.describe("s/room/temp-1", "float", "°C");
  home.describe("s/room/temp-2", "float", "°C");
  home.hear("homie/s/room/temp-1", "20");
  home.hear("homie/s/room/temp-2", "22");
  EXPECT_EQ(home.value("s.room.temperature"), Value(20.0));
  EXPECT_EQ(home.value("s.room_temp-2.temperature"), Value(22.0));
}

TEST(Homie4, TheSameDescriptionAgainChangesNothing) {
  Home home;
  home.describe("lamp/light/power", "boolean", "", "", true);
  const auto before = home.catalog.generation();
  home.describe("lamp/light/power", "boolean", "", "", true);
  EXPECT_EQ(home.catalog.generation(), before);
}

TEST(Homie4, WhatMeansHarmIsRefused) {
  Home home;
  home.hear("homie/lamp/light/power/$format", std::string(1 << 20, 'x'), true);
  EXPECT_THAT(home.rejected(), ElementsAre("size"));
  home.hear("homie/lamp/light/power/$unit", "\xff\xfe", true);
  EXPECT_THAT(home.rejected(), ElementsAre("size"));
  home.hear("homie/lamp/light/text", std::string(1 << 20, 'x'), true);
  EXPECT_THAT(home.rejected(), ElementsAre("size"));
  for (int i = 0; i < 1'200; ++i) home.describe("lamp/n/p" + std::to_string(i), "float", "W");
  EXPECT_THAT(home.rejected(), Contains("device_limit"));
  EXPECT_THAT(home.drive("lamp", {{"light.on", true}}), IsEmpty());
}

TEST(Homie4, TwoNamesThatFoldAlikeAreTwoDevices) {
  Home home;
  home.hear("homie/my-lamp/light/power", "true");
  home.hear("homie/my_lamp/light/power", "false");
  EXPECT_EQ(home.value("my_lamp.light.on"), Value(true));
  EXPECT_EQ(home.value("my_lamp_2.light.on"), Value(false));
}

TEST(Homie4, ANodeOfWeirdLettersBringsNoWildcardIntoATopic) {
  Home home;
  home.hear("homie/lamp/#/power", "true");
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
  home.hear("homie/lamp/$weird/power", "true");
  EXPECT_THAT(home.decoded.readings, Not(Contains(testing::_)));
}

}  // namespace
}  // namespace attune::devices
