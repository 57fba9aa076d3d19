#include "devices/dialects/tasmota_sensors.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "devices/model/letters.h"
#include "devices/vocabulary.h"

namespace attune::devices::tasmota {

namespace {

using json::Kind;
using json::Node;

/// Unit `t`, `p`, `s`: what the message states of temperatures, pressures, speeds.
struct Field {
  std::string_view name, attribute, unit;
};

constexpr Field kFields[] = {
    {"Temperature", "temperature", "t"},
    {"DewPoint", "dew_point", "t"},
    {"Humidity", "humidity", ""},
    {"Pressure", "pressure", "p"},
    {"Illuminance", "illuminance", ""},
    {"Lux", "illuminance", ""},
    {"CarbonDioxide", "co2", ""},
    {"CO2", "co2", ""},
    {"eCO2", "co2", ""},
    {"TVOC", "voc", "[ppb]"},
    {"PM1", "pm1", ""},
    {"PM2.5", "pm25", ""},
    {"PM10", "pm10", ""},
    {"Moisture", "soil_moisture", ""},
    {"Distance", "distance", "cm"},
    {"Weight", "weight", "kg"},
    {"BatteryPercentage", "battery", ""},
    {"BatteryVoltage", "battery_voltage", ""},
    {"WindSpeed", "wind_speed", "s"},
    {"SpeedAvg", "wind_speed", "s"},
    {"WindDirection", "wind_direction", ""},
    {"Noise", "noise", ""},
};

constexpr Field kEnergy[] = {
    {"Power", "power", ""},
    {"ApparentPower", "apparent_power", ""},
    {"ReactivePower", "reactive_power", ""},
    {"Factor", "power_factor", ""},
    {"Voltage", "voltage", ""},
    {"Current", "current", ""},
    {"Frequency", "frequency", ""},
    {"Total", "energy", ""},
    {"Today", "energy_today", ""},
    {"Yesterday", "energy_yesterday", ""},
    {"ExportActive", "energy_returned", ""},
};

constexpr Field kZigbee[] = {
    {"Temperature", "temperature", ""},   {"Humidity", "humidity", ""},
    {"Pressure", "pressure", "hPa"},      {"Illuminance", "illuminance", ""},
    {"BatteryPercentage", "battery", ""}, {"BatteryVoltage", "battery_voltage", ""},
    {"LinkQuality", "link_quality", ""},  {"Occupancy", "occupancy", ""},
    {"RMSVoltage", "voltage", ""},        {"ActivePower", "power", ""},
};

const Field* find(std::span<const Field> fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

std::string_view unit_of(const Field& field, const Units& units) {
  if (field.unit == "t") return units.temperature;
  if (field.unit == "p") return units.pressure;
  if (field.unit == "s") return units.speed;
  return field.unit;
}

using Words = std::pair<std::string_view, std::string_view>;

std::string_view translate(std::span<const Words> words, std::string_view word) {
  const std::string own = lower_case(word);
  const auto found = std::ranges::find(words, own, &Words::first);
  return found == words.end() ? std::string_view{} : found->second;
}

void set_unit(const Node& message, std::string_view key, std::span<const Words> words,
              std::string& unit) {
  const std::string_view word = translate(words, message.text_of(key));
  if (!word.empty()) unit = word;
}

}  // namespace

void read_units(const Node& message, Units& units) {
  static constexpr Words kTemperature[] = {{"c", "Cel"}, {"f", "[degF]"}};
  static constexpr Words kPressure[] = {{"hpa", "hPa"}, {"mmhg", "mm[Hg]"}};
  static constexpr Words kSpeed[] = {
      {"m/s", "m/s"}, {"km/h", "km/h"}, {"kn", "[kn_i]"}, {"mph", "[mi_i]/h"}};
  set_unit(message, "TempUnit", kTemperature, units.temperature);
  set_unit(message, "PressureUnit", kPressure, units.pressure);
  set_unit(message, "SpeedUnit", kSpeed, units.speed);
}

std::optional<Bound> bind_field(std::string_view block, std::string_view field,
                                const Units& units) {
  const std::string property = std::string(block) + "." + std::string(field);
  if (block == "ENERGY") {
    const Field* known = find(kEnergy, field);
    if (known == nullptr) return std::nullopt;
    return bind_canonical(property, known->attribute);
  }
  const Field* known = find(kFields, field);
  if (known == nullptr) {
    // `Temperature2`: the second of an analogue input or of a bus.
    const std::size_t last = field.find_last_not_of("0123456789");
    if (last != std::string_view::npos) known = find(kFields, field.substr(0, last + 1));
  }
  if (known == nullptr) return std::nullopt;
  const bool chip = block == "ESP32" && known->attribute == "temperature";
  return bind_canonical(property, chip ? "device_temperature" : known->attribute,
                        unit_of(*known, units));
}

std::optional<Bound> bind_zigbee(std::string_view field) {
  if (field == "Power") {
    Bound bound = bind_canonical(field, "on");
    bound.binding.on = 1;
    bound.binding.off = 0;
    bound.binding.words = {{"ON", "true"}, {"OFF", "false"}, {"1", "true"}, {"0", "false"}};
    make_writable(bound);
    return bound;
  }
  if (field == "Dimmer") {
    constexpr double kTop = 254;
    Bound bound = bind_canonical(field, "brightness");
    make_writable(bound);
    scale_percent(bound, kTop);
    return bound;
  }
  if (field == "CT") {
    Bound bound = bind_canonical(field, "color_temp");
    bound.binding.shape = Shape::mired;
    make_writable(bound);
    return bound;
  }
  const Field* known = find(kZigbee, field);
  if (known == nullptr) return std::nullopt;
  Bound bound = bind_canonical(field, known->attribute, known->unit);
  if (bound.binding.shape == Shape::boolean) {
    bound.binding.words = {{"1", "true"}, {"0", "false"}, {"true", "true"}, {"false", "false"}};
  }
  return bound;
}

std::string_view hvac_word(std::string_view mode) {
  static constexpr Words kModes[] = {{"off", "off"},          {"auto", "auto"}, {"cool", "cool"},
                                     {"heat", "heat"},        {"dry", "dry"},   {"fan", "fan_only"},
                                     {"fan_only", "fan_only"}};
  return translate(kModes, mode);
}

std::string_view fan_word(std::string_view speed) {
  static constexpr Words kSpeeds[] = {{"auto", "auto"},  {"min", "quiet"},     {"low", "low"},
                                      {"mid", "medium"}, {"medium", "medium"}, {"high", "high"},
                                      {"max", "high"}};
  return translate(kSpeeds, speed);
}

std::string press_word(std::string_view action) {
  const std::string word = lower_case(action);
  return word == "quad" ? "quadruple" : word;
}

}  // namespace attune::devices::tasmota
