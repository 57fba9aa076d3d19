#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "devices/dialects/sparkplug_payload.h"
#include "tests/unit/devices/wire.h"

/// What a device knew and does not know any more, in the words of each convention.
namespace attune::devices {
namespace {

using ::testing::IsEmpty;

constexpr const char* kGen2 = "plug/events/rpc";
constexpr const char* kShadow = "$aws/things/cellar/shadow/update/accepted";

/// What made a value known, what takes it back, and of which attribute.
struct Case {
  const char* name;
  const char* topic;
  const char* known;
  const char* unknown;
  const char* attribute;
};

std::ostream& operator<<(std::ostream& out, const Case& one) {
  return out << one.name;
}

constexpr Case kCases[] = {
    {"zigbee2mqtt", "zigbee2mqtt/t", R"({"temperature":20})", R"({"temperature":null})",
     "t.temperature"},
    {"zigbee2mqtt_raw", "zigbee2mqtt/t", R"({"colour_of_mood":"blue"})",
     R"({"colour_of_mood":null})", "t.raw.colour_of_mood"},
    {"zigbee2mqtt_raw_object", "zigbee2mqtt/t", R"({"mood":{"colour":"blue"}})", R"({"mood":null})",
     "t.raw.mood.colour"},
    {"tasmota_field", "tele/t/SENSOR", R"({"AM2301":{"Temperature":20}})",
     R"({"AM2301":{"Temperature":null}})", "t.temperature"},
    {"tasmota_block", "tele/t/SENSOR", R"({"AM2301":{"Temperature":20}})", R"({"AM2301":null})",
     "t.temperature"},
    {"tasmota_phases", "tele/t/SENSOR", R"({"ENERGY":{"Power":[1,2,3]}})",
     R"({"ENERGY":{"Power":null}})", "t.b.power"},
    {"tasmota_phase", "tele/t/SENSOR", R"({"ENERGY":{"Power":[1,2,3]}})",
     R"({"ENERGY":{"Power":[1,null,3]}})", "t.b.power"},
    {"tasmota_state", "tele/t/STATE", R"({"POWER":"ON","Dimmer":40})",
     R"({"POWER":"ON","Dimmer":null})", "t.brightness"},
    {"gen2_field", kGen2,
     R"({"src":"s","method":"NotifyStatus","params":{"switch:0":{"apower":5}}})",
     R"({"src":"s","method":"NotifyStatus","params":{"switch:0":{"apower":null}}})", "plug.power"},
    {"gen2_member", kGen2,
     R"({"src":"s","method":"NotifyFullStatus","params":{"switch:0":{"aenergy":{"total":5}}}})",
     R"({"src":"s","method":"NotifyFullStatus","params":{"switch:0":{"aenergy":null}}})",
     "plug.energy"},
    {"gen2_component", kGen2,
     R"({"src":"s","method":"NotifyStatus","params":{"switch:0":{"output":true}}})",
     R"({"src":"s","method":"NotifyStatus","params":{"switch:0":null}})", "plug.on"},
    {"gen2_end_of_a_cover", kGen2,
     R"({"src":"s","method":"NotifyStatus",)"
     R"("params":{"cover:0":{"state":"open","pos_control":false}}})",
     R"({"src":"s","method":"NotifyStatus","params":{"cover:0":{"state":null}}})", "plug.open"},
    {"gen2_thermostat", kGen2,
     R"({"src":"s","method":"NotifyStatus","params":{"thermostat:0":{"enable":true}}})",
     R"({"src":"s","method":"NotifyStatus","params":{"thermostat:0":{"enable":null}}})",
     "plug.hvac_mode"},
    {"gen2_raw", kGen2, R"({"src":"s","method":"NotifyStatus","params":{"switch:0":{"mood":5}}})",
     R"({"src":"s","method":"NotifyStatus","params":{"switch:0":{"mood":null}}})",
     "plug.raw.switch_0.mood"},
    {"gen1_word", "shellies/shellydw2-1/sensor/state", "open", "unknown", "shellydw2_1.open"},
    {"gen1_member", "shellies/m/status", R"({"lux":70})", R"({"lux":null})", "m.illuminance"},
    {"esphome_number", "node/climate/x/current_temperature/state", "20", "nan",
     "node.x.temperature"},
    {"esphome_cleared", "node/switch/pump/state", "ON", "", "node.pump.on"},
    {"attune", "attune/device/lamp/report", R"({"boot":1,"seq":1,"set":{"brightness":40}})",
     R"({"boot":1,"seq":2,"set":{"brightness":null}})", "lamp.brightness"},
    {"attune_raw", "attune/device/lamp/report", R"({"boot":1,"seq":1,"set":{"raw.x":40}})",
     R"({"boot":1,"seq":2,"set":{"raw.x":null}})", "lamp.raw.x"},
    {"aws_shadow", kShadow, R"({"state":{"reported":{"humidity":55}}})",
     R"({"state":{"reported":{"humidity":null}}})", "cellar.humidity"},
    {"aws_shadow_raw", kShadow, R"({"state":{"reported":{"pump":{"mood":"blue"}}}})",
     R"({"state":{"reported":{"pump":null}}})", "cellar.raw.pump.mood"},
    {"statestream", "ha/person/ann/state", "home", "unknown", "person_ann.home"},
    {"statestream_zone", "ha/person/ann/state", "School", "unknown", "person_ann.raw.zone"},
    {"homie4", "homie/s/room/temperature", "20", "nan", "s.room.temperature"},
};

class Unknown : public testing::TestWithParam<Case> {};

TEST_P(Unknown, TakesTheOldValueAwayAlsoWhereItIsRetained) {
  for (const bool retained : {false, true}) {
    Wire wire;
    wire.hear("homie/s/room/temperature/$datatype", "float", true);
    wire.hear("homie/s/room/temperature/$unit", "°C", true);
    wire.hear(GetParam().topic, GetParam().known);
    ASSERT_TRUE(wire.value(GetParam().attribute).has_value());
    wire.hear(GetParam().topic, GetParam().unknown, retained);
    EXPECT_FALSE(wire.value(GetParam().attribute).has_value()) << retained;
  }
}

TEST_P(Unknown, OfADeviceThatNobodyKnowsIsNoNews) {
  Wire wire;
  wire.hear(GetParam().topic, GetParam().unknown);
  EXPECT_FALSE(wire.value(GetParam().attribute).has_value());
  EXPECT_THAT(wire.decoded.events, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Dialects, Unknown, testing::ValuesIn(kCases),
                         [](const auto& one) { return std::string(one.param.name); });

TEST(Unknown, IsNoValueOfASparkplugMetric) {
  sparkplug::Metric metric;
  metric.name = "supply";
  metric.datatype = static_cast<std::uint32_t>(sparkplug::Type::real64);
  metric.value = 20.5;
  MappedAttribute temperature;
  temperature.name = "temperature";
  temperature.source = "supply";
  Wire wire;
  const auto file = mapped_file("plant_pump", "sparkplug_b", "plant/pump", {temperature});
  ASSERT_TRUE(wire.normaliser.configure(file).ok());
  wire.hear("spBv1.0/plant/NBIRTH/pump", sparkplug::encode({0, 0, {metric}}));
  ASSERT_TRUE(wire.value("plant_pump.raw.supply").has_value());
  ASSERT_TRUE(wire.value("plant_pump.temperature").has_value());
  std::string null = sparkplug::encode({0, std::nullopt, {metric}});
  null[3] = static_cast<char>(null[3] + 2);  // the metric's length
  null += std::string("\x38\x01", 2);        // its is_null
  wire.hear("spBv1.0/plant/NDATA/pump", null);
  EXPECT_FALSE(wire.value("plant_pump.raw.supply").has_value());
  EXPECT_FALSE(wire.value("plant_pump.temperature").has_value());
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
}

TEST(Unknown, IsAWishOfAShadowForNothingAndNotItsState) {
  Wire wire;
  wire.hear(kShadow, R"({"state":{"reported":{"on":true}}})");
  wire.hear(kShadow, R"({"state":{"desired":{"on":null}}})");
  EXPECT_THAT(wire.decoded.unknown, IsEmpty());
  EXPECT_EQ(wire.value("cellar.on"), Value(true));
}

DevicesFile mapped(std::string path) {
  DevicesFile file;
  JsonAttribute attribute;
  attribute.name = "temperature";
  attribute.topic = "plant/boiler";
  attribute.path = std::move(path);
  file.json.push_back({DeviceId("boiler"), {std::move(attribute)}});
  return file;
}

TEST(Unknown, IsANullAtAMappedPathOrOnTheWayToIt) {
  for (const char* payload : {R"({"supply":{"t":null}})", R"({"supply":null})", "null"}) {
    Wire wire;
    ASSERT_TRUE(wire.normaliser.configure(mapped("/supply/t")).ok());
    wire.hear("plant/boiler", R"({"supply":{"t":70}})");
    ASSERT_EQ(wire.value("boiler.temperature"), Value(70.0));
    wire.hear("plant/boiler", payload, true);
    EXPECT_FALSE(wire.value("boiler.temperature").has_value()) << payload;
    EXPECT_THAT(wire.decoded.rejections, IsEmpty()) << payload;
  }
}

TEST(Unknown, IsNotWhatAMessageSaysNothingOf) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(mapped("/supply/t")).ok());
  wire.hear("plant/boiler", R"({"supply":{"t":70}})");
  wire.hear("plant/boiler", R"({"supply":{"p":null},"other":null})");
  EXPECT_EQ(wire.value("boiler.temperature"), Value(70.0));
}

TEST(Unknown, IsAMemberOfAMappedShadowWhoseParentIsDeleted) {
  MappedAttribute level;
  level.name = "brightness";
  level.source = "/light/level";
  Wire wire;
  const auto file = mapped_file("porch", "aws_shadow", "porch-7", {level});
  ASSERT_TRUE(wire.normaliser.configure(file).ok());
  constexpr const char* kPorch = "$aws/things/porch-7/shadow/update/accepted";
  wire.hear(kPorch, R"({"state":{"reported":{"light":{"level":40}}}})");
  ASSERT_EQ(wire.value("porch.brightness"), Value(40.0));
  wire.hear(kPorch, R"({"state":{"reported":{"light":null}}})");
  EXPECT_FALSE(wire.value("porch.brightness").has_value());
}

TEST(Unknown, IsARawEntityOfHomeAssistantToo) {
  Wire wire;
  wire.hear("homeassistant/sensor/s/config",
            R"({"state_topic":"s/state","name":"s","unique_id":"s"})", true);
  wire.hear("s/state", "blue");
  wire.hear("s/state", "None");
  EXPECT_THAT(wire.values, IsEmpty());
}

TEST(Unknown, IsAnEspHomeReadingThatAnOptionWritesAsNone) {
  Wire wire;
  wire.hear("homeassistant/sensor/node/a/config",
            R"({"stat_t":"node/sensor/a/state","avty_t":"node/status","dev_cla":"temperature",)"
            R"("unit_of_meas":"°C"})",
            true);
  wire.hear("node/sensor/a/state", "20.5");
  ASSERT_EQ(wire.value("node.a.temperature"), Value(20.5));
  wire.hear("node/sensor/a/state", "None", true);
  EXPECT_FALSE(wire.value("node.a.temperature").has_value());
  EXPECT_THAT(wire.decoded.rejections, IsEmpty());
}

}  // namespace
}  // namespace attune::devices
