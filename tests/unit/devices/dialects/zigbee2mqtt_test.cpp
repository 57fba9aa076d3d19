#include "devices/dialects/zigbee2mqtt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/normaliser.h"
#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kBridge = "zigbee2mqtt/bridge/devices";

/// `bridge/devices` with these devices; each is a name and its exposes.
std::string bridge(const std::vector<std::pair<std::string, std::string>>& devices) {
  std::string text = R"([{"type":"Coordinator","friendly_name":"Coordinator","definition":null})";
  for (const auto& [name, exposes] : devices) {
    text += R"(,{"type":"Router","friendly_name":")" + name +
            R"(","definition":{"model":"M","exposes":)" + exposes + "}}";
  }
  return text + "]";
}

constexpr const char* kLampExposes =
    R"([{"type":"light","features":[
      {"type":"binary","name":"state","property":"state","access":7,"value_on":"ON","value_off":"OFF"},
      {"type":"numeric","name":"brightness","property":"brightness","access":7,"value_min":0,"value_max":254},
      {"type":"numeric","name":"color_temp","property":"color_temp","access":7,"unit":"mired","value_min":153,"value_max":500},
      {"type":"composite","name":"color_xy","property":"color","access":7,"features":[]},
      {"type":"composite","name":"color_hs","property":"color","access":7,"features":[]}]}])";

TEST(Zigbee2Mqtt, ReadsAnUndescribedLampByItsConventionsConstants) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":200,"color_temp":370})");
  EXPECT_EQ(wire.value("hall.on"), Value(true));
  EXPECT_EQ(wire.value("hall.brightness"), Value(78.7));
  EXPECT_EQ(wire.value("hall.color_temp"), Value(2703));
  ASSERT_NE(wire.catalog.find("hall"), nullptr);
  EXPECT_THAT(wire.catalog.find("hall")->capabilities, ElementsAre("light"));
}

TEST(Zigbee2Mqtt, SwitchThatProvesToDimBecomesALight) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON"})");
  EXPECT_THAT(wire.catalog.find("hall")->capabilities, ElementsAre("switch"));
  EXPECT_TRUE(wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":1})").devices_changed);
  EXPECT_THAT(wire.catalog.find("hall")->capabilities, ElementsAre("light"));
}

TEST(Zigbee2Mqtt, SecondMessageOfOneKindChangesNoDevice) {
  Wire wire;
  EXPECT_TRUE(wire.hear("zigbee2mqtt/hall", R"({"state":"ON","foo":1})").devices_changed);
  EXPECT_FALSE(wire.hear("zigbee2mqtt/hall", R"({"state":"OFF","foo":2})").devices_changed);
}

TEST(Zigbee2Mqtt, DrivesOneDeviceInOneMessage) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"OFF","brightness":1})");
  EXPECT_THAT(wire.drive("hall", {{"brightness", 70.0}, {"on", true}}),
              ElementsAre(R"(zigbee2mqtt/hall/set {"state":"ON","brightness":178})"));
}

TEST(Zigbee2Mqtt, CommandAndItsEchoAreOneValueOnTheWire) {
  Wire wire;
  wire.hear(kBridge, bridge({{"hall", kLampExposes}}));
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":178,"color_temp":370})");
  const AttributeInfo* brightness = wire.catalog.find("hall")->find("brightness");
  const AttributeInfo* color_temp = wire.catalog.find("hall")->find("color_temp");
  EXPECT_TRUE(same_on_wire(*brightness, Value(70.0), wire.value("hall.brightness")));
  EXPECT_TRUE(same_on_wire(*color_temp, Value(2700), wire.value("hall.color_temp")));
  EXPECT_FALSE(same_on_wire(*brightness, Value(71.0), wire.value("hall.brightness")));
}

TEST(Zigbee2Mqtt, DiscoveredAttributesExistBeforeTheirFirstValue) {
  Wire wire;
  const Decoded& decoded = wire.hear(kBridge, bridge({{"hall lamp", kLampExposes}}));
  EXPECT_EQ(decoded.keep_as, kBridge);
  EXPECT_TRUE(decoded.devices_changed);
  const DeviceInfo* lamp = wire.catalog.find("hall_lamp");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->name, "hall lamp");
  EXPECT_EQ(lamp->label, "hall lamp");
  ASSERT_NE(lamp->find("color_temp"), nullptr);
  EXPECT_EQ(lamp->find("color_temp")->range->min, 2000);
  EXPECT_TRUE(lamp->find("brightness")->writable);
  EXPECT_FALSE(lamp->find("link_quality")->writable);
  EXPECT_EQ(wire.catalog.find("coordinator"), nullptr);
}

