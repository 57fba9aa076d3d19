#include "devices/dialects/aws_shadow.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DialectConfig shadow_only() {
  DialectConfig config;
  config.all = false;
  config.chosen["aws_shadow"];
  return config;
}

struct Cloud : Wire {
  Cloud() : Wire(shadow_only()) {}
  const Decoded& say(const std::string& leaf, const std::string& payload, bool retained = false) {
    return hear("$aws/things/lamp/shadow/" + leaf, payload, retained);
  }
  [[nodiscard]] std::vector<std::string> wanted() const { return texts(decoded.desired); }
};

TEST(AwsShadow, ReportedIsStateAndDesiredIsNot) {
  Cloud cloud;
  cloud.say("update/accepted",
            R"({"state":{"reported":{"temperature":21.5,"on":true},"desired":{"on":false}},)"
            R"("version":7})");
  EXPECT_EQ(cloud.value("lamp.temperature"), Value(21.5));
  EXPECT_EQ(cloud.value("lamp.on"), Value(true));
  EXPECT_THAT(cloud.wanted(), ElementsAre("lamp.on=false"));
  EXPECT_THAT(cloud.foreign(), IsEmpty());
  EXPECT_EQ(cloud.decoded.place.version, 7U);
}

TEST(AwsShadow, ADeltaIsAWish) {
  Cloud cloud;
  cloud.say("update/delta", R"({"version":3,"timestamp":1583450271,"state":{"brightness":40}})");
  EXPECT_THAT(cloud.wanted(), ElementsAre("lamp.brightness=40"));
  EXPECT_THAT(cloud.decoded.readings, IsEmpty());
}

TEST(AwsShadow, OfDocumentsTheCurrentOneCounts) {
  Cloud cloud;
  cloud.say("update/documents", R"({"previous":{"state":{"reported":{"humidity":10}},"version":1},)"
                                R"("current":{"state":{"reported":{"humidity":20}},"version":2}})");
  EXPECT_EQ(cloud.value("lamp.humidity"), Value(20.0));
  EXPECT_EQ(cloud.decoded.place.version, 2U);
}

TEST(AwsShadow, AnOlderDocumentIsRefused) {
  Cloud cloud;
  cloud.say("update/accepted", R"({"state":{"reported":{"humidity":20}},"version":9})");
  cloud.say("update/accepted", R"({"state":{"reported":{"humidity":10}},"version":8})");
  EXPECT_THAT(cloud.rejected(), ElementsAre("version"));
  EXPECT_EQ(cloud.value("lamp.humidity"), Value(20.0));
  cloud.say("update", R"({"state":{"reported":{"humidity":11}},"version":8})");
  EXPECT_THAT(cloud.rejected(), ElementsAre("version"));
  cloud.say("update", R"({"state":{"reported":{"humidity":12}},"version":9})");
  EXPECT_EQ(cloud.value("lamp.humidity"), Value(12.0));
  cloud.say("delete/accepted", R"({"version":10})");
  cloud.say("update/accepted", R"({"state":{"reported":{"humidity":30}},"version":1})");
  EXPECT_EQ(cloud.value("lamp.humidity"), Value(30.0));
}

TEST(AwsShadow, ANullDeletesAKeyAndIsNotZero) {
  Cloud cloud;
  cloud.say("update", R"({"state":{"reported":{"humidity":20,"on":true}}})");
  cloud.say("update", R"({"state":{"reported":{"humidity":null,"on":null}}})");
  EXPECT_THAT(cloud.decoded.readings, IsEmpty());
  EXPECT_THAT(cloud.rejected(), IsEmpty());
}

TEST(AwsShadow, PowerIsWattsOrATruthByItsValue) {
  Cloud cloud;
  cloud.say("update", R"({"state":{"reported":{"power":"off"}}})");
  EXPECT_EQ(cloud.value("lamp.on"), Value(false));
  EXPECT_FALSE(cloud.value("lamp.power").has_value());
  cloud.hear("$aws/things/meter/shadow/update", R"({"state":{"reported":{"power":1500}}})");
  EXPECT_EQ(cloud.value("meter.power"), Value(1500.0));
}

