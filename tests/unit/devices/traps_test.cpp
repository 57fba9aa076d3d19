#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/sparkplug_metric.h"
#include "tests/unit/devices/wire.h"

/// What devices are known to trip over, one claim each, with all dialects listening at once. What a
/// dialect does beside it stands in its own test file.
namespace attune::devices {
namespace {

using sparkplug::Metric;
using sparkplug::Type;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kBridge = "zigbee2mqtt/bridge/devices";

std::string zigbee(const std::string& name, const std::string& exposes) {
  return R"([{"type":"EndDevice","friendly_name":")" + name +
         R"(","definition":{"model":"M","exposes":[)" + exposes + "]}}]";
}

struct Home : Wire {
  const Decoded& notify(const std::string& device, const std::string& params) {
    return hear(
        device + "/events/rpc",
        R"({"src":"shellyplus1-ab","dst":"x","method":"NotifyStatus","params":{)" + params + "}}");
  }
  [[nodiscard]] double number(const std::string& path) const { return value(path).numeric(); }
};

constexpr const char* kTasmotaConfig = "tasmota/discovery/AABBCC/config";
std::string tasmota(const std::string& more, const std::string& full_topic) {
  return R"({"dn":"Tasmota","fn":["Lamp",null],"hn":"lamp-1","mac":"AABBCC","ofln":"Offline",)"
         R"("onln":"Online","state":["OFF","ON","TOGGLE","HOLD"],"t":"bulb","ft":")" +
         full_topic + R"(","tp":["cmnd","stat","tele"],)" + more + R"(,"ver":1})";
}
std::string birth(std::vector<Metric> metrics) {
  metrics.push_back(metric("bdSeq", Type::int64, 0));
  return payload(0, std::move(metrics));
}

TEST(Traps, FullBrightnessIs254Or255Or100AndAlwaysAHundredPercent) {
  Home home;
  home.hear("zigbee2mqtt/z", R"({"state":"ON","brightness":254})");
  home.hear(kTasmotaConfig, tasmota(R"("rl":[2],"lt_st":1)", "%prefix%/%topic%/"), true);
  home.hear("tele/bulb/STATE", R"({"POWER":"ON","Dimmer":100})");
  home.hear("homeassistant/light/h/config",
            R"({"schema":"json","brightness":true,"state_topic":"h/state","command_topic":"h/set",)"
            R"("name":"h","unique_id":"h"})",
            true);
  home.hear("h/state", R"({"state":"ON","brightness":255})");
  EXPECT_EQ(home.number("z.brightness"), 100);
  EXPECT_EQ(home.number("bulb.brightness"), 100);
  EXPECT_EQ(home.number("h.brightness"), 100);
  EXPECT_THAT(home.drive("z", {{"brightness", 50.0}}),
              ElementsAre(R"(zigbee2mqtt/z/set {"brightness":127})"));
  EXPECT_THAT(home.drive("bulb", {{"brightness", 50.0}}), ElementsAre("cmnd/bulb/Dimmer 50"));
}

TEST(Traps, MiredAndKelvinAgreeBothWays) {
  Home home;
  home.hear("zigbee2mqtt/z", R"({"state":"ON","color_temp":370})");
  EXPECT_EQ(home.number("z.color_temp"), 2703);
  EXPECT_THAT(home.drive("z", {{"color_temp", 2703}}),
              ElementsAre(R"(zigbee2mqtt/z/set {"color_temp":370})"));
}

TEST(Traps, WattMinutesWattHoursAndKilowattHoursAreOneEnergy) {
  Home home;
  home.hear("shellies/plug/relay/0/energy", "60000");
  home.notify("gen2", R"("switch:0":{"id":0,"aenergy":{"total":1000}})");
  home.hear("tele/pow/SENSOR", R"({"ENERGY":{"Total":1.0}})");
  EXPECT_EQ(home.number("plug.energy"), 1.0);
  EXPECT_EQ(home.number("gen2.energy"), 1.0);
  EXPECT_EQ(home.number("pow.energy"), 1.0);
}

TEST(Traps, MillivoltsOfABatteryAreNotVoltsOfTheMains) {
  Home home;
  home.hear("zigbee2mqtt/button", R"({"battery":93,"voltage":2990})");
  home.hear("zigbee2mqtt/plug", R"({"power":5,"voltage":231})");
  EXPECT_EQ(home.number("button.battery_voltage"), 2.99);
  EXPECT_FALSE(home.value("button.voltage").has_value());
  EXPECT_EQ(home.number("plug.voltage"), 231);
}