TEST(Zigbee2Mqtt, SendsColourAsItsObject) {
  Wire wire;
  wire.hear(kBridge, bridge({{"hall", kLampExposes}}));
  EXPECT_THAT(wire.drive("hall", {{"color_xy", std::vector<double>{0.3, 0.4}}}),
              ElementsAre(R"(zigbee2mqtt/hall/set {"color":{"x":0.3,"y":0.4}})"));
  EXPECT_THAT(wire.drive("hall", {{"color_temp", 2700}}),
              ElementsAre(R"(zigbee2mqtt/hall/set {"color_temp":370})"));
}

TEST(Zigbee2Mqtt, NamesMayHoldSlashesSpacesAndUmlauts) {
  Wire wire;
  wire.hear(kBridge, bridge({{"Büro", kLampExposes}, {"Büro/Decke links", kLampExposes}}));
  wire.hear("zigbee2mqtt/Büro/Decke links", R"({"state":"ON"})");
  wire.hear("zigbee2mqtt/Büro/state", "OFF");
  EXPECT_EQ(wire.value("buro_decke_links.on"), Value(true));
  EXPECT_EQ(wire.value("buro.on"), Value(false));
  EXPECT_THAT(wire.drive("buro_decke_links", {{"on", false}}),
              ElementsAre(R"(zigbee2mqtt/Büro/Decke links/set {"state":"OFF"})"));
}

TEST(Zigbee2Mqtt, FollowsAChangedBase) {
  DialectConfig config;
  config.all = false;
  config.chosen["zigbee2mqtt"].set("base", {"house/z2m"});
  Wire wire(config);
  EXPECT_THAT(wire.normaliser.subscriptions(), ElementsAre("house/z2m/#"));
  wire.hear("house/z2m/hall", R"({"state":"ON"})");
  EXPECT_EQ(wire.value("hall.on"), Value(true));
  wire.hear("zigbee2mqtt/hall", R"({"state":"OFF"})");
  EXPECT_THAT(wire.rejected(), ElementsAre("topic"));
}

TEST(Zigbee2Mqtt, MillivoltsOfABatteryAndVoltsOfTheMainsLiveInOneFleet) {
  Wire wire;
  wire.hear("zigbee2mqtt/button", R"({"battery":93,"voltage":2990})");
  wire.hear("zigbee2mqtt/plug", R"({"power":5,"voltage":243})");
  wire.hear("zigbee2mqtt/bare", R"({"voltage":3100})");
  EXPECT_EQ(wire.value("button.battery_voltage"), Value(2.99));
  EXPECT_EQ(wire.value("plug.voltage"), Value(243.0));
  EXPECT_EQ(wire.value("bare.battery_voltage"), Value(3.1));
  EXPECT_FALSE(wire.value("button.voltage").has_value());
}

TEST(Zigbee2Mqtt, AContactThatIsFalseIsOpen) {
  Wire wire;
  wire.hear("zigbee2mqtt/door", R"({"contact":false})");
  EXPECT_EQ(wire.value("door.open"), Value(true));
  wire.hear("zigbee2mqtt/door", R"({"contact":true})");
  EXPECT_EQ(wire.value("door.open"), Value(false));
}

