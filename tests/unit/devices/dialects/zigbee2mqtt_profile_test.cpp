#include "devices/dialects/zigbee2mqtt_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// `bridge/devices` with one device that exposes this.
std::string bridge(std::string_view name, std::string_view exposes) {
  return R"([{"type":"EndDevice","friendly_name":")" + std::string(name) +
         R"(","definition":{"model":"M","exposes":)" + std::string(exposes) + "}}]";
}

constexpr std::string_view kBridge = "zigbee2mqtt/bridge/devices";

constexpr const char* kThermostat = R"([{"type":"climate","features":[
   {"type":"numeric","name":"current_heating_setpoint","property":"current_heating_setpoint","access":7,"unit":"°C"}]},
   {"type":"lock","features":[
   {"type":"binary","name":"state","property":"child_lock","value_on":"LOCK","value_off":"UNLOCK","access":7}]}])";

TEST(Zigbee2MqttProfile, AThermostatsChildLockIsNoDoorLock) {
  Wire wire;
  wire.hear(kBridge, bridge("trv", kThermostat));
  const DeviceInfo* trv = wire.catalog.find("trv");
  ASSERT_NE(trv, nullptr);
  EXPECT_THAT(trv->capabilities, ElementsAre("climate"));
  EXPECT_EQ(trv->find("lock_state"), nullptr);
  ASSERT_NE(trv->find("child_lock"), nullptr);
  EXPECT_EQ(trv->find("child_lock")->type, ValueType::boolean);
  wire.hear("zigbee2mqtt/trv", R"({"child_lock":"LOCK"})");
  EXPECT_EQ(wire.value("trv.child_lock"), Value(true));
  EXPECT_EQ(wire.decoded.readings.size(), 1u);
  EXPECT_THAT(wire.drive("trv", {{"child_lock", false}}),
              ElementsAre(R"(zigbee2mqtt/trv/set {"child_lock":"UNLOCK"})"));
}

TEST(Zigbee2MqttProfile, ADoorLockMayHaveAChildLockBesideItsBolt) {
  Wire wire;
  wire.hear(kBridge, bridge("door", R"([{"type":"lock","endpoint":"l1","features":[
     {"type":"binary","name":"state","endpoint":"l1","property":"state_l1","value_on":"LOCK","value_off":"UNLOCK","access":7},
     {"type":"binary","name":"state","endpoint":"l1","property":"child_lock_l1","value_on":"LOCK","value_off":"UNLOCK","access":7}]}])"));
  wire.hear("zigbee2mqtt/door", R"({"state_l1":"UNLOCK","child_lock_l1":"LOCK"})");
  EXPECT_EQ(wire.value("door.l1.lock_state"), Value("unlocked"));
  EXPECT_EQ(wire.value("door.l1.child_lock"), Value(true));
  EXPECT_THAT(wire.catalog.find("door")->capabilities, ElementsAre("lock"));
}

TEST(Zigbee2MqttProfile, ALockWhosePropertySaysNothingElseStaysALock) {
  Wire wire;
  wire.hear(kBridge, bridge("gate", R"([{"type":"lock","features":[
     {"type":"binary","name":"state","property":"bolt","value_on":"IN","value_off":"OUT","access":7}]}])"));
  wire.hear("zigbee2mqtt/gate", R"({"bolt":"IN"})");
  EXPECT_EQ(wire.value("gate.lock_state"), Value("locked"));
  EXPECT_THAT(wire.catalog.find("gate")->capabilities, ElementsAre("lock"));
}

TEST(Zigbee2MqttProfile, AThermostatsWindowDetectionIsNoSwitch) {
  Wire wire;
  wire.hear(kBridge, bridge("trv", R"([{"type":"climate","features":[
     {"type":"numeric","name":"local_temperature","property":"local_temperature","access":5,"unit":"°C"}]},
     {"type":"switch","features":[
     {"type":"binary","name":"state","property":"window_detection","value_on":"ON","value_off":"OFF","access":7}]}])"));
  wire.hear("zigbee2mqtt/trv", R"({"window_detection":"ON"})");
  EXPECT_FALSE(wire.value("trv.on").has_value());
  EXPECT_EQ(wire.value("trv.raw.window_detection"), Value("ON"));
  EXPECT_THAT(wire.catalog.find("trv")->capabilities, ElementsAre("climate", "climate_sensor"));
}

