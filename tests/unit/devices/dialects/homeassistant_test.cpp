#include "devices/dialects/homeassistant.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::UnorderedElementsAre;

DialectConfig only(std::vector<std::string> dialects) {
  DialectConfig config;
  config.all = false;
  for (const std::string& name : dialects) config.chosen[name];
  return config;
}

struct House : Wire {
  explicit House(std::vector<std::string> dialects = {"homeassistant"})
      : Wire(only(std::move(dialects))) {}
  /// A configuration; `'` stands for `"`, and `^` for `'`.
  const Decoded& tell(const std::string& place, std::string config) {
    for (char& c : config) c = c == '\'' ? '"' : (c == '^' ? '\'' : c);
    return hear("homeassistant/" + place + "/config", config, true);
  }
  [[nodiscard]] Availability reachable(std::string_view device) const {
    for (const AvailabilityReport& report : decoded.availability) {
      if (report.device == catalog.table().find_device(device)) return report.availability;
    }
    return Availability::unknown;
  }
  [[nodiscard]] const AttributeInfo* attribute(std::string_view device,
                                               std::string_view name) const {
    const DeviceInfo* info = catalog.find(device);
    return info == nullptr ? nullptr : info->find(name);
  }
};

// What a configuration says.

TEST(HomeAssistant, ShortAndWholeNamesSayTheSame) {
  House house;
  house.tell("switch/a", "{'~':'a','cmd_t':'~/set','stat_t':'~/state','pl_on':'1','pl_off':'0'}");
  house.tell("switch/b",
             "{'~':'b','command_topic':'~/set','state_topic':'~/state',"
             "'payload_on':'1','payload_off':'0'}");
  house.hear("a/state", "1");
  house.hear("b/state", "1");
  EXPECT_EQ(house.value("a.on"), Value(true));
  EXPECT_EQ(house.value("b.on"), Value(true));
  EXPECT_THAT(house.drive("a", {{"on", false}}), ElementsAre("a/set 0"));
  EXPECT_THAT(house.drive("b", {{"on", false}}), ElementsAre("b/set 0"));
}

TEST(HomeAssistant, ADeviceIsConfiguredAtOnce) {
  House house;
  house.tell("device/box",
             "{'dev':{'ids':['box_1'],'name':'Box','sa':'Cellar'},'o':{'name':'maker'},"
             "'stat_t':'box/state','avty_t':'box/lwt','cmps':{"
             "'t':{'p':'sensor','dev_cla':'temperature','unit_of_meas':'°F',"
             "'val_tpl':'{{ value_json.t }}','uniq_id':'t'},"
             "'d':{'p':'binary_sensor','dev_cla':'door','val_tpl':'{{ value_json.d }}'}}}");
  EXPECT_THAT(house.rejected(), IsEmpty());
  const DeviceInfo* box = house.catalog.find("box_1");
  ASSERT_NE(box, nullptr);
  EXPECT_EQ(box->label, "Box");
  EXPECT_EQ(box->area, "Cellar");
  house.hear("box/state", R"({"t":212,"d":"ON"})");
  EXPECT_EQ(house.value("box_1.temperature"), Value(100.0));
  EXPECT_EQ(house.value("box_1.open"), Value(true));
  house.hear("box/lwt", "online");
  EXPECT_EQ(house.reachable("box_1"), Availability::online);
  house.tell("device/box", "");
  EXPECT_EQ(house.catalog.find("box_1"), nullptr);
  EXPECT_THAT(house.normaliser.subscriptions(), Not(Contains("box/state")));
}

TEST(HomeAssistant, EntitiesOfOneDeviceThatClashStandBehindTheirNames) {
  House house;
  house.tell("switch/n/left",
             "{'name':'Left','device':{'identifiers':'wall'},"
             "'command_topic':'l/set','state_topic':'l'}");
  EXPECT_NE(house.attribute("wall", "on"), nullptr);
  house.tell("switch/n/right",
             "{'name':'Right','device':{'identifiers':'wall'},"
             "'command_topic':'r/set','state_topic':'r'}");
  house.hear("l", "ON");
  house.hear("r", "OFF");
  EXPECT_EQ(house.value("wall.left.on"), Value(true));
  EXPECT_EQ(house.value("wall.right.on"), Value(false));
  EXPECT_EQ(house.attribute("wall", "on"), nullptr);
  EXPECT_THAT(house.drive("wall", {{"right.on", true}}), ElementsAre("r/set ON"));
  EXPECT_TRUE(house.catalog.find("wall")->has_capability("switch"));
}

