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

}  // namespace
}  // namespace attune::devices
