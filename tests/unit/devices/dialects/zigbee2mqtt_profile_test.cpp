#include "devices/dialects/zigbee2mqtt_profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;

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

}  // namespace
}  // namespace attune::devices