TEST(HomeAssistant, TheEntityWithoutANameIsTheDeviceItself) {
  House house;
  house.tell("switch/plug", "{'name':null,'device':{'identifiers':'p'},'state_topic':'p'}");
  house.tell("switch/led", "{'name':'Led','device':{'identifiers':'p'},'state_topic':'led'}");
  house.hear("p", "ON");
  house.hear("led", "OFF");
  EXPECT_EQ(house.value("p.on"), Value(true));
  EXPECT_EQ(house.value("p.led.on"), Value(false));
}

TEST(HomeAssistant, AttunesOwnEntitiesAreNotDevices) {
  House house;
  house.tell("device/attune",
             "{'dev':{'ids':'attune'},'o':{'name':'attune'},'cmps':{"
             "'a':{'p':'switch','stat_t':'attune/x','cmd_t':'attune/x/set'}}}");
  EXPECT_THAT(house.rejected(), IsEmpty());
  EXPECT_TRUE(house.catalog.devices().empty());
}

TEST(HomeAssistant, ItsStatusTopicIsNobodysDevice) {
  House house;
  house.hear("homeassistant/status", "online");
  EXPECT_TRUE(house.catalog.devices().empty());
  EXPECT_THAT(house.decoded.replies, IsEmpty());
}

TEST(HomeAssistant, DuplicateDescriptionOfOneDeviceIsLeftToItsNativeDialect) {
  House house({"zigbee2mqtt", "homeassistant"});
  house.tell("light/0x1/light",
             "{'schema':'json','state_topic':'zigbee2mqtt/lamp',"
             "'command_topic':'zigbee2mqtt/lamp/set','brightness':true,"
             "'device':{'identifiers':['zigbee2mqtt_0x1'],'name':'lamp'}}");
  EXPECT_EQ(house.decoded.keep_as, "");
  EXPECT_THAT(house.rejected(), IsEmpty());
  EXPECT_TRUE(house.catalog.devices().empty());
}

TEST(HomeAssistant, WhatANativeDialectLearnsLaterIsGivenUp) {
  House house({"tasmota", "homeassistant"});
  house.tell("switch/lamp",
             "{'state_topic':'home/lamp/up/RESULT','command_topic':"
             "'home/lamp/down/POWER','device':{'identifiers':'x'}}");
  EXPECT_NE(house.catalog.find("x"), nullptr);
  house.hear("tasmota/discovery/AABBCC/config",
             R"({"dn":"Lamp","fn":["Lamp"],"mac":"AABBCC","ofln":"Offline","onln":"Online",)"
             R"("state":["OFF","ON","TOGGLE","HOLD"],"t":"lamp","ft":"home/%topic%/%prefix%/",)"
             R"("tp":["down","up","tele"],"rl":[1],"ver":1})",
             true);
  EXPECT_EQ(house.catalog.find("x"), nullptr);
  house.hear("home/lamp/up/RESULT", R"({"POWER":"ON"})");
  EXPECT_EQ(house.value("lamp.on"), Value(true));
}

// Availability.

TEST(HomeAssistant, AvailabilityByItsThreeModes) {
  const auto after = [](const std::string& mode, const std::string& a, const std::string& b) {
    House house;
    house.tell("sensor/s", "{'state_topic':'s','availability_mode':'" + mode +
                               "','availability':[{'topic':'a'},{'topic':'b','payload_available':"
                               "'up','payload_not_available':'down'}]}");
    house.hear("a", a);
    house.hear("b", b);
    return house.reachable("s");
  };
  EXPECT_EQ(after("all", "online", "up"), Availability::online);
  EXPECT_EQ(after("all", "online", "down"), Availability::offline);
  EXPECT_EQ(after("any", "offline", "up"), Availability::online);
  EXPECT_EQ(after("any", "offline", "down"), Availability::offline);
  EXPECT_EQ(after("latest", "online", "down"), Availability::offline);
  EXPECT_EQ(after("latest", "offline", "up"), Availability::online);
  EXPECT_EQ(after("all", "online", "else"), Availability::unknown);
}