TEST(Zigbee2Mqtt, DescribedPolarityWinsOverTheConvention) {
  Wire wire;
  wire.hear(kBridge, bridge({{"door", R"([{"type":"binary","name":"contact","property":"contact",
      "access":1,"value_on":true,"value_off":false}])"}}));
  wire.hear("zigbee2mqtt/door", R"({"contact":true})");
  EXPECT_EQ(wire.value("door.open"), Value(true));
}

TEST(Zigbee2Mqtt, NullIsUnknownAndNotZero) {
  Wire wire;
  const Decoded& decoded =
      wire.hear("zigbee2mqtt/x", R"({"temperature":null,"battery":null,"state":null})");
  EXPECT_THAT(decoded.readings, IsEmpty());
  EXPECT_THAT(decoded.rejections, IsEmpty());
}

TEST(Zigbee2Mqtt, FaultCodesAreRefusedAndTheRestIsKept) {
  Wire wire;
  wire.hear("zigbee2mqtt/x", R"({"temperature":-8000,"humidity":999,"battery":50})");
  EXPECT_THAT(wire.rejected(), ElementsAre("range x.temperature", "range x.humidity"));
  EXPECT_EQ(wire.value("x.battery"), Value(50.0));
  EXPECT_FALSE(wire.value("x.temperature").has_value());
}

TEST(Zigbee2Mqtt, WrongTypesAreRefusedAndTheRestIsKept) {
  Wire wire;
  wire.hear("zigbee2mqtt/x",
            R"({"battery":"80.00","system_mode":{"a":1},"temperature":[1],"humidity":40})");
  EXPECT_THAT(wire.rejected(),
              ElementsAre("type x.battery", "type x.hvac_mode", "type x.temperature"));
  EXPECT_EQ(wire.value("x.humidity"), Value(40.0));
  wire.hear(kBridge, bridge({{"hall", kLampExposes}}));
  wire.hear("zigbee2mqtt/hall", R"({"state":7,"brightness":"much","color_temp":370})");
  EXPECT_THAT(wire.rejected(), ElementsAre("type hall.on", "type hall.brightness"));
  EXPECT_EQ(wire.value("hall.color_temp"), Value(2703));
}

TEST(Zigbee2Mqtt, RoundingPastTheTopIsNoFault) {
  Wire wire;
  wire.hear("zigbee2mqtt/x", R"({"state":"ON","brightness":255})");
  EXPECT_EQ(wire.value("x.brightness"), Value(100.0));
  wire.hear("zigbee2mqtt/x", R"({"state":"ON","brightness":300})");
  EXPECT_THAT(wire.rejected(), ElementsAre("range x.brightness"));
}

TEST(Zigbee2Mqtt, PressesAreEventsOnceAndNeverFromAStore) {
  Wire wire;
  wire.hear("zigbee2mqtt/btn", R"({"action":"single"})");
  EXPECT_THAT(wire.events(), ElementsAre("btn.event=single"));
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
  wire.hear("zigbee2mqtt/btn/action", "single");  // the same press, as an older bridge repeats it
  EXPECT_THAT(wire.events(), IsEmpty());
  wire.hear("zigbee2mqtt/btn", R"({"action":""})");
  EXPECT_THAT(wire.events(), IsEmpty());
  wire.hear("zigbee2mqtt/btn", R"({"action":"single"})", true);
  EXPECT_THAT(wire.events(), IsEmpty());
}

TEST(Zigbee2Mqtt, APressThatOnlyItsAttributeTopicSaysIsAnEvent) {
  Wire wire;
  wire.hear("zigbee2mqtt/btn/action", "double");
  EXPECT_THAT(wire.events(), ElementsAre("btn.event=double"));
}

TEST(Zigbee2Mqtt, PressesNameTheirPlace) {
  Wire wire;
  wire.hear("zigbee2mqtt/btn", R"({"action":"single_left"})");
  EXPECT_THAT(wire.events(), ElementsAre("btn.left.event=single"));
  wire.hear("zigbee2mqtt/btn", R"({"action":"1_double"})");
  EXPECT_THAT(wire.events(), ElementsAre("btn.1.event=double"));
  for (const char* word :
       {"brightness_move_up", "on_press_release", "recall_1", "hold_release_left"}) {
    wire.hear("zigbee2mqtt/btn", R"({"action":")" + std::string(word) + "\"}");
    EXPECT_THAT(wire.events(), ElementsAre("btn.event=" + std::string(word)));
  }
}

TEST(Zigbee2Mqtt, AnEventNeverOverwritesTheStateBesideIt) {
  Wire wire;
  wire.hear("zigbee2mqtt/door", R"({"action":"manual_unlock","state":"LOCK"})");
  EXPECT_EQ(wire.value("door.lock_state"), Value("locked"));
  EXPECT_THAT(wire.events(), ElementsAre("door.event=manual_unlock"));
}

