#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

/// Devices that were removed, and what the broker still retains of them.
namespace attune::devices {
namespace {

struct Relic {
  const char* name;
  const char* topic;
  const char* payload;
  const char* device;
};

std::ostream& operator<<(std::ostream& out, const Relic& relic) {
  return out << relic.name;
}

constexpr Relic kRelics[] = {
    {"zigbee2mqtt", "zigbee2mqtt/lamp", R"({"state":"ON"})", "lamp"},
    {"attune", "attune/device/lamp/report", R"({"boot":1,"seq":1,"set":{"on":true}})", "lamp"},
    {"tasmota", "stat/lamp/POWER", "ON", "lamp"},
    {"homie5", "homie/5/lamp/$state", "ready", "lamp"},
    {"homie5_value", "homie/5/lamp/n/power", "true", "lamp"},
    {"homie4", "homie/lamp/$state", "ready", "lamp"},
    {"homie4_value", "homie/lamp/light/power", "true", "lamp"},
    {"esphome", "node/switch/pump/state", "ON", "node"},
    {"shelly_gen1", "shellies/shelly1-AABB/relay/0", "on", "shelly1_aabb"},
    {"shelly_gen2", "shellyplus1-a8032abc7158/status/switch:0", R"({"id":0,"output":true})",
     "shellyplus1_a8032abc7158"},
    {"aws_shadow", "$aws/things/lamp/shadow/update/accepted",
     R"({"state":{"reported":{"on":true}}})", "lamp"},
};

class Gone : public testing::TestWithParam<Relic> {};

TEST_P(Gone, IsKnownByARetainedMessageWhenItNeverLeft) {
  Wire wire;
  wire.hear(GetParam().topic, GetParam().payload, true);
  EXPECT_NE(wire.catalog.find(GetParam().device), nullptr);
}

TEST_P(Gone, DoesNotComeBackThroughARetainedMessageAndDoesThroughALiveOne) {
  Wire wire;
  wire.catalog.mark_gone(DeviceId(GetParam().device));
  wire.hear(GetParam().topic, GetParam().payload, true);
  EXPECT_EQ(wire.catalog.find(GetParam().device), nullptr);
  EXPECT_TRUE(wire.decoded.readings.empty());
  EXPECT_FALSE(wire.decoded.devices_changed);
  wire.hear(GetParam().topic, GetParam().payload, false);
  EXPECT_NE(wire.catalog.find(GetParam().device), nullptr);
}

INSTANTIATE_TEST_SUITE_P(Dialects, Gone, testing::ValuesIn(kRelics),
                         [](const auto& relic) { return std::string(relic.param.name); });

}  // namespace
}  // namespace attune::devices
