#include "devices/dialects/owntracks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr const char* kPhone = "owntracks/jane/phone";

DialectConfig owntracks_only(std::vector<std::string> homes = {}) {
  DialectConfig config;
  config.all = false;
  DialectOptions& options = config.chosen["owntracks"];
  if (!homes.empty()) options.set("home", std::move(homes));
  return config;
}

struct Home : Wire {
  explicit Home(std::vector<std::string> homes = {}) : Wire(owntracks_only(std::move(homes))) {}
  /// The phone is in these regions at that second; `more` is more of the message.
  const Decoded& at(const std::string& regions, int seconds, const std::string& more = {}) {
    const std::string in = regions.empty() ? "" : R"("inregions":[)" + regions + "],";
    return hear(kPhone, R"({"_type":"location","lat":52.1,"lon":13.2,)" + in + more + R"("tst":)" +
                            std::to_string(seconds) + "}");
  }
};

TEST(OwnTracks, InTheRegionCalledHomeIsHome) {
  Home home;
  home.at("\"Home\"", 100, R"("batt":81,"bs":2,)");
  EXPECT_EQ(home.value("jane_phone.home"), Value(true));
  EXPECT_EQ(home.value("jane_phone.battery"), Value(81.0));
  EXPECT_EQ(home.value("jane_phone.charging"), Value(true));
  EXPECT_TRUE(home.catalog.find("jane_phone")->has_capability("person"));
  home.at("", 200);
  EXPECT_EQ(home.value("jane_phone.home"), Value(false));
}

TEST(OwnTracks, WithoutARegionCalledHomeNothingIsKnown) {
  Home home;
  home.at("", 100);
  EXPECT_FALSE(home.value("jane_phone.home").has_value());
  home.at("\"Work\"", 200);
  EXPECT_EQ(home.value("jane_phone.home"), Value(false));
}

TEST(OwnTracks, HomeHasTheNamesThatTheConfigurationGives) {
  Home home({"Zuhause", "Cabin"});
  home.at("\"zuhause\"", 100);
  EXPECT_EQ(home.value("jane_phone.home"), Value(true));
  home.at("\"Home\"", 200);
  EXPECT_EQ(home.value("jane_phone.home"), Value(false));
}

TEST(OwnTracks, ATransitionSaysItAtOnce) {
  Home home;
  home.hear("owntracks/jane/phone/event",
            R"({"_type":"transition","event":"leave","desc":"Home","tst":300})");
  EXPECT_EQ(home.value("jane_phone.home"), Value(false));
  home.hear("owntracks/jane/phone/event",
            R"({"_type":"transition","event":"enter","desc":"Work","tst":400})");
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  home.hear("owntracks/jane/phone/event",
            R"({"_type":"transition","event":"enter","desc":"home","tst":500})");
  EXPECT_EQ(home.value("jane_phone.home"), Value(true));
}

TEST(OwnTracks, APlaceOfThePastIsHistory) {
  Home home;
  home.at("\"Home\"", 500);
  home.at("", 400);
  EXPECT_THAT(home.decoded.readings, IsEmpty());
  EXPECT_THAT(home.texts(home.decoded.historical), ElementsAre("jane_phone.home=false"));
}

TEST(OwnTracks, AClockFarAheadDoesNotStopTheRest) {
  Home home;
  Decoded out;
  const Instant now{std::chrono::seconds(1'000'000), Millis(0)};
  const auto say = [&](const char* payload) {
    out.clear();
    home.normaliser.decode({kPhone, payload, false, now}, out);
    return home.texts(out.readings);
  };
  say(R"({"_type":"location","inregions":["home"],"tst":9000000})");
  EXPECT_THAT(say(R"({"_type":"location","inregions":["work"],"tst":1000000})"),
              ElementsAre("jane_phone.home=false", "jane_phone.raw.regions=work"));
}

TEST(OwnTracks, ALostConnectionIsSleepAndNoPlace) {
  Home home;
  home.at("\"Home\"", 100);
  home.hear(kPhone, R"({"_type":"lwt","tst":50})", true);
  ASSERT_EQ(home.decoded.availability.size(), 1u);
  EXPECT_EQ(home.decoded.availability[0].availability, Availability::sleeping);
  EXPECT_THAT(home.decoded.readings, IsEmpty());
}

TEST(OwnTracks, WhatTheNextStartNeedsIsKept) {
  Home home;
  home.at("\"Home\"", 100);
  EXPECT_EQ(home.decoded.keep_as, kPhone);
  home.at("\"Home\"", 101);
  EXPECT_TRUE(home.decoded.keep_as.empty());
}

TEST(OwnTracks, CoordinatesAreNotKept) {
  Home home;
  home.at("\"Home\"", 100);
  EXPECT_FALSE(home.value("jane_phone.raw.lat").has_value());
}

TEST(OwnTracks, ACardNamesThePhone) {
  Home home;
  home.hear("owntracks/jane/phone/info", R"({"_type":"card","name":"Jane"})", true);
  EXPECT_EQ(home.catalog.find("jane_phone")->label, "Jane");
}

TEST(OwnTracks, WhatIsEncryptedIsRefusedAloud) {
  Home home;
  home.hear(kPhone, R"({"_type":"encrypted","data":"abc"})");
  EXPECT_THAT(home.rejected(), ElementsAre("type"));
}

TEST(OwnTracks, NobodyIsSentHome) {
  Home home;
  home.at("\"Home\"", 100);
  EXPECT_FALSE(home.catalog.find("jane_phone")->find("home")->writable);
  EXPECT_THAT(home.drive("jane_phone", {{"home", true}}), IsEmpty());
}

TEST(OwnTracks, WhatMeansHarmIsRefused) {
  Home home;
  home.hear(kPhone, "{");
  EXPECT_THAT(home.rejected(), ElementsAre("json"));
  home.at("\"Home\"", 100, R"("batt":-1,"bs":7,)");
  EXPECT_THAT(home.rejected(), ElementsAre("range jane_phone.battery", "type jane_phone.charging"));
  home.hear("owntracks/jane/phone/cmd", R"({"_type":"cmd","action":"dump"})");
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
}

}  // namespace
}  // namespace attune::devices