TEST(Zigbee2Mqtt, AvailabilityIsThatOfBridgeAndDevice) {
  Wire wire;
  const auto said = [&] {
    std::vector<std::string> all;
    for (const auto& report : wire.decoded.availability) {
      all.push_back(wire.catalog.table().device(report.device).text() + "=" +
                    std::string(name(report.availability)));
    }
    return all;
  };
  wire.hear("zigbee2mqtt/a/availability", R"({"state":"online"})", true);
  EXPECT_THAT(said(), ElementsAre("a=online"));
  wire.hear("zigbee2mqtt/b/availability", "offline");
  EXPECT_THAT(said(), ElementsAre("b=offline"));
  wire.hear("zigbee2mqtt/c", R"({"state":"ON"})");
  EXPECT_THAT(said(), IsEmpty());
  wire.hear("zigbee2mqtt/bridge/state", R"({"state":"offline"})");
  EXPECT_THAT(said(), ElementsAre("a=offline", "b=offline", "c=offline"));
  wire.hear("zigbee2mqtt/b/availability", "online");
  EXPECT_THAT(said(), ElementsAre("b=offline"));
  wire.hear("zigbee2mqtt/bridge/state", "online");
  EXPECT_THAT(said(), ElementsAre("a=online", "b=online", "c=online"));
  wire.hear("zigbee2mqtt/d", R"({"state":"ON"})");
  EXPECT_THAT(said(), ElementsAre("d=online"));
  wire.hear("zigbee2mqtt/a/availability", "perhaps");
  EXPECT_THAT(wire.rejected(), ElementsAre("type"));
}

TEST(Zigbee2Mqtt, HearsWhatOthersCommand) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":1,"state_l2":"ON"})");
  wire.hear("zigbee2mqtt/hall/set", R"({"state":"OFF","brightness":127,"transition":2})");
  EXPECT_THAT(wire.foreign(), ElementsAre("hall.on=false", "hall.brightness=50"));
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
  wire.hear("zigbee2mqtt/hall/set", "ON");
  EXPECT_THAT(wire.foreign(), ElementsAre("hall.on=true"));
  wire.hear("zigbee2mqtt/hall/set/brightness", "254");
  EXPECT_THAT(wire.foreign(), ElementsAre("hall.brightness=100"));
  wire.hear("zigbee2mqtt/hall/l2/set", "OFF");
  EXPECT_THAT(wire.foreign(), ElementsAre("hall.l2.on=false"));
  wire.hear("zigbee2mqtt/hall/set", "TOGGLE");
  EXPECT_THAT(wire.foreign(), IsEmpty());
  wire.hear("zigbee2mqtt/hall/get", R"({"state":""})");
  EXPECT_THAT(wire.foreign(), IsEmpty());
}

TEST(Zigbee2Mqtt, RetainedCommandsAreRefused) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON"})");
  for (const char* topic :
       {"zigbee2mqtt/hall/set", "zigbee2mqtt/hall/set/state", "zigbee2mqtt/nobody/set"}) {
    wire.hear(topic, "OFF", true);
    EXPECT_THAT(wire.rejected(), ElementsAre("retained_command")) << topic;
    EXPECT_THAT(wire.foreign(), IsEmpty());
  }
}

TEST(Zigbee2Mqtt, RemovedDevicesGoAndRenamedOnesComeAnew) {
  Wire wire;
  wire.hear(kBridge, bridge({{"a", kLampExposes}, {"b", kLampExposes}}));
  wire.hear("zigbee2mqtt/guest", R"({"state":"ON"})");
  const Decoded& decoded = wire.hear(kBridge, bridge({{"b", kLampExposes}, {"c", kLampExposes}}));
  EXPECT_TRUE(decoded.devices_changed);
  EXPECT_EQ(wire.catalog.find("a"), nullptr);
  EXPECT_NE(wire.catalog.find("b"), nullptr);
  EXPECT_NE(wire.catalog.find("c"), nullptr);
  EXPECT_NE(wire.catalog.find("guest"), nullptr);  // never described, so not missing
  EXPECT_FALSE(
      wire.hear(kBridge, bridge({{"b", kLampExposes}, {"c", kLampExposes}})).devices_changed);
}

TEST(Zigbee2Mqtt, ADamagedListDoesNotSayWhoLeft) {
  Wire wire;
  wire.hear(kBridge, bridge({{"a", kLampExposes}}));
  wire.hear(kBridge, R"([null,1,"x",{}])");
  EXPECT_THAT(wire.rejected(), ElementsAre("type", "type", "type"));
  EXPECT_NE(wire.catalog.find("a"), nullptr);
}

