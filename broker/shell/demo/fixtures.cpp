#include "broker/shell/demo/fixtures.h"

#include <fmt/format.h>

#include <array>

namespace attune::demo {
namespace {

constexpr std::array kFixtures = {
    Fixture{"hall_motion", Room::hall, Kind::motion},
    Fixture{"hall_lamp", Room::hall, Kind::lamp},
    Fixture{"hall_button", Room::hall, Kind::button},
    Fixture{"front_door", Room::hall, Kind::contact},
    Fixture{"living_motion", Room::living, Kind::motion},
    Fixture{"living_lamp", Room::living, Kind::lamp},
    Fixture{"living_strip", Room::living, Kind::dimmer},
    Fixture{"living_window", Room::living, Kind::contact},
    Fixture{"living_blind", Room::living, Kind::blind},
    Fixture{"living_thermostat", Room::living, Kind::thermostat},
    Fixture{"tv_plug", Room::living, Kind::plug},
    Fixture{"kitchen_motion", Room::kitchen, Kind::motion},
    Fixture{"kitchen_lamp", Room::kitchen, Kind::dimmer},
    Fixture{"kitchen_window", Room::kitchen, Kind::contact},
    Fixture{"kitchen_thermostat", Room::kitchen, Kind::thermostat},
    Fixture{"kitchen_leak", Room::kitchen, Kind::leak},
    Fixture{"kettle_plug", Room::kitchen, Kind::plug},
    Fixture{"bedroom_lamp", Room::bedroom, Kind::lamp},
    Fixture{"bedroom_window", Room::bedroom, Kind::contact},
    Fixture{"bedroom_blind", Room::bedroom, Kind::blind},
    Fixture{"bedroom_thermostat", Room::bedroom, Kind::thermostat},
    Fixture{"bed_button", Room::bedroom, Kind::button},
    Fixture{"bath_motion", Room::bath, Kind::motion},
    Fixture{"bath_lamp", Room::bath, Kind::dimmer},
    Fixture{"bath_window", Room::bath, Kind::contact},
    Fixture{"bath_thermostat", Room::bath, Kind::thermostat},
    Fixture{"bath_leak", Room::bath, Kind::leak},
    Fixture{"bath_climate", Room::bath, Kind::climate},
    Fixture{"office_motion", Room::office, Kind::motion},
    Fixture{"office_lamp", Room::office, Kind::lamp},
    Fixture{"office_window", Room::office, Kind::contact},
    Fixture{"office_thermostat", Room::office, Kind::thermostat},
    Fixture{"desk_plug", Room::office, Kind::plug},
    Fixture{"washer_plug", Room::laundry, Kind::plug},
    Fixture{"laundry_leak", Room::laundry, Kind::leak},
    Fixture{"garden/weather", Room::outside, Kind::weather},
    Fixture{"water/tank", Room::outside, Kind::tank},
    Fixture{"water/pump", Room::outside, Kind::pump},
    Fixture{"water/main_valve", Room::laundry, Kind::valve},
    Fixture{"climate/ac", Room::living, Kind::ac},
    Fixture{"door/bell", Room::hall, Kind::doorbell},
    Fixture{"people/anna", Room::bedroom, Kind::person},
    Fixture{"people/ben", Room::bedroom, Kind::person},
};

// What kinds of device are in Zigbee2MQTT's words.
constexpr std::string_view kSwitchState =
    R"({"type":"binary","name":"state","property":"state","access":7,)"
    R"("value_on":"ON","value_off":"OFF","value_toggle":"TOGGLE"})";
constexpr std::string_view kBrightness =
    R"({"type":"numeric","name":"brightness","property":"brightness","access":7,)"
    R"("value_min":0,"value_max":254})";
constexpr std::string_view kColorTemp =
    R"({"type":"numeric","name":"color_temp","property":"color_temp","access":7,)"
    R"("unit":"mired","value_min":153,"value_max":454})";
constexpr std::string_view kMotion =
    R"({"type":"binary","name":"occupancy","property":"occupancy","access":1,)"
    R"("value_on":true,"value_off":false},)"
    R"({"type":"numeric","name":"illuminance","property":"illuminance","access":1,"unit":"lx"})";
constexpr std::string_view kContact =
    R"({"type":"binary","name":"contact","property":"contact","access":1,)"
    R"("value_on":false,"value_off":true})";
constexpr std::string_view kPower =
    R"({"type":"numeric","name":"power","property":"power","access":1,"unit":"W"})";
constexpr std::string_view kBlind =
    R"({"type":"cover","features":[)"
    R"({"type":"enum","name":"state","property":"state","access":3,)"
    R"("values":["OPEN","CLOSE","STOP"]},)"
    R"({"type":"numeric","name":"position","property":"position","access":7,)"
    R"("unit":"%","value_min":0,"value_max":100}]},)"
    R"({"type":"enum","name":"moving","property":"moving","access":1,)"
    R"("values":["UP","DOWN","STOP"]})";
constexpr std::string_view kThermostat =
    R"({"type":"climate","features":[)"
    R"({"type":"numeric","name":"occupied_heating_setpoint","property":"occupied_heating_setpoint",)"
    R"("access":7,"unit":"°C","value_min":5,"value_max":30,"value_step":0.5},)"
    R"({"type":"numeric","name":"local_temperature","property":"local_temperature",)"
    R"("access":5,"unit":"°C"},)"
    R"({"type":"enum","name":"system_mode","property":"system_mode","access":7,)"
    R"("values":["off","heat"]},)"
    R"({"type":"enum","name":"running_state","property":"running_state","access":5,)"
    R"("values":["idle","heat"]}]})";
constexpr std::string_view kLeak =
    R"({"type":"binary","name":"water_leak","property":"water_leak","access":1,)"
    R"("value_on":true,"value_off":false})";
constexpr std::string_view kButton =
    R"({"type":"enum","name":"action","property":"action","access":1,)"
    R"("values":["single","double","hold"]})";
constexpr std::string_view kClimate =
    R"({"type":"numeric","name":"temperature","property":"temperature","access":1,"unit":"°C"},)"
    R"({"type":"numeric","name":"humidity","property":"humidity","access":1,"unit":"%"})";
constexpr std::string_view kBattery =
    R"(,{"type":"numeric","name":"battery","property":"battery","access":1,"unit":"%",)"
    R"("value_min":0,"value_max":100,"category":"diagnostic"})";
constexpr std::string_view kLinkQuality =
    R"(,{"type":"numeric","name":"linkquality","property":"linkquality","access":1,)"
    R"("unit":"lqi","value_min":0,"value_max":255,"category":"diagnostic"})";

std::string light(std::string_view features) {
  return fmt::format(R"({{"type":"light","features":[{}]}})", features);
}

std::string exposes(Kind kind) {
  switch (kind) {
    case Kind::motion:
      return std::string(kMotion);
    case Kind::contact:
      return std::string(kContact);
    case Kind::lamp:
      return light(fmt::format("{},{},{}", kSwitchState, kBrightness, kColorTemp));
    case Kind::dimmer:
      return light(fmt::format("{},{}", kSwitchState, kBrightness));
    case Kind::plug:
      return fmt::format(R"({{"type":"switch","features":[{}]}},{})", kSwitchState, kPower);
    case Kind::blind:
      return std::string(kBlind);
    case Kind::thermostat:
      return std::string(kThermostat);
    case Kind::leak:
      return std::string(kLeak);
    case Kind::button:
      return std::string(kButton);
    case Kind::climate:
      return std::string(kClimate);
    case Kind::weather:
    case Kind::tank:
    case Kind::pump:
    case Kind::valve:
    case Kind::ac:
    case Kind::doorbell:
    case Kind::person:
      break;
  }
  return {};
}

std::string_view description(Kind kind) {
  switch (kind) {
    case Kind::motion:
      return "Motion and light sensor";
    case Kind::contact:
      return "Door and window contact";
    case Kind::lamp:
      return "White spectrum lamp";
    case Kind::dimmer:
      return "Dimmable lamp";
    case Kind::plug:
      return "Metering plug";
    case Kind::blind:
      return "Blind motor";
    case Kind::thermostat:
      return "Radiator thermostat";
    case Kind::leak:
      return "Water leak sensor";
    case Kind::button:
      return "Button";
    case Kind::climate:
      return "Temperature and humidity sensor";
    case Kind::weather:
    case Kind::tank:
    case Kind::pump:
    case Kind::valve:
    case Kind::ac:
    case Kind::doorbell:
    case Kind::person:
      break;
  }
  return {};
}

bool on_battery(Kind kind) {
  return kind == Kind::motion || kind == Kind::contact || kind == Kind::thermostat ||
         kind == Kind::leak || kind == Kind::button || kind == Kind::climate;
}

std::string bridge_device(const Fixture& fixture, std::size_t number) {
  const bool battery = on_battery(fixture.kind);
  const int model = static_cast<int>(fixture.kind) + 1;
  return fmt::format(
      R"({{"ieee_address":"0x00158d00{0:08x}","type":"{1}","network_address":{2},)"
      R"("supported":true,"disabled":false,"friendly_name":"{3}","manufacturer":"Demo",)"
      R"("model_id":"D-{4}","power_source":"{5}","interview_completed":true,)"
      R"("interviewing":false,"definition":{{"model":"D-{4}","vendor":"Demo",)"
      R"("description":"{6}","supports_ota":false,"options":[],"exposes":[{7}{8}{9}]}}}})",
      number + 1, battery ? "EndDevice" : "Router", 1000 + number, fixture.name, model,
      battery ? "Battery" : "Mains (single phase)", description(fixture.kind),
      exposes(fixture.kind), battery ? kBattery : "", kLinkQuality);
}

}  // namespace

std::span<const Fixture> fixtures() {
  return kFixtures;
}

bool is_zigbee(Kind kind) {
  return kind < Kind::weather;
}

std::string state_topic(const Fixture& fixture) {
  return fmt::format("{}{}", is_zigbee(fixture.kind) ? "zigbee2mqtt/" : "", fixture.name);
}

std::string command_topic(const Fixture& fixture) {
  switch (fixture.kind) {
    case Kind::lamp:
    case Kind::dimmer:
    case Kind::plug:
    case Kind::blind:
    case Kind::thermostat:
    case Kind::pump:
    case Kind::valve:
    case Kind::ac:
      return state_topic(fixture) + "/set";
    case Kind::motion:
    case Kind::contact:
    case Kind::leak:
    case Kind::button:
    case Kind::climate:
    case Kind::weather:
    case Kind::tank:
    case Kind::doorbell:
    case Kind::person:
      break;
  }
  return {};
}

std::string bridge_devices() {
  std::string out =
      R"([{"ieee_address":"0x00124b0000000001","type":"Coordinator","network_address":0,)"
      R"("supported":true,"disabled":false,"friendly_name":"Coordinator","definition":null,)"
      R"("interview_completed":true,"interviewing":false})";
  for (std::size_t i = 0; i < kFixtures.size(); ++i) {
    if (is_zigbee(kFixtures[i].kind)) out += "," + bridge_device(kFixtures[i], i);
  }
  return out + "]";
}

}  // namespace attune::demo
