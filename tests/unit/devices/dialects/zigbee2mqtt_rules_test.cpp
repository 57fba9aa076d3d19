#include "devices/dialects/zigbee2mqtt_rules.h"

#include <gtest/gtest.h>

namespace attune::devices::zigbee2mqtt {
namespace {

/// A property that stands alone, is read only and has this kind, name and unit.
Feature feature(char kind, std::string_view name, std::string_view unit = {}) {
  Feature made;
  made.kind = kind;
  made.name = name;
  made.property = name;
  made.unit = unit;
  return made;
}

Feature words(std::string_view name, std::vector<std::string> values) {
  Feature made = feature('e', name);
  made.values = std::move(values);
  return made;
}

/// The canonical attribute, with its endpoint; empty: it stays raw.
std::string name_of(const Feature& made) {
  const std::optional<Bound> bound = bind(made);
  return bound ? bound->binding.attribute : "";
}

/// What a word or truth on the wire means; empty where it means nothing.
std::string meaning(const Feature& made, std::string_view payload) {
  const std::optional<Bound> bound = bind(made);
  if (!bound) return "unnamed";
  json::Reader reader;
  Value value;
  const Take taken = read(bound->binding, *reader.read(payload), value);
  return taken == Take::value ? to_json(value) : std::string(reason(taken));
}

TEST(Zigbee2MqttRules, APhaseIsAnEndpoint) {
  EXPECT_EQ(name_of(feature('n', "power_phase_b", "W")), "b.power");
  EXPECT_EQ(name_of(feature('n', "voltage_l2", "V")), "l2.voltage");
  EXPECT_EQ(name_of(feature('n', "current_X", "A")), "x.current");
  EXPECT_EQ(name_of(feature('n', "energy_tier_2", "kWh")), "tier_2.energy");
  EXPECT_EQ(name_of(feature('n', "power_factor_phase_c")), "c.power_factor");
}

TEST(Zigbee2MqttRules, APlaceIsAnEndpointOnEitherSideOfTheName) {
  EXPECT_EQ(name_of(feature('n', "soil_temperature", "°C")), "soil.temperature");
  EXPECT_EQ(name_of(feature('n', "return_water_temperature", "°C")), "return_water.temperature");
  EXPECT_EQ(name_of(feature('n', "local_temperature_floor", "°C")), "floor.temperature");
  EXPECT_EQ(name_of(feature('n', "temperature_probe", "°C")), "probe.temperature");
  EXPECT_EQ(name_of(feature('n', "outdoor_temperature", "°C")), "outdoor_temperature");
}

TEST(Zigbee2MqttRules, WhatIsNoPlaceIsASetting) {
  for (const char* name : {"max_temperature", "comfort_temperature", "temperature_offset",
                           "open_window_temperature", "temperature_calibration"}) {
    EXPECT_EQ(name_of(feature('n', name, "°C")), "") << name;
  }
}

TEST(Zigbee2MqttRules, APartOfANameNeedsItsUnitAndAReader) {
  EXPECT_EQ(name_of(feature('n', "zone_1_power")), "");
  Feature limit = feature('n', "floor_temperature", "°C");
  limit.settable = true;
  EXPECT_EQ(name_of(limit), "");
  limit.name = limit.property = "external_temperature";
  EXPECT_EQ(name_of(limit), "external.temperature");
}

TEST(Zigbee2MqttRules, ANumberedThingIsAnEndpointUnlessTheDescriptionNamesOne) {
  EXPECT_EQ(name_of(feature('b', "input_3_leak_detect")), "input_3.leak");
  EXPECT_EQ(name_of(feature('b', "zone1_state")), "zone1.on");
  EXPECT_EQ(name_of(feature('b', "smoke_alarm_2")), "2.smoke");
  Feature described = feature('b', "channel_4_battery_low");
  described.endpoint = "20";
  EXPECT_EQ(name_of(described), "20.battery_low");
}

TEST(Zigbee2MqttRules, AUnitOfAnotherKindIsNoName) {
  EXPECT_EQ(name_of(feature('n', "volume", "L")), "");
  EXPECT_EQ(name_of(feature('n', "distance", "kg")), "");
  EXPECT_EQ(name_of(feature('n', "energy", "kVArh")), "");
  EXPECT_EQ(name_of(feature('n', "temperature", "raw unit")), "");
}

TEST(Zigbee2MqttRules, AGarageContactIsClosedWhenTrueWhicheverIsCalledOn) {
  Feature contact = feature('b', "garage_door_contact");
  contact.on = true, contact.off = false;
  EXPECT_EQ(meaning(contact, "true"), "false");
  contact.on = false, contact.off = true;
  EXPECT_EQ(meaning(contact, "true"), "false");
  EXPECT_EQ(meaning(contact, "false"), "true");
}

TEST(Zigbee2MqttRules, AWordOfAWindowOrValveSaysWhichWayItIs) {
  Feature valve = feature('b', "valve");
  valve.on = "CLOSED", valve.off = "OPEN";
  EXPECT_EQ(meaning(valve, R"("OPEN")"), "true");
  const Feature handle = words("handle_position", {"closed", "tilted", "open"});
  EXPECT_EQ(meaning(handle, R"("tilted")"), "true");
  EXPECT_EQ(meaning(handle, R"("closed")"), "false");
  const Feature door = words("door_state", {"open", "closed", "undefined"});
  EXPECT_EQ(meaning(door, R"("undefined")"), "");
  EXPECT_EQ(meaning(door, R"("ajar")"), "type");
}

TEST(Zigbee2MqttRules, PresenceInWordsIsPresenceOnlyIfOneMeansNobody) {
  const Feature state = words("presence_state", {"none", "motion", "stationary"});
  EXPECT_EQ(name_of(state), "occupancy");
  EXPECT_EQ(meaning(state, R"("stationary")"), "true");
  EXPECT_EQ(meaning(state, R"("none")"), "false");
  EXPECT_EQ(name_of(words("motion_state", {"left", "right"})), "");
  EXPECT_EQ(name_of(words("motion_state", {})), "");
}

TEST(Zigbee2MqttRules, AFaultInWordsIsAProblem) {
  const Feature code = words("error_code", {"no_error", "motor_error"});
  EXPECT_EQ(meaning(code, R"("motor_error")"), "true");
  EXPECT_EQ(meaning(code, R"("no_error")"), "false");
  EXPECT_EQ(name_of(words("fault", {"left", "right"})), "");
}

TEST(Zigbee2MqttRules, ABatteryInThreeStepsIsLowAtTheLowest) {
  const Feature state = words("battery_state", {"low", "middle", "high", "USB"});
  EXPECT_EQ(name_of(state), "battery_low");
  EXPECT_EQ(meaning(state, R"("low")"), "true");
  EXPECT_EQ(meaning(state, R"("USB")"), "false");
  EXPECT_EQ(name_of(words("battery_state", {"no_charge", "charging", "charged"})), "charging");
}

TEST(Zigbee2MqttRules, AnEnumerationOfNoneOfOurWordsIsSomethingElse) {
  EXPECT_EQ(name_of(words("moving", {"left", "right"})), "");
  EXPECT_EQ(name_of(words("moving", {"UP", "STOP", "DOWN"})), "movement");
  EXPECT_EQ(name_of(words("power_source", {"usb_a", "usb_c"})), "");
}

TEST(Zigbee2MqttRules, AnAlarmIsASirenOnlyIfItCanBeSounded) {
  Feature alarm = feature('b', "alarm");
  EXPECT_EQ(name_of(alarm), "");
  alarm.settable = true;
  EXPECT_EQ(name_of(alarm), "siren");
}

TEST(Zigbee2MqttRules, APositionThatStandsAloneIsNoRadiatorsValve) {
  Feature position = feature('n', "position", "%");
  EXPECT_EQ(name_of(position), "position");
  position.heats = true;
  EXPECT_EQ(name_of(position), "");
  EXPECT_EQ(name_of(feature('n', "position")), "");
}

TEST(Zigbee2MqttRules, AScaleOfItsOwnIsNoColorTemperature) {
  Feature white = feature('n', "color_temp");
  white.parent = "light";
  white.min = 153, white.max = 500;
  EXPECT_EQ(name_of(white), "color_temp");
  white.min = 0, white.max = 254;
  EXPECT_EQ(name_of(white), "");
}

TEST(Zigbee2MqttRules, BrightnessAndSpeedOfNoLightOrFanAreSettings) {
  EXPECT_EQ(name_of(feature('n', "brightness")), "");
  EXPECT_EQ(name_of(feature('n', "speed")), "");
}

TEST(Zigbee2MqttRules, APropertyOfTheMetersStandardSaysWhatItsVendorDoesNot) {
  Feature meter = feature('n', "IRMS2", "A");
  meter.property = "rms_current_ph_b";
  EXPECT_EQ(name_of(meter), "b.current");
  meter.name = "EAST", meter.property = "current_summ_delivered", meter.unit = "kWh";
  EXPECT_EQ(name_of(meter), "energy");
  meter.name = "CCASN", meter.property = "active_power", meter.unit = "W";
  EXPECT_EQ(name_of(meter), "");
}

}  // namespace
}  // namespace attune::devices::zigbee2mqtt