TEST(Zigbee2Mqtt, AnEmptyDiscoveryErasesWhatWasKept) {
  Wire wire;
  EXPECT_EQ(wire.hear(kBridge, "").keep_as, kBridge);
  EXPECT_EQ(wire.hear(kBridge, "[").keep_as, "");
  EXPECT_THAT(wire.rejected(), ElementsAre("json"));
}

TEST(Zigbee2Mqtt, EndpointsComeFromTheDescription) {
  Wire wire;
  wire.hear(kBridge,
            bridge({{"wall", R"([{"type":"switch","endpoint":"left","features":[{"type":"binary",
     "name":"state","property":"state_left","endpoint":"left","access":7,"value_on":"ON","value_off":"OFF"}]},
     {"type":"numeric","name":"power","property":"power_left","endpoint":"left","access":1,"unit":"W"},
     {"type":"numeric","name":"voltage_phase_b","property":"voltage_phase_b","access":1,"unit":"V"}])"}}));
  wire.hear("zigbee2mqtt/wall", R"({"state_left":"ON","power_left":12,"voltage_phase_b":231})");
  EXPECT_EQ(wire.value("wall.left.on"), Value(true));
  EXPECT_EQ(wire.value("wall.left.power"), Value(12.0));
  EXPECT_EQ(wire.value("wall.b.voltage"), Value(231.0));
  EXPECT_THAT(wire.drive("wall", {{"left.on", false}}),
              ElementsAre(R"(zigbee2mqtt/wall/set {"state_left":"OFF"})"));
}

TEST(Zigbee2Mqtt, UnitsOfTheDescriptionConvert) {
  Wire wire;
  wire.hear(kBridge, bridge({{"x", R"([
     {"type":"numeric","name":"pressure","property":"pressure","access":1,"unit":"kPa"},
     {"type":"numeric","name":"energy","property":"energy","access":1,"unit":"Wh"},
     {"type":"numeric","name":"current","property":"current","access":1,"unit":"mA"},
     {"type":"numeric","name":"distance","property":"distance","access":1,"unit":"cm"},
     {"type":"numeric","name":"voc","property":"voc","access":1,"unit":"ppm"},
     {"type":"numeric","name":"temperature","property":"temperature","access":1,"unit":"°F"}])"}}));
  wire.hear(
      "zigbee2mqtt/x",
      R"({"pressure":101.3,"energy":1500,"current":250,"distance":120,"voc":0.4,"temperature":70.7})");
  EXPECT_EQ(wire.value("x.pressure"), Value(1013.0));
  EXPECT_EQ(wire.value("x.energy"), Value(1.5));
  EXPECT_EQ(wire.value("x.current"), Value(0.25));
  EXPECT_EQ(wire.value("x.distance"), Value(1.2));
  EXPECT_EQ(wire.value("x.voc"), Value(400.0));
  EXPECT_EQ(wire.value("x.temperature"), Value(21.5));
}

constexpr const char* kCoverExposes =
    R"([{"type":"cover","features":[{"type":"enum","name":"state","property":"state","access":3,"values":["OPEN","CLOSE","STOP"]},
      {"type":"numeric","name":"position","property":"position","access":7,"unit":"%","value_min":0,"value_max":100}]}])";
constexpr const char* kGateExposes =
    R"([{"type":"cover","features":[{"type":"enum","name":"state","property":"state","access":3,"values":["OPEN","CLOSE","STOP"]}]}])";

TEST(Zigbee2Mqtt, CoversGoByPositionAndWithoutOneByOpen) {
  Wire wire;
  wire.hear(kBridge, bridge({{"blind", kCoverExposes}, {"gate", kGateExposes}}));
  wire.hear("zigbee2mqtt/blind", R"({"state":"CLOSE","position":40,"moving":"UP"})");
  EXPECT_EQ(wire.value("blind.position"), Value(40.0));
  EXPECT_FALSE(wire.value("blind.open").has_value());
  EXPECT_THAT(wire.drive("blind", {{"position", 90.0}}),
              ElementsAre(R"(zigbee2mqtt/blind/set {"position":90})"));
  wire.hear("zigbee2mqtt/gate", R"({"state":"OPEN"})");
  EXPECT_EQ(wire.value("gate.open"), Value(true));
  wire.hear("zigbee2mqtt/gate", R"({"state":"STOP"})");
  EXPECT_THAT(wire.decoded.readings, IsEmpty());
  EXPECT_THAT(wire.decoded.rejections, IsEmpty());
  EXPECT_THAT(wire.catalog.find("gate")->capabilities, ElementsAre("cover"));
  EXPECT_THAT(wire.drive("gate", {{"open", false}}),
              ElementsAre(R"(zigbee2mqtt/gate/set {"state":"CLOSE"})"));
}