TEST(AwsShadow, AWordIsNotMadeANumber) {
  Cloud cloud;
  cloud.say("update",
            R"({"state":{"reported":{"soil_moisture":"low","data":{"brightness":"0"}}}})");
  EXPECT_EQ(cloud.value("lamp.raw.soil_moisture"), Value("low"));
  EXPECT_EQ(cloud.value("lamp.raw.data.brightness"), Value("0"));
  EXPECT_THAT(cloud.rejected(), IsEmpty());
}

TEST(AwsShadow, AWishOfSomebodyElseIsHeardAndOurOwnIsNot) {
  Cloud cloud;
  cloud.say("update", R"({"state":{"reported":{"power":"off"}}})");
  cloud.say("update", R"({"state":{"desired":{"power":"on"}},"clientToken":"app"})");
  EXPECT_THAT(cloud.foreign(), ElementsAre("lamp.on=true"));
  const auto sent = cloud.drive("lamp", {{"on", true}});
  ASSERT_THAT(sent, ElementsAre("$aws/things/lamp/shadow/update "
                                R"({"state":{"desired":{"power":"on"}},"clientToken":"attune"})"));
  cloud.say("update", sent[0].substr(sent[0].find(' ') + 1));
  EXPECT_THAT(cloud.foreign(), IsEmpty());
  EXPECT_THAT(cloud.wanted(), IsEmpty());
}

TEST(AwsShadow, ARefusalOfOurWishIsTold) {
  Cloud cloud;
  cloud.say("update/rejected",
            R"({"code":409,"message":"Version conflict","clientToken":"attune"})");
  ASSERT_THAT(cloud.rejected(), ElementsAre("command_rejected"));
  EXPECT_EQ(cloud.decoded.rejections[0].detail, "409 Version conflict");
  cloud.say("update/rejected", R"({"code":409,"message":"Version conflict","clientToken":"app"})");
  EXPECT_THAT(cloud.rejected(), IsEmpty());
}

TEST(AwsShadow, ANamedShadowIsAnEndpoint) {
  Cloud cloud;
  cloud.say("name/upstairs/update", R"({"state":{"reported":{"on":true}}})");
  EXPECT_EQ(cloud.value("lamp.upstairs.on"), Value(true));
  EXPECT_THAT(cloud.drive("lamp", {{"upstairs.on", false}}),
              ElementsAre("$aws/things/lamp/shadow/name/upstairs/update "
                          R"({"state":{"desired":{"on":false}},"clientToken":"attune"})"));
}

TEST(AwsShadow, ANewThingIsAskedOnceForItsWholeShadow) {
  Cloud cloud;
  cloud.say("update", R"({"state":{"reported":{"on":true}}})");
  ASSERT_EQ(cloud.decoded.replies.size(), 1U);
  EXPECT_EQ(cloud.decoded.replies[0].topic, "$aws/things/lamp/shadow/get");
  EXPECT_EQ(cloud.decoded.replies[0].payload, "");
  cloud.say("update", R"({"state":{"reported":{"on":false}}})");
  EXPECT_THAT(cloud.decoded.replies, IsEmpty());
}

TEST(AwsShadow, ItsTopicsAreSubscribedByName) {
  Cloud cloud;
  EXPECT_THAT(cloud.normaliser.subscriptions(), ElementsAre("$aws/things/+/shadow/#"));
}

TEST(AwsShadow, HostileDocumentsAreRefusedWithTheirReason) {
  Cloud cloud;
  cloud.say("update", "{");
  EXPECT_THAT(cloud.rejected(), ElementsAre("json"));
  cloud.say("update", "[1]");
  EXPECT_THAT(cloud.rejected(), ElementsAre("type"));
  cloud.say("update", R"({"state":7,"version":-1})");
  EXPECT_THAT(cloud.decoded.readings, IsEmpty());
  cloud.say("update", R"({"state":{"reported":{"temperature":-8000}}})");
  EXPECT_THAT(cloud.rejected(), ElementsAre("range lamp.temperature"));
  cloud.hear("$aws/things//shadow/update", R"({"state":{}})");
  EXPECT_THAT(cloud.rejected(), ElementsAre("topic"));
}

