#include "devices/dialects/shelly_gen1.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

DialectConfig gen1_only() {
  DialectConfig config;
  config.all = false;
  config.chosen["shelly_gen1"];
  return config;
}

struct Home : Wire {
  Home() : Wire(gen1_only()) {}
};

TEST(ShellyGen1, ARelayReportsAndObeys) {
  Home home;
  home.hear("shellies/shelly1-AB/relay/0", "on");
  EXPECT_EQ(home.value("shelly1_ab.on"), Value(true));
  EXPECT_THAT(home.drive("shelly1_ab", {{"on", false}}),
              ElementsAre("shellies/shelly1-AB/relay/0/command off"));
  home.hear("shellies/shelly1-AB/relay/0", "overpower");
  EXPECT_EQ(home.value("shelly1_ab.on"), Value(false));
}

TEST(ShellyGen1, WattMinutesAndWattHoursAreKilowattHours) {
  Home home;
  home.hear("shellies/plug/relay/0/energy", "60000");
  EXPECT_EQ(home.value("plug.energy"), Value(1.0));
  home.hear("shellies/em/emeter/1/total", "2500.5");
  EXPECT_EQ(home.value("em.1.energy"), Value(2.5005));
  home.hear("shellies/em/emeter/1/total_returned", "500");
  EXPECT_EQ(home.value("em.1.energy_returned"), Value(0.5));
}

TEST(ShellyGen1, TemperatureInFahrenheitIsTheSameOnceMore) {
  Home home;
  home.hear("shellies/shellyswitch25-AB/temperature", "50");
  home.hear("shellies/shellyswitch25-AB/temperature_f", "122");
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_EQ(home.value("shellyswitch25_ab.device_temperature"), Value(50.0));
}

TEST(ShellyGen1, SentinelsAreRefused) {
  Home home;
  home.hear("shellies/shellyht-1/sensor/temperature", "999");
  EXPECT_THAT(home.rejected(), ElementsAre("range shellyht_1.temperature"));
  home.hear("shellies/roller/roller/0/pos", "-1");
  EXPECT_THAT(home.rejected(), ElementsAre("range roller.position"));
}

TEST(ShellyGen1, ALightTakesAllInOneMessageAndEchoesIt) {
  Home home;
  home.hear("shellies/dim/light/0/status", R"({"ison":true,"mode":"white","brightness":41})");
  EXPECT_EQ(home.value("dim.on"), Value(true));
  EXPECT_EQ(home.value("dim.brightness"), Value(41.0));
  EXPECT_THAT(home.drive("dim", {{"on", true}, {"brightness", 40.6}}),
              ElementsAre(R"(shellies/dim/light/0/set {"turn":"on","brightness":41})"));
  EXPECT_TRUE(same_on_wire(*home.catalog.find("dim")->find("brightness"), 40.6,
                           home.value("dim.brightness")));
  home.hear("shellies/dim/light/0", "off");
  EXPECT_EQ(home.value("dim.on"), Value(false));
}

TEST(ShellyGen1, ACoverMovesToAPosition) {
  Home home;
  home.hear("shellies/r/roller/0", "close");
  home.hear("shellies/r/roller/0/pos", "91");
  EXPECT_EQ(home.value("r.movement"), Value("closing"));
  EXPECT_EQ(home.value("r.position"), Value(91.0));
  EXPECT_THAT(home.drive("r", {{"position", 30}}),
              ElementsAre("shellies/r/roller/0/command/pos 30"));
}

TEST(ShellyGen1, AModelWithTwoRelaysHasTwoEndpoints) {
  Home home;
  home.hear("shellies/shellyswitch25-AB/relay/0", "on");
  home.hear("shellies/shellyswitch25-AB/relay/1", "off");
  EXPECT_EQ(home.value("shellyswitch25_ab.0.on"), Value(true));
  EXPECT_EQ(home.value("shellyswitch25_ab.1.on"), Value(false));
}

TEST(ShellyGen1, APrefixMayHoldSlashes) {
  Home home;
  home.hear("shellies/shellies/em3/emeter/0/voltage", "230.35");
  ASSERT_NE(home.catalog.find("shellies_em3"), nullptr);
  EXPECT_EQ(home.catalog.find("shellies_em3")->name, "shellies/em3");
}

TEST(ShellyGen1, AnAnnouncementTellsWhatTheModelHas) {
  Home home;
  home.hear("shellies/announce", R"({"id":"shellydimmer2-AB","model":"SHDM-2"})");
  const DeviceInfo* device = home.catalog.find("shellydimmer2_ab");
  ASSERT_NE(device, nullptr);
  EXPECT_TRUE(device->has_capability("light"));
  EXPECT_EQ(home.decoded.keep_as, "shellies/shellydimmer2-AB/announce");
  ASSERT_EQ(home.decoded.replies.size(), 1u);
  EXPECT_EQ(home.decoded.replies[0].topic, "shellies/shellydimmer2-AB/command");
}