TEST(HomeAssistant, AvailabilityMayBeMadeByATemplate) {
  House house;
  house.tell("sensor/s",
             "{'state_topic':'s','avty':[{'t':'d','val_tpl':"
             "'{{ ^online^ if value_json.s is defined else ^offline^ }}'}]}");
  house.hear("d", R"({"s":1})");
  EXPECT_EQ(house.reachable("s"), Availability::online);
  house.hear("d", R"({"x":1})");
  EXPECT_EQ(house.reachable("s"), Availability::offline);
}

// State.

TEST(HomeAssistant, NoneAndNullAreUnknownAndNotZero) {
  House house;
  house.tell("sensor/s",
             "{'state_topic':'s','device_class':'humidity','unit_of_measurement':'%',"
             "'value_template':'{{ value_json.h }}'}");
  house.hear("s", R"({"h":40})");
  house.hear("s", R"({"h":null})");
  EXPECT_THAT(house.decoded.readings, IsEmpty());
  EXPECT_THAT(house.rejected(), IsEmpty());
  EXPECT_FALSE(house.value("s.humidity").has_value());
  house.hear("s", R"({"h":40})");
  house.hear("s", R"({"other":1})");
  EXPECT_THAT(house.rejected(), IsEmpty());
  EXPECT_EQ(house.value("s.humidity"), Value(40.0));
}

TEST(HomeAssistant, ASentinelIsRefusedAndCounted) {
  House house;
  house.tell("sensor/s", "{'state_topic':'s','device_class':'temperature'}");
  house.hear("s", "-8000");
  EXPECT_THAT(house.rejected(), ElementsAre("range s.temperature"));
}

TEST(HomeAssistant, UnitsAreConvertedOnceAndVoltageKnowsItsBattery) {
  House house;
  house.tell("sensor/e", "{'state_topic':'e','device_class':'energy','unit_of_measurement':'Wh'}");
  house.tell("sensor/p", "{'state_topic':'p','unit_of_measurement':'kW'}");
  house.tell("sensor/v",
             "{'state_topic':'v','device_class':'voltage','unit_of_measurement':'mV',"
             "'entity_category':'diagnostic'}");
  house.tell("sensor/m", "{'state_topic':'m','device_class':'voltage','unit_of_measurement':'V'}");
  house.hear("e", "1500");
  house.hear("p", "1.2");
  house.hear("v", "3025");
  house.hear("m", "230.4");
  EXPECT_EQ(house.value("e.energy"), Value(1.5));
  EXPECT_EQ(house.value("p.power"), Value(1200.0));
  EXPECT_EQ(house.value("v.battery_voltage"), Value(3.025));
  EXPECT_EQ(house.value("m.voltage"), Value(230.4));
}

TEST(HomeAssistant, OnMeansOpenAndUnlocked) {
  House house;
  house.tell("binary_sensor/d", "{'state_topic':'d','device_class':'window'}");
  house.tell("binary_sensor/l", "{'state_topic':'l','device_class':'lock'}");
  house.hear("d", "ON");
  house.hear("l", "ON");
  EXPECT_EQ(house.value("d.open"), Value(true));
  EXPECT_EQ(house.value("l.lock_state"), Value("unlocked"));
}

TEST(HomeAssistant, WithoutAMeaningAValueIsKeptRaw) {
  House house;
  house.tell("sensor/s", "{'state_topic':'s','name':'Filter life'}");
  house.tell("binary_sensor/b", "{'state_topic':'b','device_class':'running'}");
  house.hear("s", "fine");
  house.hear("b", "ON");
  EXPECT_EQ(house.value("s.raw.filter_life"), Value("fine"));
  EXPECT_EQ(house.value("b.raw.b"), Value("ON"));
}