TEST(Zigbee2Mqtt, LocksAreReadFromTheBoltAndDrivenByTheCommand) {
  Wire wire;
  wire.hear(kBridge, bridge({{"door", R"([{"type":"lock","features":[
     {"type":"binary","name":"state","property":"state","access":7,"value_on":"LOCK","value_off":"UNLOCK"},
     {"type":"enum","name":"lock_state","property":"lock_state","access":1,"values":["not_fully_locked","locked","unlocked"]}]}])"}}));
  wire.hear("zigbee2mqtt/door", R"({"state":"LOCK","lock_state":"not_fully_locked"})");
  EXPECT_EQ(wire.value("door.lock_state"), Value("jammed"));
  EXPECT_EQ(wire.decoded.readings.size(), 1u);
  EXPECT_THAT(wire.drive("door", {{"lock_state", "unlocked"}}),
              ElementsAre(R"(zigbee2mqtt/door/set {"state":"UNLOCK"})"));
  EXPECT_THAT(wire.drive("door", {{"lock_state", "jammed"}}), IsEmpty());
  EXPECT_TRUE(wire.catalog.find("door")->find("lock_state")->writable);
}

TEST(Zigbee2Mqtt, ThermostatsSpeakInTheirOwnWords) {
  Wire wire;
  wire.hear(kBridge, bridge({{"trv", R"([{"type":"climate","features":[
     {"type":"numeric","name":"occupied_heating_setpoint","property":"occupied_heating_setpoint","access":7,"unit":"°C","value_min":7,"value_max":30,"value_step":0.5},
     {"type":"enum","name":"system_mode","property":"system_mode","access":7,"values":["off","heat","emergency_heating"]},
     {"type":"enum","name":"running_state","property":"running_state","access":5,"values":["idle","heat"]}]},
     {"type":"enum","name":"keypad_lockout","property":"keypad_lockout","access":7,"values":["unlock","lock1"]}])"},
                             {"ac", R"([{"type":"climate","features":[
     {"type":"numeric","name":"occupied_cooling_setpoint","property":"occupied_cooling_setpoint","access":7,"unit":"°C"}]}])"}}));
  wire.hear(
      "zigbee2mqtt/trv",
      R"({"system_mode":"emergency_heating","running_state":"heat","keypad_lockout":"lock1"})");
  EXPECT_EQ(wire.value("trv.hvac_mode"), Value("emergency_heat"));
  EXPECT_EQ(wire.value("trv.hvac_action"), Value("heating"));
  EXPECT_EQ(wire.value("trv.child_lock"), Value(true));
  const AttributeInfo* target = wire.catalog.find("trv")->find("target_temperature");
  EXPECT_EQ(target->range->min, 7);
  EXPECT_TRUE(same_on_wire(*target, Value(20.4), Value(20.5)));
  EXPECT_THAT(wire.catalog.find("trv")->find("hvac_mode")->values,
              ElementsAre("off", "heat", "emergency_heat"));
  EXPECT_THAT(
      wire.drive(
          "trv",
          {{"target_temperature", 20.4}, {"hvac_mode", "emergency_heat"}, {"child_lock", false}}),
      ElementsAre(
          R"(zigbee2mqtt/trv/set {"keypad_lockout":"unlock","occupied_heating_setpoint":20.5,"system_mode":"emergency_heating"})"));
  EXPECT_NE(wire.catalog.find("ac")->find("target_temperature"), nullptr);
  EXPECT_EQ(wire.catalog.find("ac")->find("target_temperature_high"), nullptr);
}

TEST(Zigbee2Mqtt, AValvesPositionMakesNoCurtain) {
  Wire wire;
  wire.hear("zigbee2mqtt/trv", R"({"local_temperature":18.5,"position":17.8,"state":"ON"})");
  EXPECT_FALSE(wire.value("trv.position").has_value());
  EXPECT_FALSE(wire.value("trv.on").has_value());
  EXPECT_EQ(wire.value("trv.raw.position"), Value(17.8));
}

