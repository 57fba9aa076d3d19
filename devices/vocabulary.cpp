#include "devices/vocabulary.h"

#include <algorithm>
#include <array>
#include <span>

namespace attune::devices {

namespace {

constexpr auto kBool = ValueType::boolean;
constexpr auto kInteger = ValueType::integer;
constexpr auto kNumber = ValueType::number;
constexpr auto kEnum = ValueType::enumeration;
constexpr auto kText = ValueType::text;
constexpr auto kNumbers = ValueType::numbers;
constexpr auto kEvent = ValueType::event;
constexpr auto kTime = ValueType::timestamp;

/// Ascending by name. Columns: name, type, unit, range, values, open, writable.
constexpr Word kWords[] = {
    {"active_power_source", kEnum, "", {}, "mains|battery", false, false},
    {"activity", kEnum, "", {}, "cleaning|docked|paused|idle|returning|error|mowing", false, true},
    {"alarm_state",
     kEnum,
     "",
     {},
     "disarmed|armed_home|armed_away|armed_night|armed_vacation|armed_custom|arming|disarming|"
     "pending|triggered",
     false,
     true},
    {"apparent_power", kNumber, "V.A", Range{-200000, 200000}},
    {"away_temperature", kNumber, "Cel", Range{-30, 100}, "", false, true},
    {"battery", kNumber, "%", Range{0, 100}},
    {"battery_low", kBool},
    {"battery_voltage", kNumber, "V", Range{0, 100}},
    {"brightness", kNumber, "%", Range{0, 100}, "", false, true},
    {"charge_current", kNumber, "A", Range{0, 80}, "", false, true},
    {"charging", kBool},
    {"child_lock", kBool, "", {}, "", false, true},
    {"co", kNumber, "[ppm]", Range{0, 10000}},
    {"co2", kNumber, "[ppm]", Range{0, 40000}},
    {"co_alarm", kBool},
    {"color_hs", kNumbers, "deg,%", {}, "", false, true},
    {"color_mode",
     kEnum,
     "",
     {},
     "on|brightness|color_temp|xy|hs|rgb|rgbw|rgbww|white",
     false,
     false},
    {"color_rgb", kText, "", {}, "", false, true},
    {"color_temp", kInteger, "K", Range{1000, 12000}, "", false, true},
    {"color_xy", kNumbers, "1", Range{0, 1}, "", false, true},
    {"cooling_demand", kNumber, "%", Range{0, 100}},
    {"current", kNumber, "A", Range{-1000, 1000}},
    {"device_temperature", kNumber, "Cel", Range{-60, 200}},
    {"dew_point", kNumber, "Cel", Range{-60, 100}},
    {"distance", kNumber, "m", Range{0, 1000}},
    {"effect", kText, "", {}, "", false, true},
    {"energy", kNumber, "kW.h", Range{0, 1e9}},
    {"energy_month", kNumber, "kW.h", Range{0, 1e6}},
    {"energy_returned", kNumber, "kW.h", Range{0, 1e9}},
    {"energy_today", kNumber, "kW.h", Range{0, 100000}},
    {"energy_yesterday", kNumber, "kW.h", Range{0, 100000}},
    {"event", kEvent, "", {}, "single|double|triple|quadruple|hold|release|press", true, false},
    {"fan_direction", kEnum, "", {}, "forward|reverse", false, true},
    {"fan_mode",
     kEnum,
     "",
     {},
     "off|auto|on|low|low_medium|medium|medium_high|high|quiet|smart|focus|diffuse",
     true,
     true},
    {"fan_speed", kNumber, "%", Range{0, 100}, "", false, true},
    {"fill", kNumber, "%", Range{0, 100}},
    {"flow", kNumber, "m3/h", Range{0, 1000}},
    {"formaldehyde", kNumber, "mg/m3", Range{0, 50}},
    {"frequency", kNumber, "Hz", Range{0, 500}},
    {"gas", kBool},
    {"gas_concentration", kNumber, "[ppm]", Range{0, 65000}},
    {"gas_volume", kNumber, "m3", Range{0, 1e9}},
    {"heating_demand", kNumber, "%", Range{0, 100}},
    {"home", kBool},
    {"humidity", kNumber, "%", Range{0, 100}},
    {"hvac_action",
     kEnum,
     "",
     {},
     "off|idle|heating|cooling|drying|fan|preheating|defrosting|humidifying",
     false,
     false},
    {"hvac_mode",
     kEnum,
     "",
     {},
     "off|auto|heat|cool|heat_cool|dry|fan_only|emergency_heat|sleep|precool|eco|normal|boost",
     false,
     true},
    {"illuminance", kNumber, "lx", Range{0, 200000}},
    {"input", kBool},
    {"irradiance", kNumber, "W/m2", Range{0, 2000}},
    {"last_seen", kTime},
    {"leak", kBool},
    {"link_quality", kNumber, "1", Range{0, 255}},
    {"lock_state", kEnum, "", {}, "locked|unlocked|locking|unlocking|jammed|open", false, true},
    {"movement", kEnum, "", {}, "opening|closing|stopped", false, false},
    {"muted", kBool, "", {}, "", false, true},
    {"noise", kNumber, "dB", Range{0, 200}},
    {"occupancy", kBool},
    {"on", kBool, "", {}, "", false, true},
    {"open", kBool, "", {}, "", false, true},
    {"oscillating", kBool, "", {}, "", false, true},
    {"outdoor_temperature", kNumber, "Cel", Range{-60, 80}},
    {"overload", kBool},
    {"playback", kEnum, "", {}, "playing|paused|stopped|idle|buffering", false, true},
    {"plugged", kBool},
    {"pm1", kNumber, "ug/m3", Range{0, 2000}},
    {"pm10", kNumber, "ug/m3", Range{0, 2000}},
    {"pm25", kNumber, "ug/m3", Range{0, 2000}},
    {"position", kNumber, "%", Range{0, 100}, "", false, true},
    {"power", kNumber, "W", Range{-200000, 200000}},
    {"power_factor", kNumber, "1", Range{-1, 1}},
    {"preset", kText, "", {}, "", false, true},
    {"pressure", kNumber, "hPa", Range{300, 1200}},
    {"price", kNumber, "1/kW.h", Range{-100, 100}},
    {"problem", kBool},
    {"rain", kBool},
    {"rain_total", kNumber, "mm", Range{0, 1e6}},
    {"reactive_power", kNumber, "var", Range{-200000, 200000}},
    {"rssi", kNumber, "dBm", Range{-150, 0}},
    {"siren", kBool, "", {}, "", false, true},
    {"smoke", kBool},
    {"soil_moisture", kNumber, "%", Range{0, 100}},
    {"swing_mode", kText, "", {}, "", false, true},
    {"tamper", kBool},
    {"target_humidity", kNumber, "%", Range{0, 100}, "", false, true},
    {"target_temperature", kNumber, "Cel", Range{-30, 100}, "", false, true},
    {"target_temperature_high", kNumber, "Cel", Range{-30, 100}, "", false, true},
    {"target_temperature_low", kNumber, "Cel", Range{-30, 100}, "", false, true},
    {"temperature", kNumber, "Cel", Range{-60, 150}},
    {"tilt", kNumber, "%", Range{0, 100}, "", false, true},
    {"uptime", kNumber, "s", {}},
    {"vibration", kBool},
    {"voc", kNumber, "[ppb]", Range{0, 65000}},
    {"voc_density", kNumber, "ug/m3", Range{0, 65000}},
    {"voc_index", kNumber, "1", Range{0, 500}},
    {"voltage", kNumber, "V", Range{0, 1000}},
    {"volume", kNumber, "%", Range{0, 100}, "", false, true},
    {"water_volume", kNumber, "m3", Range{0, 1e9}},
    {"weight", kNumber, "kg", Range{0, 100000}},
    {"wind_direction", kNumber, "deg", Range{0, 360}},
    {"wind_gust", kNumber, "m/s", Range{0, 150}},
    {"wind_speed", kNumber, "m/s", Range{0, 120}},
    {"window_open", kBool},
};

/// In the order in which a device lists them.
constexpr Capability kCapabilities[] = {
    {"light", "on|brightness|color_temp|color_xy|color_hs|color_rgb|color_mode|effect"},
    {"switch", "on"},
    {"cover", "position|tilt|movement"},
    {"valve", "open|position|flow|movement"},
    {"climate",
     "hvac_mode|hvac_action|temperature|target_temperature|target_temperature_low|"
     "target_temperature_high|away_temperature|target_humidity|fan_mode|swing_mode|preset|"
     "heating_demand|cooling_demand|window_open"},
    {"humidifier", "on|target_humidity|humidity|hvac_mode|hvac_action"},
    {"fan", "on|fan_speed|fan_mode|fan_direction|oscillating"},
    {"lock", "lock_state|child_lock"},
    {"alarm_panel", "alarm_state"},
    {"siren", "siren|volume"},
    {"media", "playback|volume|muted"},
    {"cleaner", "activity"},
    {"person", "home"},
    {"weather", "rain|rain_total|wind_speed|wind_gust|irradiance"},
    {"charger", "on|charge_current|plugged|power|energy"},
    {"tariff", "price"},
    {"tank", "fill"},
    {"button", "event"},
    {"occupancy", "occupancy"},
    {"contact", "open"},
    {"leak", "leak"},
    {"smoke", "smoke"},
    {"co_alarm", "co_alarm"},
    {"gas", "gas"},
    {"vibration", "vibration"},
    {"tamper", "tamper"},
    {"problem", "problem"},
    {"climate_sensor",
     "temperature|humidity|pressure|dew_point|soil_moisture|outdoor_temperature|illuminance|noise|"
     "wind_speed|wind_direction"},
    {"air_quality",
     "co2|co|voc|voc_density|voc_index|pm1|pm25|pm10|formaldehyde|gas_concentration"},
    {"power_meter",
     "power|apparent_power|reactive_power|power_factor|voltage|current|frequency|energy|"
     "energy_returned|energy_today|energy_yesterday|energy_month|gas_volume|water_volume"},
    {"battery", "battery|battery_low|battery_voltage|charging|active_power_source"},
    {"diagnostics",
     "device_temperature|link_quality|rssi|uptime|last_seen|overload|input|distance|weight"},
};

/// One attribute that proves a capability; `writable` when only a writable one does.
struct Evidence {
  std::string_view attributes;
  std::string_view capability;
  bool writable = false;
};
constexpr Evidence kEvidence[] = {
    {"brightness|color_temp|color_xy|color_hs|color_rgb", "light", true},
    {"position|tilt", "cover", true},
    {"hvac_mode|target_temperature|target_temperature_low|target_temperature_high", "climate",
     true},
    {"fan_speed|fan_direction|oscillating", "fan", true},
    {"lock_state", "lock"},
    {"alarm_state", "alarm_panel"},
    {"siren", "siren", true},
    {"playback", "media"},
    {"activity", "cleaner"},
    {"home", "person"},
    {"rain|rain_total|wind_gust|irradiance", "weather"},
    {"charge_current|plugged", "charger"},
    {"price", "tariff"},
    {"fill", "tank"},
    {"event", "button"},
    {"occupancy", "occupancy"},
    {"leak", "leak"},
    {"smoke", "smoke"},
    {"co_alarm", "co_alarm"},
    {"gas", "gas"},
    {"vibration", "vibration"},
    {"tamper", "tamper"},
    {"problem", "problem"},
    {"temperature|humidity|pressure|dew_point|soil_moisture|outdoor_temperature|illuminance|noise|"
     "wind_speed|wind_direction",
     "climate_sensor"},
    {"co2|co|voc|voc_density|voc_index|pm1|pm25|pm10|formaldehyde|gas_concentration",
     "air_quality"},
    {"power|apparent_power|energy|energy_returned|gas_volume|water_volume", "power_meter"},
    {"battery|battery_low", "battery"},
};

const Capability* find_capability(std::string_view name) {
  const auto found = std::ranges::find(kCapabilities, name, &Capability::name);
  return found == std::end(kCapabilities) ? nullptr : &*found;
}

bool shows(const std::vector<AttributeInfo>& attributes, const Evidence& evidence) {
  return std::ranges::any_of(attributes, [&](const AttributeInfo& a) {
    return (a.writable || !evidence.writable) &&
           has_word(evidence.attributes, canonical_part(a.name));
  });
}

bool is_service_prefix(std::string_view first) {
  return first == "raw" || first == "config" || first == "diag";
}

}  // namespace

std::span<const Word> vocabulary() {
  return kWords;
}

std::span<const Capability> capabilities() {
  return kCapabilities;
}

bool is_user_attribute(std::string_view name) {
  constexpr std::size_t kNameBytesMax = 64;
  return name.size() > 2 && name.size() <= kNameBytesMax && name.starts_with("x_") &&
         std::ranges::all_of(name, [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
         });
}

const Word* find_word(std::string_view name) {
  const auto found = std::ranges::lower_bound(kWords, name, {}, &Word::name);
  return found == std::end(kWords) || found->name != name ? nullptr : &*found;
}

std::string_view canonical_part(std::string_view attribute) {
  const std::size_t dot = attribute.rfind('.');
  if (dot == std::string_view::npos) return attribute;
  if (is_service_prefix(attribute.substr(0, attribute.find('.')))) return {};
  return attribute.substr(dot + 1);
}

std::string_view endpoint_part(std::string_view attribute) {
  const std::size_t dot = attribute.rfind('.');
  if (dot == std::string_view::npos || canonical_part(attribute).empty()) return {};
  return attribute.substr(0, dot);
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t bar = std::min(words.find('|'), words.size());
    if (words.substr(0, bar) == word) return true;
    words.remove_prefix(std::min(bar + 1, words.size()));
  }
  return false;
}