TEST(HomeAssistant, ARejectedWordKeepsTheRestOfTheMessage) {
  House house;
  house.tell("climate/c",
             "{'mode_state_topic':'c','mode_state_template':'{{ value_json.m }}',"
             "'temperature_state_topic':'c','temperature_unit':'F',"
             "'temperature_state_template':'{{ value_json.t }}'}");
  house.hear("c", R"({"m":"GARBAGE","t":68})");
  EXPECT_THAT(house.rejected(), ElementsAre("type c.hvac_mode"));
  EXPECT_EQ(house.value("c.target_temperature"), Value(20.0));
}

TEST(HomeAssistant, AnEventIsMomentaryAndARetainedOneSaysNothing) {
  House house;
  house.tell("event/button", "{'state_topic':'b','event_types':['press','hold']}");
  house.hear("b", R"({"event_type":"press"})");
  EXPECT_THAT(house.events(), ElementsAre("button.event=press"));
  house.hear("b", R"({"event_type":"press"})", true);
  EXPECT_THAT(house.events(), IsEmpty());
  house.tell("device_automation/remote/one",
             "{'automation_type':'trigger','type':'button_short_press','subtype':'button_1',"
             "'payload':'on','topic':'r','device':{'identifiers':'remote'}}");
  house.tell("device_automation/remote/two",
             "{'automation_type':'trigger','type':'action','subtype':'double','payload':'off',"
             "'topic':'r','device':{'identifiers':'remote'}}");
  house.hear("r", "on");
  EXPECT_THAT(house.events(), ElementsAre("remote.button_1.event=single"));
  house.hear("r", "off");
  EXPECT_THAT(house.events(), ElementsAre("remote.event=double"));
}

TEST(HomeAssistant, ASensorOfActionsIsAButton) {
  House house;
  house.tell("sensor/0x1/action",
             "{'state_topic':'z','value_template':'{{ value_json.action }}',"
             "'device':{'identifiers':'remote'},'name':'Action'}");
  house.hear("z", R"({"action":"single"})");
  EXPECT_THAT(house.events(), ElementsAre("remote.event=single"));
  house.hear("z", R"({"action":""})");
  EXPECT_THAT(house.events(), IsEmpty());
  EXPECT_TRUE(house.catalog.find("remote")->has_capability("button"));
}

TEST(HomeAssistant, ATrackerKnowsHomeFromElsewhere) {
  House house;
  house.tell("device_tracker/phone",
             "{'state_topic':'p','payload_home':'Home',"
             "'payload_not_home':'away'}");
  house.hear("p", "Home");
  EXPECT_EQ(house.value("phone.home"), Value(true));
  house.hear("p", "away");
  EXPECT_EQ(house.value("phone.home"), Value(false));
}

// Commands, and back.

TEST(HomeAssistant, ALightCountsInItsOwnScaleAndInMired) {
  House house;
  house.tell("light/l",
             "{'cmd_t':'l/set','stat_t':'l','bri_stat_t':'l/b','bri_cmd_t':'l/b/set',"
             "'bri_scl':100,'clr_temp_cmd_t':'l/c/set','clr_temp_stat_t':'l/c',"
             "'rgb_stat_t':'l/rgb','rgb_cmd_t':'l/rgb/set'}");
  house.hear("l/b", "41");
  house.hear("l/c", "250");
  house.hear("l/rgb", "255,0,16");
  EXPECT_EQ(house.value("l.brightness"), Value(41.0));
  EXPECT_EQ(house.value("l.color_temp"), Value(4000));
  EXPECT_EQ(house.value("l.color_rgb"), Value("#FF0010"));
  EXPECT_THAT(house.drive("l", {{"on", true}, {"brightness", 70}, {"color_temp", 2700}}),
              UnorderedElementsAre("l/set ON", "l/b/set 70", "l/c/set 370"));
  EXPECT_THAT(house.drive("l", {{"color_rgb", "#0A141E"}}), ElementsAre("l/rgb/set 10,20,30"));
  EXPECT_THAT(house.drive("l", {{"on", false}, {"brightness", 0}}), ElementsAre("l/set OFF"));
}