TEST(Traps, AContactThatIsTrueIsClosedAndADoorThatIsOnIsOpen) {
  Home home;
  home.hear("zigbee2mqtt/door", R"({"contact":true})");
  EXPECT_EQ(home.value("door.open"), Value(false));
  home.hear("homeassistant/binary_sensor/d/config",
            R"({"state_topic":"d/state","device_class":"door","name":"d","unique_id":"d"})", true);
  home.hear("d/state", "ON");
  EXPECT_EQ(home.value("d.open"), Value(true));
}

TEST(Traps, AnInvertedCoverIsOpenAtAHundred) {
  Home home;
  home.hear(kTasmotaConfig, tasmota(R"("rl":[3,3],"sho":[1])", "%prefix%/%topic%/"), true);
  home.hear("tele/bulb/SENSOR", R"({"Shutter1":{"Position":30,"Direction":0}})");
  EXPECT_EQ(home.number("bulb.position"), 70);
  EXPECT_THAT(home.drive("bulb", {{"position", 100.0}}),
              ElementsAre("cmnd/bulb/ShutterPosition1 0"));
}

TEST(Traps, ANumberMayComeAsAText) {
  Home home;
  home.hear("shellies/ht/sensor/battery", "80.00");
  EXPECT_EQ(home.number("ht.battery"), 80);
  home.hear("homeassistant/sensor/b/config",
            R"({"state_topic":"b/state","value_template":"{{ value_json.battery }}",)"
            R"("device_class":"battery","unit_of_measurement":"%","name":"b","unique_id":"b"})",
            true);
  home.hear("b/state", R"({"battery":"80.00"})");
  EXPECT_EQ(home.number("b.battery"), 80);
}

TEST(Traps, NullIsUnknownAndNotZero) {
  Home home;
  home.hear("zigbee2mqtt/t", R"({"temperature":null,"humidity":40})");
  EXPECT_FALSE(home.value("t.temperature").has_value());
  EXPECT_EQ(home.number("t.humidity"), 40);
  EXPECT_THAT(home.rejected(), IsEmpty());
}

TEST(Traps, SentinelsAreRefusedAndCounted) {
  Home home;
  for (const char* fault : {"-8000", "999", "-275", "65535"}) {
    home.hear("zigbee2mqtt/t", R"({"temperature":)" + std::string(fault) + "}");
    EXPECT_THAT(home.rejected(), ElementsAre("range t.temperature")) << fault;
  }
  home.hear("shellies/roller/roller/0/pos", "-1");
  EXPECT_THAT(home.rejected(), ElementsAre("range roller.position"));
  EXPECT_FALSE(home.value("t.temperature").has_value());
}

TEST(Traps, FahrenheitIsConvertedOnceAndItsDoubleIsNoSecondTemperature) {
  Home home;
  home.hear("tele/attic/SENSOR", R"({"BME280":{"Temperature":68.0},"TempUnit":"F"})");
  EXPECT_EQ(home.number("attic.temperature"), 20);
  home.hear("shellies/switch/temperature", "50");
  home.hear("shellies/switch/temperature_f", "122");
  EXPECT_EQ(home.number("switch.device_temperature"), 50);
  EXPECT_THAT(home.decoded.readings, IsEmpty());
}

TEST(Traps, APartialOverlaySaysNothingOfTheRest) {
  Home home;
  home.notify("plug", R"("switch:0":{"id":0,"output":true,"apower":12.5})");
  home.notify("plug", R"("switch:0":{"id":0,"apower":13.5})");
  EXPECT_THAT(home.texts(home.decoded.readings), ElementsAre("plug.power=13.5"));
  EXPECT_EQ(home.value("plug.on"), Value(true));
}

TEST(Traps, ANullDeletesAKeyAndIsNoValue) {
  Home home;
  home.notify("blind", R"("cover:0":{"id":0,"state":"stopped","current_pos":40})");
  EXPECT_EQ(home.number("blind.position"), 40);
  home.notify("blind", R"("cover:0":{"id":0,"current_pos":null})");
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_FALSE(home.value("blind.position").has_value());
  EXPECT_EQ(home.value("blind.movement"), Value("stopped"));
  home.hear("$aws/things/cellar/shadow/update/accepted",
            R"({"state":{"reported":{"humidity":55,"temperature":20}},"version":1})");
  EXPECT_EQ(home.number("cellar.humidity"), 55);
  home.hear("$aws/things/cellar/shadow/update/accepted",
            R"({"state":{"reported":{"humidity":null}},"version":2})");
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_FALSE(home.value("cellar.humidity").has_value());
  EXPECT_EQ(home.number("cellar.temperature"), 20);
  EXPECT_THAT(home.rejected(), IsEmpty());
}