DevicesFile lamp_file(std::vector<MappedAttribute> mapped) {
  return mapped_file("lamp", "aws_shadow", "lamp", std::move(mapped));
}

std::vector<MappedAttribute> lamp_mapping() {
  return {{"on", "/light/power", "", {{"true", "1"}, {"false", "0"}}, true},
          {"brightness", "/light/level", "", {}, true},
          {"target_temperature", "room/set", "[degF]", {}, true},
          {"temperature", "/t", "[degF]", {}, false}};
}

TEST(AwsShadowMapping, MembersAreReadWhereverTheyStand) {
  Cloud cloud;
  ASSERT_TRUE(cloud.normaliser.configure(lamp_file(lamp_mapping())).ok());
  EXPECT_NE(cloud.catalog.find("lamp")->find("brightness"), nullptr);
  cloud.say("update/accepted",
            R"({"state":{"reported":{"t":70.7,"light":{"power":1,"level":40},"humidity":55}},)"
            R"("version":1})");
  EXPECT_EQ(cloud.value("lamp.on"), Value(true));
  EXPECT_EQ(cloud.value("lamp.brightness"), Value(40.0));
  EXPECT_EQ(cloud.value("lamp.temperature"), Value(21.5));
  EXPECT_EQ(cloud.value("lamp.humidity"), Value(55.0)) << "what says itself needs no mapping";
  cloud.say("name/room/update/accepted", R"({"state":{"reported":{"set":68}},"version":1})");
  EXPECT_EQ(cloud.value("lamp.target_temperature"), Value(20.0));
}

TEST(AwsShadowMapping, ACommandIsADesiredUpdateInTheScaleOfTheWire) {
  Cloud cloud;
  ASSERT_TRUE(cloud.normaliser.configure(lamp_file(lamp_mapping())).ok());
  cloud.say("update/accepted",
            R"({"state":{"reported":{"light":{"power":1,"level":40}}},"version":1})");
  EXPECT_THAT(
      cloud.drive("lamp", {{"on", false}, {"brightness", 70}, {"target_temperature", 20.5}}),
      ElementsAre(R"($aws/things/lamp/shadow/update {"state":{"desired":{"light":{"level":70,)"
                  R"("power":0}}},"clientToken":"attune"})",
                  R"($aws/things/lamp/shadow/name/room/update {"state":{"desired":{"set":68.9}},)"
                  R"("clientToken":"attune"})"));
  cloud.say("name/room/update/accepted", R"({"state":{"reported":{"set":68.9}},"version":1})");
  const AttributeInfo* info = cloud.catalog.find("lamp")->find("target_temperature");
  EXPECT_TRUE(same_on_wire(*info, 20.5, cloud.value("lamp.target_temperature")));
}

TEST(AwsShadowMapping, SomebodyElsesWishIsHeardAsWhatItMeans) {
  Cloud cloud;
  ASSERT_TRUE(cloud.normaliser.configure(lamp_file(lamp_mapping())).ok());
  cloud.say("update", R"({"state":{"desired":{"light":{"level":30}}},"clientToken":"app"})");
  EXPECT_THAT(cloud.foreign(), testing::Contains("lamp.brightness=30"));
}

TEST(AwsShadowMapping, AnotherFileIsAnotherMapping) {
  Cloud cloud;
  ASSERT_TRUE(cloud.normaliser.configure(lamp_file(lamp_mapping())).ok());
  ASSERT_TRUE(
      cloud.normaliser.configure(lamp_file({{"power", "/light/level", "kW", {}, false}})).ok());
  EXPECT_EQ(cloud.catalog.find("lamp")->find("brightness"), nullptr);
  cloud.say("update/accepted", R"({"state":{"reported":{"light":{"level":2}}},"version":1})");
  EXPECT_EQ(cloud.value("lamp.power"), Value(2'000.0));
  ASSERT_TRUE(cloud.normaliser.configure(lamp_file({})).ok());
  EXPECT_EQ(cloud.catalog.find("lamp")->find("power"), nullptr);
}

}  // namespace
}  // namespace attune::devices