TEST(HomeAssistant, AJsonLightIsToldAllAtOnce) {
  House house;
  house.tell("light/l",
             "{'schema':'json','cmd_t':'l/set','stat_t':'l','effect':true,"
             "'supported_color_modes':['color_temp','xy'],'color_temp_kelvin':true}");
  house.hear("l", R"({"state":"ON","brightness":255,"color_temp":3000,"color":{"x":0.3,"y":0.4}})");
  EXPECT_EQ(house.value("l.on"), Value(true));
  EXPECT_EQ(house.value("l.brightness"), Value(100.0));
  EXPECT_EQ(house.value("l.color_temp"), Value(3000));
  EXPECT_EQ(house.value("l.color_xy"), Value(std::vector<double>{0.3, 0.4}));
  EXPECT_THAT(house.drive("l", {{"brightness", 50}, {"effect", "rainbow"}}),
              ElementsAre(R"(l/set {"state":"ON","brightness":128,"effect":"rainbow"})"));
  EXPECT_THAT(house.drive("l", {{"on", false}}), ElementsAre(R"(l/set {"state":"OFF"})"));
}

TEST(HomeAssistant, ATemplateLightSpeaksByItsTemplates) {
  House house;
  house.tell("light/l",
             "{'schema':'template','cmd_t':'l/set','stat_t':'l',"
             "'cmd_on_tpl':'on{%- if brightness is defined -%},{{ brightness }}"
             "{%- endif -%}','cmd_off_tpl':'off',"
             "'stat_tpl':'{{ value.split(^,^)[0] }}',"
             "'bri_tpl':'{{ value.split(^,^)[1] }}'}");
  ASSERT_THAT(house.decoded.rejections, IsEmpty());
  house.hear("l", "on,51");
  EXPECT_EQ(house.value("l.on"), Value(true));
  EXPECT_EQ(house.value("l.brightness"), Value(20.0));
  EXPECT_THAT(house.drive("l", {{"brightness", 20}}), ElementsAre("l/set on,51"));
  EXPECT_THAT(house.drive("l", {{"on", true}}), ElementsAre("l/set on"));
  EXPECT_THAT(house.drive("l", {{"on", false}}), ElementsAre("l/set off"));
}

TEST(HomeAssistant, AnInvertedCoverIsTurnedRound) {
  House house;
  house.tell("cover/c",
             "{'command_topic':'c/set','position_topic':'c/p','set_position_topic':"
             "'c/p/set','position_open':0,'position_closed':100}");
  house.hear("c/p", "30");
  EXPECT_EQ(house.value("c.position"), Value(70.0));
  EXPECT_THAT(house.drive("c", {{"position", 70}}), ElementsAre("c/p/set 30"));
}

TEST(HomeAssistant, ACoverThatKnowsOnlyItsEndsGoesToTheNearerOne) {
  House house;
  house.tell("cover/c",
             "{'command_topic':'c/set','state_topic':'c','payload_open':'UP',"
             "'payload_close':'DOWN'}");
  house.hear("c", "closed");
  EXPECT_EQ(house.value("c.position"), Value(0.0));
  house.hear("c", "opening");
  EXPECT_EQ(house.value("c.movement"), Value("opening"));
  EXPECT_THAT(house.drive("c", {{"position", 100}}), ElementsAre("c/set UP"));
  EXPECT_THAT(house.drive("c", {{"position", 20}}), ElementsAre("c/set DOWN"));
}

