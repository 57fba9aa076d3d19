#include "devices/dialects/shelly_gen2.h"

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

struct Home : Wire {
  Home() : Wire(config()) {}
  static DialectConfig config() {
    DialectConfig only;
    only.all = false;
    only.chosen["shelly_gen2"];
    return only;
  }
  const Decoded& notify(const std::string& components, const std::string& name = "plug",
                        const char* method = "NotifyStatus") {
    return hear(name + "/events/rpc", R"({"src":"shellyplus1-ab","dst":"x","method":")" +
                                          std::string(method) +
                                          R"(","params":{"ts":1736604018.38,)" + components + "}}");
  }
  const Decoded& press(const std::string& event, const std::string& time, bool retained = false) {
    return hear("wall/events/rpc",
                R"({"src":"shellyi4-ab","method":"NotifyEvent","params":{"ts":1,"events":[)"
                R"({"component":"input:2","id":2,"event":")" +
                    event + R"(","ts":)" + time + "}]}}",
                retained);
  }
};

TEST(ShellyGen2, APartialOverlayKeepsTheRest) {
  Home home;
  home.notify(R"("switch:0":{"id":0,"output":true,"apower":12.5})");
  home.notify(R"("switch:0":{"id":0,"apower":13.5})");
  EXPECT_EQ(home.value("plug.on"), Value(true));
  EXPECT_EQ(home.value("plug.power"), Value(13.5));
}

TEST(ShellyGen2, NullDeletesAKeyAndIsNoValue) {
  Home home;
  home.notify(R"("cover:0":{"id":0,"state":"stopped","current_pos":40})");
  home.notify(R"("cover:0":{"id":0,"current_pos":null,"state":"stopped"})");
  EXPECT_THAT(home.texts(home.decoded.readings), ElementsAre("plug.movement=stopped"));
  EXPECT_THAT(home.rejected(), IsEmpty());
}

TEST(ShellyGen2, WattHoursAreKilowattHours) {
  Home home;
  home.notify(R"("switch:0":{"id":0,"aenergy":{"total":2067.124},"ret_aenergy":{"total":500}})");
  EXPECT_EQ(home.value("plug.energy"), Value(2.067124));
  EXPECT_EQ(home.value("plug.energy_returned"), Value(0.5));
}

TEST(ShellyGen2, CommandsAreRequestsInTheScaleOfTheWire) {
  Home home;
  home.hear("lamp/status/light:0", R"({"id":0,"output":false,"brightness":10})");
  EXPECT_THAT(home.drive("lamp", {{"on", true}, {"brightness", 49.7}}),
              ElementsAre(R"(lamp/rpc {"id":1,"src":"attune-shelly","method":"Light.Set",)"
                          R"("params":{"id":0,"on":true,"brightness":50}})"));
  home.hear("lamp/status/light:0", R"({"id":0,"output":true,"brightness":50})");
  EXPECT_TRUE(same_on_wire(*home.catalog.find("lamp")->find("brightness"), 49.7,
                           home.value("lamp.brightness")));
}

TEST(ShellyGen2, AColourGoesBothWays) {
  Home home;
  home.hear("lamp/status/rgbw:0", R"({"id":0,"output":true,"rgb":[0,10,255],"white":3})");
  EXPECT_EQ(home.value("lamp.color_rgb"), Value("#000AFF"));
  EXPECT_THAT(home.drive("lamp", {{"color_rgb", "#0a0B0c"}}),
              ElementsAre(R"(lamp/rpc {"id":1,"src":"attune-shelly","method":"RGBW.Set",)"
                          R"("params":{"id":0,"rgb":[10,11,12]}})"));
  EXPECT_THAT(home.drive("lamp", {{"color_rgb", "red"}}), IsEmpty());
}