TEST(ShellyGen1, AButtonSentTwiceIsOnePress) {
  Home home;
  home.hear("shellies/i3/input_event/0", R"({"event":"S","event_cnt":4})");
  EXPECT_THAT(home.events(), IsEmpty());  // counted before we listened
  home.hear("shellies/i3/input_event/0", R"({"event":"SS","event_cnt":5})");
  EXPECT_THAT(home.events(), ElementsAre("i3.0.event=double"));
  home.hear("shellies/i3/input_event/0", R"({"event":"SS","event_cnt":5})");
  EXPECT_THAT(home.events(), IsEmpty());
  home.hear("shellies/i3/input_event/0", R"({"event":"","event_cnt":6})");
  EXPECT_THAT(home.events(), IsEmpty());
}

TEST(ShellyGen1, ASleepingBatteryDeviceIsNotOfflineAndItsFirstPressCounts) {
  Home home;
  home.hear("shellies/shellybutton1-AB/online", "false", true);
  ASSERT_EQ(home.decoded.availability.size(), 1u);
  EXPECT_EQ(home.decoded.availability[0].availability, Availability::sleeping);
  home.hear("shellies/shellybutton1-AB/input_event/0", R"({"event":"L","event_cnt":17})");
  EXPECT_THAT(home.events(), ElementsAre("shellybutton1_ab.0.event=hold"));
  const auto index = home.catalog.table().find_device("shellybutton1_ab");
  EXPECT_THAT(home.normaliser.ask(*index), IsEmpty());
}

TEST(ShellyGen1, SomebodyElsesCommandIsHeard) {
  Home home;
  home.hear("shellies/a/relay/0", "off");
  home.hear("shellies/a/relay/0/command", "on");
  EXPECT_THAT(home.foreign(), ElementsAre("a.on=true"));
  home.hear("shellies/a/relay/0/command", "on", true);
  EXPECT_THAT(home.rejected(), ElementsAre("retained_command"));
}

TEST(ShellyGen1, UnknownTopicsStayRaw) {
  Home home;
  home.hear("shellies/a/relay/0/boost", "3");
  EXPECT_EQ(home.value("a.raw.relay.0.boost"), Value("3"));
}

TEST(ShellyGen1, HostileAnnouncementsAreRefused) {
  Home home;
  for (const char* id : {"#", "+", "a/#"}) {
    home.hear("shellies/announce", R"({"id":")" + std::string(id) + R"(","model":"SHDM-2"})", true);
    EXPECT_THAT(home.rejected(), ElementsAre("topic")) << id;
  }
  home.hear("shellies/announce", "{", true);
  EXPECT_THAT(home.rejected(), ElementsAre("json"));
  home.hear("shellies/announce", R"({"id":")" + std::string(60'000, 'x') + "\"}", true);
  EXPECT_THAT(home.rejected(), ElementsAre("string"));
  EXPECT_TRUE(home.catalog.devices().empty());
}

TEST(ShellyGen1, ADeviceOfTheNextGenerationAmongThemIsNotTakenTwice) {
  Wire wire;
  wire.hear("shellies/kitchen/online", "true");
  EXPECT_NE(wire.catalog.find("kitchen"), nullptr);
  wire.hear("shellies/kitchen/events/rpc",
            R"({"src":"shellyplus1-ab","method":"NotifyStatus","params":{"ts":1.7e9,)"
            R"("switch:0":{"id":0,"output":true}}})");
  EXPECT_EQ(wire.catalog.find("kitchen"), nullptr);
  ASSERT_NE(wire.catalog.find("shellies_kitchen"), nullptr);
  EXPECT_EQ(wire.catalog.find("shellies_kitchen")->dialect, "shelly_gen2");
}

TEST(ShellyGen1, AnOverpoweredRelayProtectsItselfAndIsNobodysHand) {
  Wire home;
  home.hear("shellies/shellyplug-1/relay/0", "on");
  EXPECT_THAT(home.by_itself(), ::testing::IsEmpty());
  home.hear("shellies/shellyplug-1/relay/0", "overpower");
  EXPECT_EQ(home.value("shellyplug_1.on"), Value(false));
  EXPECT_EQ(home.value("shellyplug_1.overload"), Value(true));
  EXPECT_THAT(home.by_itself(), ::testing::ElementsAre("shellyplug_1.on!"));
  home.hear("shellies/shellyplug-1/relay/0", "on");
  EXPECT_EQ(home.value("shellyplug_1.overload"), Value(false));
  EXPECT_THAT(home.by_itself(), ::testing::IsEmpty());
}

TEST(ShellyGen1, AnOverpoweredLightAndTheSecondRelayHaveTheirOwn) {
  Wire home;
  home.hear("shellies/shellydimmer2-1/light/0/status",
            R"({"ison":false,"brightness":41,"overpower":true})");
  EXPECT_EQ(home.value("shellydimmer2_1.overload"), Value(true));
  EXPECT_THAT(home.by_itself(), ::testing::ElementsAre("shellydimmer2_1.on!"));
  home.hear("shellies/shellyswitch25-1/relay/1", "overpower");
  EXPECT_EQ(home.value("shellyswitch25_1.1.overload"), Value(true));
  EXPECT_THAT(home.by_itself(), ::testing::ElementsAre("shellyswitch25_1.1.on!"));
}

}  // namespace
}  // namespace attune::devices