TEST(Traps, ANameMayHoldSlashesSpacesAndUmlauts) {
  Home home;
  const std::string_view exposes =
      R"({"type":"cover","features":[{"type":"numeric","name":"position","property":"position",
      "access":7,"unit":"%","value_min":0,"value_max":100}]})";
  home.hear(kBridge, zigbee("Büro/Rolladen links", std::string(exposes)), true);
  home.hear("zigbee2mqtt/Büro/Rolladen links", R"({"position":40})");
  EXPECT_EQ(home.number("buro_rolladen_links.position"), 40);
  EXPECT_THAT(home.drive("buro_rolladen_links", {{"position", 90.0}}),
              ElementsAre(R"(zigbee2mqtt/Büro/Rolladen links/set {"position":90})"));
}

TEST(Traps, APrefixThatTheUserChangedIsFollowed) {
  Home home;
  home.hear(kTasmotaConfig, tasmota(R"("rl":[1])", "home/%topic%/%prefix%/"), true);
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("home/bulb/tele/+"));
  home.hear("home/bulb/stat/POWER", "ON");
  EXPECT_EQ(home.value("bulb.on"), Value(true));
  EXPECT_THAT(home.drive("bulb", {{"on", false}}), ElementsAre("home/bulb/cmnd/Power1 OFF"));
}

TEST(Traps, RetainedOldStateAfterARestartIsStateAndNeverAnEventOrCommand) {
  Home home;
  home.hear("zigbee2mqtt/remote", R"({"action":"single","battery":90})", true);
  EXPECT_THAT(home.events(), IsEmpty());
  EXPECT_EQ(home.number("remote.battery"), 90);
  home.hear("zigbee2mqtt/lamp", R"({"state":"OFF"})");
  home.hear("zigbee2mqtt/lamp/set", R"({"state":"ON"})", true);
  EXPECT_THAT(home.foreign(), IsEmpty());
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
}

TEST(Traps, ADeviceThatTwoConventionsDescribeIsOneNativeFirst) {
  Home home;
  home.hear("homeassistant/light/0x1/light/config",
            R"({"schema":"json","state_topic":"zigbee2mqtt/lamp","name":"lamp","unique_id":"0x1",)"
            R"("command_topic":"zigbee2mqtt/lamp/set","brightness":true,)"
            R"("device":{"identifiers":["zigbee2mqtt_0x1"],"name":"lamp"}})",
            true);
  home.hear("zigbee2mqtt/lamp", R"({"state":"ON"})");
  ASSERT_EQ(home.catalog.devices().size(), 1u);
  EXPECT_EQ(home.catalog.find("lamp")->dialect, "zigbee2mqtt");
}

TEST(Traps, AButtonSentTwiceIsOnePress) {
  Home home;
  home.hear("shellies/i3/input_event/0", R"({"event":"S","event_cnt":4})");
  home.hear("shellies/i3/input_event/0", R"({"event":"S","event_cnt":5})");
  EXPECT_THAT(home.events(), ElementsAre("i3.0.event=single"));
  home.hear("shellies/i3/input_event/0", R"({"event":"S","event_cnt":5})");
  EXPECT_THAT(home.events(), IsEmpty());
  // The legacy topic repeats what the state said.
  home.hear("zigbee2mqtt/remote", R"({"action":"single"})");
  EXPECT_THAT(home.events(), ElementsAre("remote.event=single"));
  home.hear("zigbee2mqtt/remote/action", "single");
  EXPECT_THAT(home.events(), IsEmpty());
}

TEST(Traps, AClockThatIsNotSetIsNoObstacle) {
  Home home;
  home.notify("plug", R"("ts":1.61,"switch:0":{"id":0,"output":true})");
  EXPECT_EQ(home.value("plug.on"), Value(true));
  home.notify("plug", R"("ts":1736604018.38,"switch:0":{"id":0,"output":false})");
  home.notify("plug", R"("ts":1.61,"switch:0":{"id":0,"output":true})");
  EXPECT_EQ(home.value("plug.on"), Value(true));
}