TEST(ShellyGen2, ACoverGoesToAPosition) {
  Home home;
  home.hear("blind/status/cover:0",
            R"({"id":0,"state":"opening","pos_control":true,"current_pos":3})");
  EXPECT_EQ(home.value("blind.movement"), Value("opening"));
  EXPECT_THAT(home.drive("blind", {{"position", 40}}),
              ElementsAre(R"(blind/rpc {"id":1,"src":"attune-shelly",)"
                          R"("method":"Cover.GoToPosition","params":{"id":0,"pos":40}})"));
}

TEST(ShellyGen2, ACoverWithoutPositionOpensAndCloses) {
  Home home;
  home.hear("blind/status/cover:0", R"({"id":0,"state":"open","pos_control":false})");
  EXPECT_EQ(home.value("blind.open"), Value(true));
  EXPECT_FALSE(home.value("blind.position").has_value());
  EXPECT_THAT(home.drive("blind", {{"open", false}}),
              ElementsAre(R"(blind/rpc {"id":1,"src":"attune-shelly",)"
                          R"("method":"Cover.Close","params":{"id":0}})"));
}

TEST(ShellyGen2, AFadeIsAWishAndNoState) {
  Home home;
  home.hear("lamp/status/light:0", R"({"id":0,"output":true,"brightness":20,)"
                                   R"("transition":{"target":{"output":true,"brightness":80}}})");
  EXPECT_EQ(home.value("lamp.brightness"), Value(20.0));
  EXPECT_THAT(home.texts(home.decoded.desired), Contains("lamp.brightness=80"));
}

TEST(ShellyGen2, ANewDeviceIsAskedForAllThatItHas) {
  Home home;
  home.notify(R"("input:0":{"id":0,"state":false})");
  ASSERT_EQ(home.decoded.replies.size(), 1u);
  EXPECT_EQ(home.decoded.replies[0].topic, "plug/rpc");
  EXPECT_TRUE(home.decoded.subscriptions_changed);
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("plug/rpc"));
  home.hear("attune-shelly/rpc",
            R"({"id":1,"src":"shellyplus1-ab","dst":"attune-shelly",)"
            R"("result":{"switch:0":{"id":0,"output":true},"sys":{"uptime":9}}})");
  EXPECT_EQ(home.value("plug.on"), Value(true));
  EXPECT_EQ(home.value("plug.uptime"), Value(9.0));
  home.notify(R"("input:0":{"id":0,"state":true})");
  EXPECT_THAT(home.decoded.replies, IsEmpty());
}

TEST(ShellyGen2, ARefusedRequestIsTold) {
  Home home;
  home.notify(R"("switch:0":{"id":0,"output":false})");
  home.hear("attune-shelly/rpc",
            R"({"id":1,"src":"shellyplus1-ab","error":{"code":-105,"message":"no such id"}})");
  EXPECT_THAT(home.rejected(), ElementsAre("refused"));
  EXPECT_EQ(home.decoded.rejections[0].detail, "no such id");
}

TEST(ShellyGen2, WhoTurnsOutToHaveTwoGetsTwoEndpoints) {
  Home home;
  home.notify(R"("switch:0":{"id":0,"output":true})");
  EXPECT_EQ(home.value("plug.on"), Value(true));
  home.notify(R"("switch:0":{"id":0,"output":true},"switch:1":{"id":1,"output":false})", "plug",
              "NotifyFullStatus");
  EXPECT_EQ(home.value("plug.0.on"), Value(true));
  EXPECT_EQ(home.value("plug.1.on"), Value(false));
  EXPECT_EQ(home.catalog.find("plug")->find("on"), nullptr);
}

TEST(ShellyGen2, AButtonSentTwiceIsOnePress) {
  Home home;
  EXPECT_THAT(home.texts(home.press("double_push", "1646945882.47").events),
              ElementsAre("wall.2.event=double"));
  EXPECT_THAT(home.texts(home.press("double_push", "1646945882.47").events), IsEmpty());
  EXPECT_THAT(home.texts(home.press("double_push", "1646945883.1").events),
              ElementsAre("wall.2.event=double"));
  EXPECT_THAT(home.texts(home.press("long_push", "1646945884", true).events), IsEmpty());
  EXPECT_THAT(home.texts(home.press("ota_begin", "1646945885").events), IsEmpty());
}

