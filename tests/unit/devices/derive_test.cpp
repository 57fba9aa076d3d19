#include "devices/derive.h"

#include <gtest/gtest.h>

#include "devices/vocabulary.h"

namespace attune::devices {
namespace {

/// What a device with this capability derives from these values.
Derived derived(const std::string& capability, const std::map<std::string, Value>& values,
                const Derived& before = {}) {
  DeviceInfo device;
  device.capabilities = {capability};
  device.attributes = attributes_of_capability(capability);
  return derive(
      device,
      [&](std::string_view name) -> const Value& {
        static const Value kNone;
        const auto found = values.find(std::string(name));
        return found == values.end() ? kNone : found->second;
      },
      before);
}

Derived is(const char* state, const char* level = "") {
  return {state, level};
}

TEST(Derive, FoundingExamplesHold) {
  EXPECT_EQ(derived("light", {{"on", true}, {"brightness", 70.0}}), is("active", "medium"));
  EXPECT_EQ(derived("climate", {{"hvac_mode", "cool"}, {"target_temperature", 24.0}}),
            is("active", "cooling"));
  EXPECT_EQ(derived("cover", {{"position", 30.0}}), is("partially_open", "low"));
}

TEST(Derive, ALampThatIsOffIsOffHoweverBright) {
  EXPECT_EQ(derived("light", {{"on", false}, {"brightness", 54.7}}), is("idle", "off"));
}

TEST(Derive, CoverEndsAreExact) {
  EXPECT_EQ(derived("cover", {{"position", 0.0}}), is("closed", "off"));
  EXPECT_EQ(derived("cover", {{"position", 100.0}}), is("open", "high"));
  EXPECT_EQ(derived("cover", {{"position", 99.9}}).state, "partially_open");
  EXPECT_EQ(derived("valve", {{"open", true}}), is("open"));
}

TEST(Derive, ClimateDoesWhatItsActionSays) {
  EXPECT_EQ(derived("climate", {{"hvac_mode", "heat"}, {"hvac_action", "idle"}}).state, "idle");
  EXPECT_EQ(derived("climate", {{"hvac_mode", "auto"}, {"hvac_action", "heating"}}),
            is("active", "heating"));
  EXPECT_EQ(derived("climate", {{"hvac_mode", "off"}}), is("idle", "off"));
  EXPECT_EQ(derived("climate", {{"hvac_mode", "fan_only"}}), is("active", "fan"));
  EXPECT_EQ(derived("climate", {{"hvac_mode", "dry"}}), is("active", "drying"));
}

TEST(Derive, ATurningLockKeepsItsLastState) {
  EXPECT_EQ(derived("lock", {{"lock_state", "locking"}}, is("unlocked")), is("unlocked"));
  EXPECT_EQ(derived("lock", {{"lock_state", "open"}}), is("unlocked"));
  EXPECT_EQ(derived("lock", {{"lock_state", "jammed"}}), is("jammed"));
}

TEST(Derive, SensorsSayWhatTheySense) {
  EXPECT_EQ(derived("contact", {{"open", true}}), is("open"));
  EXPECT_EQ(derived("contact", {{"open", false}}), is("closed"));
  EXPECT_EQ(derived("leak", {{"leak", true}}), is("alarm"));
  EXPECT_EQ(derived("occupancy", {{"occupancy", false}}), is("idle"));
  EXPECT_EQ(derived("alarm_panel", {{"alarm_state", "armed_night"}}), is("armed", "night"));
  EXPECT_EQ(derived("alarm_panel", {{"alarm_state", "triggered"}}), is("alarm"));
  EXPECT_EQ(derived("cleaner", {{"activity", "error"}}), is("fault"));
  EXPECT_EQ(derived("media", {{"playback", "playing"}}), is("active"));
  EXPECT_EQ(derived("fan", {{"on", true}, {"fan_speed", 33.3}}), is("active", "low"));
}

TEST(Derive, AThermometerHasNoState) {
  EXPECT_EQ(derived("climate_sensor", {{"temperature", 21.0}}), is(""));
}

TEST(Derive, WhatWasNeverReportedIsUnknown) {
  EXPECT_EQ(derived("light", {}), is("unknown"));
}

TEST(Derive, TheFirstCapabilityThatKnowsDecides) {
  DeviceInfo device;
  device.capabilities = {"switch", "cover"};
  device.attributes = {canonical_attribute("on", true), canonical_attribute("position", true)};
  std::map<std::string, Value> values{{"on", true}};
  const auto read = [&](std::string_view name) -> const Value& {
    return values[std::string(name)];
  };
  EXPECT_EQ(derive(device, read, {}).state, "active");
  values["position"] = 0.0;
  EXPECT_EQ(derive(device, read, {}).state, "closed");
}

TEST(Derive, TheOnlyEndpointSpeaksForItsDevice) {
  DeviceInfo device;
  device.capabilities = {"switch"};
  device.attributes = {canonical_attribute("l1.on", true)};
  const Value on = true;
  const auto read = [&](std::string_view) -> const Value& { return on; };
  EXPECT_EQ(derive(device, read, {}).state, "active");
  device.attributes.push_back(canonical_attribute("l2.on", true));
  EXPECT_EQ(derive(device, read, {}).state, "");
}

TEST(Derive, BandsRememberWhereTheyWere) {
  EXPECT_EQ(derived("light", {{"on", true}, {"brightness", 75.5}}, is("active", "medium")).level,
            "medium");
}

TEST(Derive, ADeviceWithItsOwnCutsHasItsOwnLevels) {
  DeviceInfo lamp;
  lamp.capabilities = {"light"};
  lamp.attributes = attributes_of_capability("light");
  const Value on = true;
  const Value brightness = 70.0;
  const std::vector<Cut> cuts = {{"off", 0}, {"dim", 30}, {"bright", 100}};
  const auto value = [&](std::string_view name) -> const Value& {
    return name == "on" ? on : brightness;
  };
  EXPECT_EQ(derive(lamp, value, {}, cuts), is("active", "bright"));
  EXPECT_EQ(derive(lamp, value, {}), is("active", "medium"));
}

}  // namespace
}  // namespace attune::devices