TEST(Traps, ASleepingBatteryDeviceIsNotOffline) {
  Home home;
  home.hear("shellies/shellyht-1/online", "false", true);
  EXPECT_EQ(home.availability("shellyht_1"), Availability::sleeping);
}

TEST(Traps, AnAliasWithoutBirthIsRefusedAndTheBirthAskedFor) {
  Home home;
  Metric nameless = metric("", Type::boolean, true);
  nameless.alias = 9;
  home.hear("spBv1.0/plant/DDATA/pump/motor", payload(4, {nameless}));
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_THAT(home.rejected(), ElementsAre("alias"));
  ASSERT_EQ(home.decoded.replies.size(), 1u);
  EXPECT_EQ(home.decoded.replies[0].topic, "spBv1.0/plant/NCMD/pump");
}

TEST(Traps, TheSequenceWrapsFrom255To0WithoutAGap) {
  Home home;
  home.hear("spBv1.0/plant/NBIRTH/pump", birth({metric("x", Type::int32, 0)}));
  for (std::uint64_t seq = 1; seq <= 256; ++seq) {
    home.hear("spBv1.0/plant/NDATA/pump", payload(seq % 256, {metric("x", Type::int32, 1)}));
    ASSERT_FALSE(home.decoded.place.gap) << seq;
  }
  home.hear("spBv1.0/plant/NDATA/pump", payload(2, {metric("x", Type::int32, 1)}));
  EXPECT_TRUE(home.decoded.place.gap);
}

TEST(Traps, AHistoricalValueIsNotThePresentOne) {
  Home home;
  home.hear("spBv1.0/plant/NBIRTH/pump", birth({metric("level", Type::int32, 5)}));
  std::string late = payload(std::nullopt, {metric("level", Type::int32, 99)});
  late[3] = static_cast<char>(late[3] + 2);  // the metric's length
  late += std::string("\x28\x01", 2);        // its is_historical
  home.hear("spBv1.0/plant/NDATA/pump", late);
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_THAT(home.texts(home.decoded.historical), ElementsAre("plant_pump.raw.level=99"));
}

TEST(Traps, ARejectedWordKeepsTheRestOfTheMessage) {
  Home home;
  home.hear("zigbee2mqtt/trv", R"({"system_mode":{"x":1},"local_temperature":20.5,)"
                               R"("occupied_heating_setpoint":21})");
  EXPECT_THAT(home.rejected(), ElementsAre("type trv.hvac_mode"));
  EXPECT_EQ(home.number("trv.temperature"), 20.5);
  EXPECT_EQ(home.number("trv.target_temperature"), 21);
}

// That they cost no write of the store: LoopTest.FiftyIdenticalMessagesCostNoStoreWrite.
TEST(Traps, FiftyIdenticalMessagesSayTheSameAndDescribeNothingAnew) {
  Home home;
  constexpr const char* kState = R"({"state":"ON","brightness":139,"linkquality":120})";
  home.hear("zigbee2mqtt/lamp", kState);
  const std::vector<std::string> first = home.texts(home.decoded.readings);
  const std::uint64_t generation = home.catalog.generation();
  for (int i = 0; i < 50; ++i) {
    home.hear("zigbee2mqtt/lamp", kState);
    ASSERT_EQ(home.texts(home.decoded.readings), first);
    ASSERT_FALSE(home.decoded.devices_changed);
  }
  EXPECT_EQ(home.catalog.generation(), generation);
}

TEST(Traps, JinjaOutsideTheSubsetIsRefusedAloudNamingTheEntity) {
  Home home;
  home.hear(
      "homeassistant/sensor/attic/config",
      R"({"state_topic":"a/s","name":"attic","unique_id":"a","device_class":"temperature",)"
      R"("unit_of_measurement":"°C","value_template":"{{ value | regex_replace('a','b') }}"})",
      true);
  ASSERT_FALSE(home.decoded.rejections.empty());
  EXPECT_EQ(home.decoded.rejections[0].reason, "template");
  EXPECT_THAT(home.decoded.rejections[0].detail, HasSubstr("attic"));
  home.hear("a/s", "21");
  EXPECT_FALSE(home.value("attic.temperature").has_value());
}

}  // namespace
}  // namespace attune::devices