TEST(ShellyGen2, AClockThatIsNotSetIsNoObstacle) {
  Home home;
  home.hear("plug/events/rpc", R"({"src":"s","method":"NotifyStatus","params":{"ts":1.61,)"
                               R"("switch:0":{"id":0,"output":true}}})");
  EXPECT_EQ(home.value("plug.on"), Value(true));
  EXPECT_THAT(home.texts(home.press("single_push", "1.61").events),
              ElementsAre("wall.2.event=single"));
}

TEST(ShellyGen2, WhatTheDeviceCallsFaultyIsRefusedAndTheRestKept) {
  Home home;
  home.hear("sky/status/illuminance:0", R"({"id":0,"lux":350,"errors":["out_of_range"]})");
  EXPECT_THAT(home.rejected(), ElementsAre("range sky.illuminance"));
  home.hear("meter/status/em:0", R"({"id":0,"a_voltage":230,"b_voltage":1,)"
                                 R"("errors":["out_of_range:b_voltage"]})");
  EXPECT_THAT(home.rejected(), ElementsAre("range meter.b.voltage"));
  EXPECT_EQ(home.value("meter.a.voltage"), Value(230.0));
}

TEST(ShellyGen2, ASleepingBatteryDeviceIsNotOffline) {
  Home home;
  home.notify(R"("temperature:0":{"id":0,"tC":21},"devicepower:0":{"id":0,)"
              R"("battery":{"V":5.9,"percent":80}},"sys":{"uptime":1})",
              "attic", "NotifyFullStatus");
  EXPECT_EQ(home.value("attic.battery"), Value(80.0));
  EXPECT_EQ(home.value("attic.battery_voltage"), Value(5.9));
  home.hear("attic/online", "false", true);
  ASSERT_EQ(home.decoded.availability.size(), 1u);
  EXPECT_EQ(home.decoded.availability[0].availability, Availability::sleeping);
}

TEST(ShellyGen2, OnAMeterTheTemperatureIsItsOwn) {
  Home home;
  home.hear("shellypro3em-ab/status/temperature:0", R"({"id":0,"tC":46.3,"tF":115.4})");
  EXPECT_EQ(home.value("shellypro3em_ab.device_temperature"), Value(46.3));
}

TEST(ShellyGen2, SomebodyElsesRequestIsHeardAndOursIsNot) {
  Home home;
  home.notify(R"("switch:0":{"id":0,"output":false})");
  const char* request = R"({"id":7,"src":"ha","method":"Switch.Set","params":{"id":0,"on":true}})";
  home.hear("plug/rpc", request);
  EXPECT_THAT(home.foreign(), ElementsAre("plug.on=true"));
  home.hear("plug/rpc", request, true);
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
  home.hear("plug/rpc", home.drive("plug", {{"on", true}}).front().substr(9));
  EXPECT_THAT(home.foreign(), IsEmpty());
}

TEST(ShellyGen2, StrangersTopicsOfTheSameFormAreLeftAlone) {
  Home home;
  for (const char* topic :
       {"car/status/wifi", "car/online", "car/status/battery:x", "car/status/42", "car/status"}) {
    home.hear(topic, R"({"rssi":-50})");
    EXPECT_TRUE(home.catalog.devices().empty()) << topic;
  }
}

TEST(ShellyGen2, HostileMessagesAreRefusedWithTheirReason) {
  Home home;
  home.hear("plug/events/rpc", "[]");
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
  home.hear("plug/events/rpc", R"({"src":")" + std::string(20'000, 'x') + "\"}");
  EXPECT_THAT(home.rejected(), ElementsAre("string"));
  std::string many;
  for (int i = 0; i < 500; ++i) {
    many += (i == 0 ? "\"input:" : ",\"input:") + std::to_string(i) + R"(":{"state":true})";
  }
  for (const char* type : {"input", "switch", "light", "flood"}) {
    std::string text = many;
    for (std::size_t at = text.find("input"); at != std::string::npos;
         at = text.find("input", at)) {
      text.replace(at, 5, type);
      at += 5;
    }
    home.notify(text);
  }
  const auto index = home.catalog.table().find_device("plug");
  ASSERT_TRUE(index.has_value());
  EXPECT_LE(home.catalog.table().attributes_of(*index).size(), 1'024u);
}