TEST(Zigbee2Mqtt, UnknownPropertiesPassThroughRaw) {
  Wire wire;
  wire.hear(
      "zigbee2mqtt/x",
      R"({"odd name":"7","update":{"state":"idle","installed":3},"list":[1,2],"device":{"id":1},"last_seen":"2024-01-01T00:00:00Z"})");
  EXPECT_EQ(wire.value("x.raw.odd_name"), Value("7"));
  EXPECT_EQ(wire.value("x.raw.update.state"), Value("idle"));
  EXPECT_EQ(wire.value("x.raw.update.installed"), Value(3));
  EXPECT_EQ(wire.value("x.raw.list"), Value(std::vector<double>{1, 2}));
  EXPECT_EQ(wire.decoded.readings.size(), 4u);  // what changes with every message is left out
  EXPECT_EQ(wire.catalog.find("x")->attributes.size(), 0u);
}

DevicesFile hall_lamp() {
  DevicesFile file;
  DeviceEntry& entry = file.entries.emplace_back();
  entry.id = DeviceId("hall_lamp");
  entry.label = "Hall lamp";
  entry.area = "hall";
  entry.tags = {"path"};
  entry.dialect = "zigbee2mqtt";
  entry.topic = "zigbee2mqtt/The Hall";
  entry.capabilities = {"light"};
  return file;
}

TEST(Zigbee2Mqtt, ADeclaredDeviceIsDrivenBeforeItEverSpoke) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(hall_lamp()).ok());
  const DeviceInfo* lamp = wire.catalog.find("hall_lamp");
  ASSERT_NE(lamp, nullptr);
  EXPECT_EQ(lamp->label, "Hall lamp");
  EXPECT_EQ(lamp->name, "The Hall");
  EXPECT_TRUE(lamp->find("on")->writable);
  EXPECT_THAT(
      wire.drive("hall_lamp", {{"on", true}, {"brightness", 70.0}, {"color_temp", 2700}}),
      ElementsAre(R"(zigbee2mqtt/The Hall/set {"state":"ON","brightness":178,"color_temp":370})"));
  wire.hear("zigbee2mqtt/The Hall", R"({"state":"ON"})");
  EXPECT_EQ(wire.value("hall_lamp.on"), Value(true));
}

TEST(Zigbee2Mqtt, DiscoveryOfADeclaredDeviceKeepsItsIdAndItsEntry) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(hall_lamp()).ok());
  wire.hear(kBridge, bridge({{"The Hall", kLampExposes}}));
  EXPECT_EQ(wire.catalog.devices().size(), 1u);
  EXPECT_EQ(wire.catalog.find("hall_lamp")->area, "hall");
  EXPECT_EQ(wire.catalog.find("hall_lamp")->find("color_temp")->range->min, 2000);
}

TEST(Zigbee2Mqtt, AReloadMayGiveAKnownDeviceAnotherId) {
  Wire wire;
  wire.hear("zigbee2mqtt/The Hall", R"({"state":"ON"})");
  EXPECT_NE(wire.catalog.find("the_hall"), nullptr);
  ASSERT_TRUE(wire.normaliser.configure(hall_lamp()).ok());
  EXPECT_EQ(wire.catalog.find("the_hall"), nullptr);
  wire.hear("zigbee2mqtt/The Hall", R"({"state":"OFF"})");
  EXPECT_EQ(wire.value("hall_lamp.on"), Value(false));
  ASSERT_TRUE(wire.normaliser.configure({}).ok());
  EXPECT_NE(wire.catalog.find("hall_lamp"), nullptr);  // it has spoken, so it exists
}

TEST(Zigbee2Mqtt, AnEntryThatGoesTakesAnUnheardDeviceAlong) {
  Wire wire;
  ASSERT_TRUE(wire.normaliser.configure(hall_lamp()).ok());
  ASSERT_TRUE(wire.normaliser.configure({}).ok());
  EXPECT_EQ(wire.catalog.find("hall_lamp"), nullptr);
  EXPECT_THAT(wire.drive("hall_lamp", {{"on", true}}), IsEmpty());
}