std::vector<std::string> split_words(std::string_view words) {
  std::vector<std::string> parts;
  while (!words.empty()) {
    const std::size_t bar = std::min(words.find('|'), words.size());
    parts.emplace_back(words.substr(0, bar));
    words.remove_prefix(std::min(bar + 1, words.size()));
  }
  return parts;
}

const std::map<std::string, ValueType, std::less<>>& vocabulary_types() {
  static const auto types = [] {
    std::map<std::string, ValueType, std::less<>> all;
    for (const Word& word : kWords) all.emplace(word.name, word.type);
    return all;
  }();
  return types;
}

AttributeInfo attribute_of(const Word& word, std::string_view name, bool writable) {
  AttributeInfo info;
  info.name = name;
  info.type = word.type;
  info.unit = word.unit;
  info.range = word.range;
  if (!word.open) info.values = split_words(word.values);
  info.writable = writable && word.writable;
  return info;
}

AttributeInfo canonical_attribute(std::string_view name, bool writable) {
  if (const Word* word = find_word(canonical_part(name)))
    return attribute_of(*word, name, writable);
  AttributeInfo info;
  info.name = name;
  return info;
}

std::vector<AttributeInfo> attributes_of_capability(std::string_view capability) {
  std::vector<AttributeInfo> attributes;
  const Capability* found = find_capability(capability);
  if (found == nullptr) return attributes;
  for (const std::string& name : split_words(found->attributes)) {
    attributes.push_back(canonical_attribute(name, capability != "contact"));
  }
  std::ranges::sort(attributes, {}, &AttributeInfo::name);
  return attributes;
}