TEST(ShellyGen2, SomebodyElsesSimpleCommandIsHeard) {
  Home home;
  home.notify(R"("switch:0":{"id":0,"output":false})");
  EXPECT_THAT(home.normaliser.subscriptions(), Contains("plug/command/+"));
  home.hear("plug/command/switch:0", "on,30");
  EXPECT_THAT(home.foreign(), ElementsAre("plug.on=true"));
  home.hear("plug/command/switch:0", "toggle");
  EXPECT_THAT(home.foreign(), IsEmpty());
  home.hear("plug/command/switch:1", "on");
  EXPECT_THAT(home.foreign(), IsEmpty());
  home.hear("plug/command/switch:0", "on", true);
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
  home.notify(R"("cover:0":{"id":0,"state":"stopped","current_pos":40})", "blind");
  home.hear("blind/command/cover:0", "pos,60");
  EXPECT_THAT(home.foreign(), ElementsAre("blind.position=60"));
  home.hear("blind/command/cover:0", "close");
  EXPECT_THAT(home.foreign(), ElementsAre("blind.position=0"));
  home.hear("lamp/status/light:0", R"({"id":0,"output":false,"brightness":10})");
  home.hear("lamp/command/light:0", "set,true,70");
  EXPECT_THAT(home.foreign(), testing::UnorderedElementsAre("lamp.on=true", "lamp.brightness=70"));
}

TEST(ShellyGen2, ItsSourceTellsWhatTheDeviceDidByItself) {
  const auto said = [](const std::string& source) {
    Wire home;
    home.hear("plug/events/rpc", R"({"src":"s","method":"NotifyStatus","params":{"switch:0":)"
                                 R"({"id":0,"output":false,"source":")" +
                                     source + R"("}}})");
    return home.by_itself();
  };
  for (const char* own : {"init", "timer"}) {
    EXPECT_THAT(said(own), ::testing::ElementsAre("plug.on")) << own;
  }
  for (const char* harm : {"overpower", "overtemp", "limit_voltage"}) {
    EXPECT_THAT(said(harm), ::testing::ElementsAre("plug.on!")) << harm;
  }
  for (const char* hand : {"button", "switch", "WS_in", "HTTP_in", "MQTT", "SHC", "loopback", ""}) {
    EXPECT_THAT(said(hand), ::testing::IsEmpty()) << hand;
  }
}

TEST(ShellyGen2, AnErrorThatSwitchedItOffIsAnOverloadUntilAWholeStatusHasNone) {
  Wire home;
  const auto notify = [&](const std::string& fields) {
    home.hear(
        "plug/events/rpc",
        R"({"src":"s","method":"NotifyStatus","params":{"switch:0":{"id":0,)" + fields + "}}}");
  };
  notify(R"("output":true,"source":"button")");
  notify(R"("output":false,"errors":["overpower"])");
  EXPECT_EQ(home.value("plug.overload"), Value(true));
  EXPECT_FALSE(home.value("plug.problem").has_value());
  EXPECT_THAT(home.by_itself(), ::testing::ElementsAre("plug.on!"));
  notify(R"("apower":0)");
  EXPECT_EQ(home.value("plug.overload"), Value(true)) << "a part says nothing of the rest";
  home.hear("plug/status/switch:0", R"({"id":0,"output":true,"source":"button"})");
  EXPECT_EQ(home.value("plug.overload"), Value(false));
  notify(R"("output":false,"errors":["overtemp"])");
  EXPECT_EQ(home.value("plug.problem"), Value(true));
  notify(R"("errors":null)");
  EXPECT_EQ(home.value("plug.problem"), Value(false));
}

}  // namespace
}  // namespace attune::devices