TEST(HomeAssistant, EveryPlatformIsCommandedInItsOwnWords) {
  House house;
  house.tell("lock/lo", "{'command_topic':'lo/set','state_topic':'lo'}");
  house.tell("alarm_control_panel/al",
             "{'command_topic':'al/set','state_topic':'al',"
             "'command_template':'{\\'a\\':\\'{{ action }}\\'}'}");
  house.tell("siren/si", "{'command_topic':'si/set','state_topic':'si'}");
  house.tell("valve/va", "{'command_topic':'va/set','state_topic':'va'}");
  house.tell("lawn_mower/mo",
             "{'activity_state_topic':'mo','start_mowing_command_topic':'mo/go',"
             "'dock_command_topic':'mo/dock'}");
  house.tell("fan/fa",
             "{'command_topic':'fa/set','percentage_command_topic':'fa/p','speed_range_"
             "max':3,'oscillation_command_topic':'fa/o'}");
  house.tell("humidifier/hu", "{'command_topic':'hu/set','target_humidity_command_topic':'hu/t'}");
  house.tell("climate/cl",
             "{'mode_command_topic':'cl/m','temperature_command_topic':'cl/t',"
             "'temperature_unit':'F','fan_mode_command_topic':'cl/f',"
             "'fan_modes':['Low','High']}");
  EXPECT_THAT(house.drive("lo", {{"lock_state", "locked"}}), ElementsAre("lo/set LOCK"));
  EXPECT_THAT(house.drive("si", {{"siren", true}}), ElementsAre(R"(si/set {"state":"ON"})"));
  EXPECT_THAT(house.drive("va", {{"open", true}}), ElementsAre("va/set OPEN"));
  EXPECT_THAT(house.drive("mo", {{"activity", "docked"}}), ElementsAre("mo/dock dock"));
  EXPECT_THAT(house.drive("fa", {{"fan_speed", 66.7}}), ElementsAre("fa/p 2"));
  EXPECT_THAT(house.drive("fa", {{"oscillating", true}}), ElementsAre("fa/o oscillate_on"));
  EXPECT_THAT(house.drive("hu", {{"target_humidity", 45}}), ElementsAre("hu/t 45"));
  EXPECT_THAT(house.drive("cl", {{"hvac_mode", "heat"}}), ElementsAre("cl/m heat"));
  EXPECT_THAT(house.drive("cl", {{"target_temperature", 20}}), ElementsAre("cl/t 68"));
  EXPECT_THAT(house.drive("cl", {{"fan_mode", "high"}}), ElementsAre("cl/f High"));
}

TEST(HomeAssistant, ACommandTemplateHasTheValueByItsName) {
  House house;
  house.tell("cover/c",
             "{'command_topic':'c/set','position_topic':'c','set_position_topic':"
             "'c/set','set_position_template':'{ \\'position\\': {{ position }} }'}");
  EXPECT_THAT(house.drive("c", {{"position", 40}}), ElementsAre("c/set { \"position\": 40 }"));
}

TEST(HomeAssistant, WhatHomeAssistantCommandsIsHeard) {
  House house;
  house.tell("switch/s", "{'command_topic':'s/set','state_topic':'s'}");
  EXPECT_THAT(house.normaliser.subscriptions(), Contains("s/set"));
  house.hear("s/set", "ON");
  EXPECT_THAT(house.foreign(), ElementsAre("s.on=true"));
  house.hear("s/set", "ON", true);
  EXPECT_THAT(house.foreign(), IsEmpty());
  EXPECT_THAT(house.rejected(), ElementsAre("retained_command s.on"));
}

// What means harm.

TEST(HomeAssistant, JinjaOutsideTheSubsetIsRefusedAloudNamingTheEntity) {
  House house;
  house.tell("climate/c",
             "{'current_temperature_topic':'t','current_temperature_template':"
             "'{{ value|regex_replace(1,2) }}','mode_state_topic':'m'}");
  ASSERT_EQ(house.decoded.rejections.size(), 1U);
  EXPECT_EQ(house.decoded.rejections[0].reason, "template");
  EXPECT_THAT(house.decoded.rejections[0].detail, HasSubstr("climate c: current_temperature"));
  // The rest of it works.
  house.hear("m", "heat");
  EXPECT_EQ(house.value("c.hvac_mode"), Value("heat"));
  EXPECT_EQ(house.attribute("c", "temperature"), nullptr);
}

TEST(HomeAssistant, ATemplateOfAMegabyteIsRefused) {
  House house;
  house.tell("sensor/s",
             "{'state_topic':'s','value_template':'" + std::string(1 << 20, 'x') + "'}");
  EXPECT_THAT(house.rejected(), ElementsAre("string"));
  house.tell("sensor/s", "{'state_topic':'s','value_template':'" + std::string(20000, 'x') + "'}");
  EXPECT_THAT(house.rejected(), ElementsAre("string"));
  EXPECT_TRUE(house.catalog.devices().empty());
}

