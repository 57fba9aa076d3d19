#include "devices/dialects/statestream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/unit/devices/wire.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

DialectConfig statestream_only(const std::string& base = {}) {
  DialectConfig config;
  config.all = false;
  DialectOptions& options = config.chosen["statestream"];
  if (!base.empty()) options.set("base", {base});
  return config;
}

struct Home : Wire {
  explicit Home(const std::string& base = {}) : Wire(statestream_only(base)) {}
};

TEST(Statestream, APersonIsAtHomeOrNot) {
  Home home;
  home.hear("hass/person/jane/state", "home", true);
  EXPECT_EQ(home.value("person_jane.home"), Value(true));
  EXPECT_TRUE(home.catalog.find("person_jane")->has_capability("person"));
  home.hear("hass/person/jane/state", "not_home");
  EXPECT_EQ(home.value("person_jane.home"), Value(false));
}

TEST(Statestream, AnotherZoneIsNotHome) {
  Home home;
  home.hear("hass/device_tracker/phone/state", "School", true);
  EXPECT_EQ(home.value("device_tracker_phone.home"), Value(false));
  EXPECT_EQ(home.value("device_tracker_phone.raw.zone"), Value("School"));
}

TEST(Statestream, TheUnknownSaysNothing) {
  Home home;
  home.hear("hass/person/jane/state", "unknown", true);
  EXPECT_FALSE(home.value("person_jane.home").has_value());
  home.hear("hass/person/jane/state", "unavailable");
  EXPECT_FALSE(home.value("person_jane.home").has_value());
  ASSERT_EQ(home.decoded.availability.size(), 1u);
  EXPECT_EQ(home.decoded.availability[0].availability, Availability::offline);
}

TEST(Statestream, ANameIsJson) {
  Home home;
  home.hear("hass/person/jane/friendly_name", R"("Jane Doe")", true);
  EXPECT_EQ(home.catalog.find("person_jane")->label, "Jane Doe");
  EXPECT_EQ(home.decoded.keep_as, "hass/person/jane/friendly_name");
  home.hear("hass/person/jane/friendly_name", "Jane", true);
  EXPECT_THAT(home.rejected(), ElementsAre("json"));
}

TEST(Statestream, ABaseOfTwoLevelsIsConfigured) {
  Home home("ha/stream");
  EXPECT_THAT(
      home.normaliser.subscriptions(),
      ElementsAre("ha/stream/person/+/state", "ha/stream/person/+/friendly_name",
                  "ha/stream/device_tracker/+/state", "ha/stream/device_tracker/+/friendly_name"));
  home.hear("ha/stream/person/jane/state", "home", true);
  EXPECT_EQ(home.value("person_jane.home"), Value(true));
  home.hear("hass/person/joe/state", "home", true);
  EXPECT_THAT(home.rejected(), ElementsAre("topic"));
}

TEST(Statestream, NobodyIsSentHome) {
  Home home;
  home.hear("hass/person/jane/state", "home", true);
  EXPECT_THAT(home.drive("person_jane", {{"home", false}}), IsEmpty());
}

TEST(Statestream, WhatMeansHarmIsRefused) {
  Home home;
  home.hear("hass/person/jane/state", std::string(1 << 20, 'x'));
  EXPECT_THAT(home.rejected(), ElementsAre("size"));
  home.hear("hass/person/jane/state", "\xff");
  EXPECT_THAT(home.rejected(), ElementsAre("size"));
  EXPECT_TRUE(home.catalog.devices().empty());
}

}  // namespace
}  // namespace attune::devices