TEST(Zigbee2MqttProfile, AVoltageBesideThoseOfOtherPhasesIsTheFirst) {
  const auto numeric = [](const char* name, const char* unit) {
    return R"({"type":"numeric","access":1,"name":")" + std::string(name) + R"(","property":")" +
           name + R"(","unit":")" + unit + R"("})";
  };
  Wire wire;
  wire.hear(kBridge,
            bridge("meter", "[" + numeric("voltage", "V") + "," + numeric("voltage_phase_b", "V") +
                                "," + numeric("power", "W") + "," + numeric("power_phase_b", "W") +
                                "," + numeric("energy", "kWh") + "]"));
  wire.hear("zigbee2mqtt/meter", R"({"voltage":230,"voltage_phase_b":231,"power":5,"energy":7})");
  EXPECT_EQ(wire.value("meter.a.voltage"), Value(230.0));
  EXPECT_EQ(wire.value("meter.b.voltage"), Value(231.0));
  EXPECT_EQ(wire.value("meter.power"), Value(5.0));  // it may be the sum of all
  EXPECT_EQ(wire.value("meter.energy"), Value(7.0));
}

/// The last message's raw attributes.
std::vector<std::string> raw_of(const Wire& wire) {
  std::vector<std::string> raw;
  for (const Reading& reading : wire.decoded.readings) {
    if (const std::string path = wire.path(reading); path.find(".raw.") != std::string::npos) {
      raw.push_back(path);
    }
  }
  return raw;
}

constexpr const char* kLinkQuality =
    R"({"type":"numeric","name":"linkquality","property":"linkquality","access":1,"unit":"lqi","value_min":0,"value_max":255})";

TEST(Zigbee2MqttProfile, ADescribedLinkQualityIsKeptOnce) {
  Wire wire;
  wire.hear(kBridge, bridge("x", "[" + std::string(kLinkQuality) + "]"));
  wire.hear("zigbee2mqtt/x", R"({"linkquality":80})");
  EXPECT_EQ(wire.value("x.link_quality"), Value(80.0));
  EXPECT_EQ(wire.decoded.readings.size(), 1u);
}

TEST(Zigbee2MqttProfile, LinkQualityOfAnotherNameIsReadWhereItIsDescribed) {
  Wire wire;
  wire.hear(
      kBridge,
      bridge("x",
             R"([{"type":"numeric","name":"link_quality","property":"link_quality","access":1}])"));
  wire.hear("zigbee2mqtt/x", R"({"link_quality":80})");
  EXPECT_EQ(wire.value("x.link_quality"), Value(80.0));
  EXPECT_THAT(raw_of(wire), IsEmpty());
}

/// Descriptions that list a property twice: no second row, and no second press of a button.
TEST(Zigbee2MqttProfile, WhatIsNormalisedIsNotKeptRawAsWell) {
  const std::vector<std::pair<std::string, std::string>> properties = {
      {R"({"type":"numeric","name":"battery","property":"battery","access":1,"unit":"%"})",
       R"({"battery":93})"},
      {R"({"type":"numeric","name":"voltage","property":"voltage","access":1,"unit":"mV"})",
       R"({"voltage":2990})"},
      {R"({"type":"binary","name":"contact","property":"contact","access":1,"value_on":false,"value_off":true})",
       R"({"contact":false})"},
      {R"({"type":"climate","features":[{"type":"numeric","name":"local_temperature","property":"local_temperature","access":5,"unit":"°C"}]})",
       R"({"local_temperature":20.5})"},
      {R"({"type":"lock","features":[{"type":"enum","name":"lock_state","property":"lock_state","access":1,"values":["locked","unlocked"]}]})",
       R"({"lock_state":"locked"})"},
      {R"({"type":"enum","name":"action","property":"action","access":1,"values":["on"]})",
       R"({"action":"on"})"},
      {R"({"type":"switch","features":[{"type":"binary","name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"}]})",
       R"({"state":"ON"})"}};
  for (const auto& [expose, report] : properties) {
    Wire wire;
    wire.hear(kBridge, bridge("x", "[" + expose + "," + expose + "]"));
    wire.hear("zigbee2mqtt/x", report);
    EXPECT_EQ(wire.decoded.readings.size() + wire.decoded.events.size(), 1u) << report;
    EXPECT_THAT(raw_of(wire), IsEmpty()) << report;
    EXPECT_THAT(wire.rejected(), IsEmpty()) << report;
  }
}

TEST(Zigbee2MqttProfile, ASecondPropertyOfOneMeaningIsKeptRaw) {
  Wire wire;
  wire.hear(kBridge, bridge("x", R"([
     {"type":"binary","name":"occupancy","property":"occupancy","access":1,"value_on":true,"value_off":false},
     {"type":"binary","name":"presence","property":"presence","access":1,"value_on":true,"value_off":false}])"));
  wire.hear("zigbee2mqtt/x", R"({"occupancy":true,"presence":false})");
  EXPECT_EQ(wire.value("x.occupancy"), Value(true));
  EXPECT_EQ(wire.value("x.raw.presence"), Value(false));
}

}  // namespace
}  // namespace attune::devices