TEST(HomeAssistant, WildcardsAndControlCharactersAreNoNames) {
  House house;
  house.tell("sensor/a", "{'state_topic':'#'}");
  EXPECT_THAT(house.rejected(), ElementsAre("topic"));
  house.tell("switch/b", "{'state_topic':'b','command_topic':'a/+/set'}");
  EXPECT_THAT(house.rejected(), ElementsAre("topic"));
  house.tell("switch/c", "{'state_topic':'c','command_topic':'$SYS/x'}");
  EXPECT_THAT(house.rejected(), ElementsAre("topic"));
  for (const char* topic : {"attune/set/lamp/on", "attune/ha/set/release/lamp",
                            "homeassistant/status", "homeassistant/device/x/config"}) {
    house.tell("switch/own", std::string("{'state_topic':'c','command_topic':'") + topic + "'}");
    EXPECT_THAT(house.rejected(), ElementsAre("topic")) << topic;
  }
  house.tell("sensor/d", "{'state_topic':'d','dev':{'ids':'#'}}");
  EXPECT_THAT(house.rejected(), ElementsAre("topic"));
  house.tell("sensor/e", "{'state_topic':'e','dev':{'ids':'e\\u0007'}}");
  EXPECT_THAT(house.rejected(), ElementsAre("name"));
  house.tell("sensor/f", "{'state_topic':'homeassistant/sensor/g/config'}");
  EXPECT_TRUE(house.catalog.devices().empty());
  house.tell("sensor/g", "[1]");
  EXPECT_THAT(house.rejected(), ElementsAre("type"));
  house.tell("nothing/h", "{}");
  EXPECT_THAT(house.rejected(), ElementsAre("type"));
}

TEST(HomeAssistant, TwoNamesThatFoldToOneIdAreTwoDevices) {
  House house;
  house.tell("switch/a", "{'state_topic':'a','dev':{'ids':'a/b'}}");
  house.tell("switch/b", "{'state_topic':'b','dev':{'ids':'a b'}}");
  house.hear("a", "ON");
  house.hear("b", "OFF");
  EXPECT_EQ(house.value("a_b.on"), Value(true));
  EXPECT_EQ(house.value("a_b_2.on"), Value(false));
}

TEST(HomeAssistant, ABrokenConfigurationLeavesNothingOfTheOneBefore) {
  House house;
  house.tell("switch/a", "{'state_topic':'a'}");
  EXPECT_NE(house.catalog.find("a"), nullptr);
  house.tell("switch/a", "{'state_topic':");
  EXPECT_THAT(house.rejected(), ElementsAre("json"));
  EXPECT_EQ(house.catalog.find("a"), nullptr);
}

TEST(HomeAssistant, TheSameConfigurationTwiceChangesNothing) {
  House house;
  house.tell("switch/a", "{'state_topic':'a','avty_t':'here'}");
  EXPECT_EQ(house.decoded.keep_as, "homeassistant/switch/a/config");
  house.hear("here", "online");
  const auto generation = house.catalog.generation();
  house.tell("switch/a", "{'state_topic':'a','avty_t':'here'}");
  EXPECT_FALSE(house.decoded.subscriptions_changed);
  EXPECT_EQ(house.catalog.generation(), generation);
  EXPECT_THAT(house.decoded.removed, IsEmpty());
}