bool is_capability(std::string_view word) {
  return find_capability(word) != nullptr;
}

std::vector<std::string> capabilities_of(const std::vector<AttributeInfo>& attributes,
                                         std::vector<std::string> known) {
  const auto has = [&](std::string_view word) {
    return std::ranges::find(known, word) != known.end();
  };
  const auto has_any = [&](std::initializer_list<std::string_view> words) {
    return std::ranges::any_of(words, has);
  };
  const bool was_light = has("light");
  for (const Evidence& evidence : kEvidence) {
    if (!has(evidence.capability) && shows(attributes, evidence)) {
      known.emplace_back(evidence.capability);
    }
  }
  if (!was_light && has("light")) std::erase(known, "switch");
  if (shows(attributes, {"on", "", true}) &&
      !has_any({"light", "switch", "fan", "humidifier", "charger"})) {
    known.emplace_back("switch");
  }
  if (shows(attributes, {"open", ""}) && !has_any({"cover", "valve", "contact"})) {
    known.emplace_back(shows(attributes, {"open", "", true}) ? "valve" : "contact");
  }
  return known;
}

std::optional<EndOfClaims> end_of_claims(const DeviceInfo& device, std::string_view attribute) {
  struct Row {
    std::string_view capability;
    EndOfClaims end;
  };
  // Ascending harm of a wrong guess: the first capability that owns the attribute decides.
  static constexpr Row kRows[] = {
      {"valve", EndOfClaims::off},       {"siren", EndOfClaims::off},
      {"lock", EndOfClaims::leave},      {"cover", EndOfClaims::leave},
      {"media", EndOfClaims::leave},     {"light", EndOfClaims::restore},
      {"climate", EndOfClaims::restore}, {"humidifier", EndOfClaims::restore},
      {"fan", EndOfClaims::restore},     {"switch", EndOfClaims::restore},
      {"charger", EndOfClaims::restore},
  };
  const std::string_view name = canonical_part(attribute);
  if (name.empty()) return std::nullopt;
  if (name == "siren") return EndOfClaims::off;
  for (const Row& row : kRows) {
    if (!device.has_capability(row.capability)) continue;
    if (row.capability == "siren" && name == "volume") continue;
    if (has_word(find_capability(row.capability)->attributes, name)) return row.end;
    if (row.capability == "cover" && name == "open") return row.end;
  }
  return std::nullopt;
}

}  // namespace attune::devices