TEST(Zigbee2Mqtt, AsksOnlyForWhatADeviceCanBeAsked) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON","brightness":3,"linkquality":9})");
  const auto index = wire.catalog.table().find_device("hall");
  const auto asked = wire.normaliser.ask(*index);
  ASSERT_EQ(asked.size(), 1u);
  EXPECT_EQ(asked[0].topic, "zigbee2mqtt/hall/get");
  EXPECT_EQ(asked[0].payload, R"({"state":"","brightness":""})");
  wire.hear("zigbee2mqtt/sensor", R"({"temperature":3})");
  EXPECT_THAT(wire.normaliser.ask(*wire.catalog.table().find_device("sensor")), IsEmpty());
}

TEST(Zigbee2Mqtt, NamesThatAreNoTopicNeverEnterOne) {
  Wire wire;
  wire.hear(kBridge, bridge({{"#", kLampExposes},
                             {"a+b", kLampExposes},
                             {"", kLampExposes},
                             {"nul\\u0000", kLampExposes},
                             {std::string(1024, 'x'), kLampExposes},
                             {"fine", kLampExposes}}));
  EXPECT_THAT(wire.rejected(), ElementsAre("topic", "topic", "topic", "topic", "topic"));
  EXPECT_EQ(wire.catalog.devices().size(), 1u);
}

TEST(Zigbee2Mqtt, HostileMessagesBecomeRejectionsAndNoDevices) {
  Wire wire;
  const std::vector<std::pair<std::string, std::string>> hostile = {
      {std::string(2000, '['), "topic"},  // no object, so no device's state
      {"{\"a\":" + std::string(2000, '['), "depth"},
      {R"({"a":1,"a":2})", "duplicate"},
      {R"({"a":1e400})", "json"},
      {R"({"a":NaN})", "json"},
      {"{\"a\":\"" + std::string(20'000, 'x') + "\"}", "string"},
      {"{\"a\":1} trailing", "json"},
      {"{'a':1}", "json"},
      {"{\"a\":\"\xff\"}", "utf8"},
      {"{\"a\":\"" + std::string(70'000, 'x') + "\"}", "size"},
      {"x", "topic"}};
  for (const auto& [payload, reason] : hostile) {
    wire.hear("zigbee2mqtt/new", payload);
    EXPECT_THAT(wire.rejected(), ElementsAre(reason)) << payload.substr(0, 60);
  }
  std::string many = "{";
  for (int i = 0; i < 5'000; ++i) many += "\"" + std::to_string(i) + "\":1,";
  wire.hear("zigbee2mqtt/new", many + "\"z\":1}");
  EXPECT_THAT(wire.rejected(), ElementsAre("members"));
  EXPECT_TRUE(wire.catalog.devices().empty());
}

TEST(Zigbee2Mqtt, ADeviceHoldsSoManyAttributesAndNoMore) {
  Wire wire;
  for (int message = 0; message < 4; ++message) {
    std::string payload = "{\"state\":\"ON\"";
    for (int i = 0; i < 400; ++i) {
      payload += ",\"m" + std::to_string(message * 400 + i) + "\":1";
    }
    wire.hear("zigbee2mqtt/x", payload + "}");
  }
  EXPECT_FALSE(wire.rejected().empty());
  EXPECT_EQ(wire.rejected()[0].substr(0, 12), "device_limit");
  EXPECT_LE(wire.catalog.table().attributes_of(*wire.catalog.table().find_device("x")).size(),
            1024u);
  EXPECT_EQ(wire.value("x.on"), Value(true));
}

TEST(Zigbee2Mqtt, EmptyPayloadsChangeNothing) {
  Wire wire;
  wire.hear("zigbee2mqtt/hall", R"({"state":"ON"})");
  for (const char* topic :
       {"zigbee2mqtt/hall", "zigbee2mqtt/hall/state", "zigbee2mqtt/hall/set",
        "zigbee2mqtt/hall/availability", "zigbee2mqtt/nobody", "zigbee2mqtt/bridge/state"}) {
    const Decoded& decoded = wire.hear(topic, "");
    EXPECT_THAT(decoded.readings, IsEmpty()) << topic;
    EXPECT_THAT(decoded.availability, IsEmpty()) << topic;
    EXPECT_FALSE(decoded.devices_changed) << topic;
  }
}

}  // namespace
}  // namespace attune::devices