TEST(HomeAssistant, ACommandBehindATemplateIsHeardWhereItIsWhatTheTemplateMakes) {
  House house;
  house.tell("cover/c",
             "{'command_topic':'c/set','position_topic':'c','set_position_topic':"
             "'c/set','set_position_template':'{ \\'position\\': {{ position }} }'}");
  house.hear("c/set", R"({ "position": 40 })");
  EXPECT_THAT(house.foreign(), ElementsAre("c.position=40"));
  house.hear("c/set", R"({"position":40})");
  EXPECT_THAT(house.foreign(), IsEmpty());
  house.tell("alarm_control_panel/al",
             "{'command_topic':'al/set','state_topic':'al',"
             "'command_template':'{\\'a\\':\\'{{ action }}\\'}'}");
  house.hear("al/set", R"({"a":"ARM_AWAY"})");
  EXPECT_THAT(house.foreign(), ElementsAre("al.alarm_state=armed_away"));
  house.hear("al/set", R"({"a":"ARM_AWAY"})", true);
  EXPECT_THAT(house.foreign(), IsEmpty());
}

TEST(HomeAssistant, AComponentOfAPlatformAloneIsOneThatHasGone) {
  House house;
  house.tell("device/box",
             "{'dev':{'ids':['box_1'],'name':'Box'},'cmps':{"
             "'t':{'p':'sensor','dev_cla':'temperature','unit_of_meas':'°C','stat_t':'box/t'},"
             "'gone':{'p':'sensor'}}}");
  EXPECT_THAT(house.rejected(), IsEmpty());
  EXPECT_NE(house.attribute("box_1", "temperature"), nullptr);
}

// What is not known.

TEST(HomeAssistant, AnExpiryIsTheAgeOfItsValue) {
  House house;
  house.tell("sensor/t", "{'stat_t':'t','dev_cla':'temperature','exp_aft':90}");
  house.tell("sensor/u", "{'stat_t':'u','dev_cla':'temperature','expire_after':0}");
  ASSERT_NE(house.attribute("t", "temperature"), nullptr);
  EXPECT_EQ(house.attribute("t", "temperature")->max_age, std::chrono::seconds(90));
  EXPECT_FALSE(house.attribute("u", "temperature")->max_age);
}

TEST(HomeAssistant, AnOffDelayIsOfBinarySensorsAlone) {
  House house;
  house.tell("binary_sensor/m", "{'stat_t':'m','dev_cla':'motion','off_dly':30}");
  house.tell("switch/s", "{'stat_t':'s','cmd_t':'s/set','off_dly':30}");
  ASSERT_NE(house.attribute("m", "occupancy"), nullptr);
  EXPECT_EQ(house.attribute("m", "occupancy")->off_delay, std::chrono::seconds(30));
  ASSERT_NE(house.attribute("s", "on"), nullptr);
  EXPECT_FALSE(house.attribute("s", "on")->off_delay);
}

TEST(HomeAssistant, ADelayThatIsNoneIsRefusedAloud) {
  for (const char* delay : {"-3", "'x'", "1e18", "true"}) {
    House house;
    house.tell("binary_sensor/m",
               "{'stat_t':'m','dev_cla':'motion','off_delay':" + std::string(delay) + "}");
    ASSERT_EQ(house.decoded.rejections.size(), 1u) << delay;
    EXPECT_THAT(house.decoded.rejections[0].detail, HasSubstr("off_delay")) << delay;
    EXPECT_EQ(house.attribute("m", "occupancy"), nullptr) << delay;
  }
}

TEST(HomeAssistant, NoneAndNullMakeAValueUnknownAgain) {
  House house;
  house.tell("sensor/t", "{'stat_t':'t','dev_cla':'temperature'}");
  house.tell("sensor/j", "{'stat_t':'j','dev_cla':'temperature','val_tpl':'{{ value_json.x }}'}");
  const auto unknown = [&] {
    std::vector<std::string> all;
    for (const AttributeId id : house.decoded.unknown) {
      all.push_back(house.catalog.table().path(id).text());
    }
    return all;
  };
  house.hear("t", "21");
  EXPECT_THAT(unknown(), IsEmpty());
  house.hear("t", "None");
  EXPECT_THAT(unknown(), ElementsAre("t.temperature"));
  EXPECT_THAT(house.rejected(), IsEmpty());
  house.hear("j", R"({"x":null})");
  EXPECT_THAT(unknown(), ElementsAre("j.temperature"));
  house.hear("j", R"({"y":1})");
  EXPECT_THAT(unknown(), IsEmpty());
}

}  // namespace
}  // namespace attune::devices
