#include "devices/dialects/zigbee2mqtt_names.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::zigbee2mqtt {

namespace {

/// How a rule differs from "the same word in another unit".
enum class Twist : std::uint8_t {
  none,
  percent,  ///< 0..value_max is 0..100 %
  whole,    ///< commands are whole percent
  mired,
  phases,   ///< `_a`, `_phase_a`, `_l1`, `_total` name an endpoint
  prefix,   ///< `soil_` names an endpoint
  opened,   ///< a word of a door or window
  lockout,  ///< anything but unlocked is locked
  command,  ///< a cover's OPEN, CLOSE, STOP
};

struct Rule {
  std::string_view parents;  ///< divided by '|'; '-' stands alone
  std::string_view names;
  std::string_view kinds;
  std::string_view units;  ///< that tell this rule from the next; empty: any that converts
  std::string_view canonical;
  Twist twist = Twist::none;
};

/// The first that matches wins.
constexpr Rule kRules[] = {
    {"light|switch|fan|-", "state", "b", "", "on"},
    {"light|-", "brightness", "n", "", "brightness", Twist::percent},
    {"light|-", "color_temp", "n", "mired", "color_temp", Twist::mired},
    {"light|-", "color_xy", "c", "", "color_xy"},
    {"light|-", "color_hs", "c", "", "color_hs"},
    {"-", "color_mode", "e", "", "color_mode"},
    {"-", "effect", "e", "", "effect"},
    {"cover", "state", "e", "", "open", Twist::command},
    {"cover|-", "position|current_position", "n", "%", "position", Twist::whole},
    {"cover|-", "tilt", "n", "%", "tilt", Twist::whole},
    {"-", "moving|motor_state", "e", "", "movement"},
    {"climate|-", "local_temperature|current_temperature", "n", "", "temperature"},
    {"climate|-", "occupied_heating_setpoint|current_heating_setpoint|target_temperature", "n", "",
     "target_temperature"},
    {"climate|-", "occupied_cooling_setpoint", "n", "", "target_temperature_high"},
    {"climate|-", "unoccupied_heating_setpoint|unoccupied_cooling_setpoint", "n", "",
     "away_temperature"},
    {"climate|-", "system_mode", "e", "", "hvac_mode"},
    {"climate|-", "running_state", "e", "", "hvac_action"},
    {"climate", "preset", "e", "", "preset"},
    {"climate|fan|-", "fan_mode", "e", "", "fan_mode"},
    {"fan", "mode", "e", "", "fan_mode"},
    {"fan|-", "speed|fan_speed_percent", "n", "", "fan_speed", Twist::percent},
    {"climate|-", "swing_mode", "e", "", "swing_mode"},
    {"climate|-", "pi_heating_demand|valve_position|valve_opening_degree", "n", "%",
     "heating_demand"},
    {"climate|-", "pi_cooling_demand", "n", "%", "cooling_demand"},
    {"lock", "lock_state", "e", "", "lock_state"},
    {"lock", "state", "b", "", "lock_state"},
    {"-", "child_lock", "b", "", "child_lock"},
    {"-", "keypad_lockout", "e", "", "child_lock", Twist::lockout},
    {"-", "action", "e", "", "event"},
    {"-", "occupancy|presence|motion|pir", "b", "", "occupancy"},
    {"-", "contact", "b", "", "open"},
    {"-", "door_state|window_state|opening", "be", "", "open", Twist::opened},
    {"-", "water_leak|rain|leak", "b", "", "leak"},
    {"-", "smoke", "b", "", "smoke"},
    {"-", "carbon_monoxide", "b", "", "co_alarm"},
    {"-", "gas", "b", "", "gas"},
    {"-", "vibration", "b", "", "vibration"},
    {"-", "tamper", "b", "", "tamper"},
    {"-", "fault|fault_alarm|trouble|device_fault|problem", "b", "", "problem"},
    {"-", "overload|overload_status", "b", "", "overload"},
    {"-", "window_open|window_open_internal", "b", "", "window_open"},
    {"-", "alarm|siren", "b", "", "siren"},
    {"-", "volume", "n", "", "volume", Twist::percent},
    {"-", "battery_low", "b", "", "battery_low"},
    {"-", "charging|charging_status|charge_state", "b", "", "charging"},
    {"-", "battery", "n", "%", "battery"},
    {"-", "voltage", "n", "mV", "battery_voltage"},
    {"-", "battery_voltage", "n", "", "battery_voltage"},
    {"-", "temperature", "n", "", "temperature"},
    {"-",
     "soil_temperature|probe_temperature|external_temperature|floor_temperature|"
     "water_temperature",
     "n", "", "temperature", Twist::prefix},
    {"-", "outdoor_air_temperature|outdoor_temperature", "n", "", "outdoor_temperature"},
    {"-", "device_temperature|cpu_temperature|chip_temperature", "n", "", "device_temperature"},
    {"-", "dew_point", "n", "", "dew_point"},
    {"-", "humidity", "n", "%", "humidity"},
    {"-", "soil_moisture", "n", "%", "soil_moisture"},
    {"-", "pressure", "n", "", "pressure"},
    {"-", "illuminance|illuminance_lux|ambient_light", "n", "", "illuminance"},
    {"-", "co2|carbon_dioxide", "n", "", "co2"},
    {"-", "co", "n", "", "co"},
    {"-", "voc", "n", "ppb|ppm", "voc"},
    {"-", "voc", "n", "µg/m³|mg/m³", "voc_density"},
    {"-", "voc_index", "n", "", "voc_index"},
    {"-", "pm1", "n", "", "pm1"},
    {"-", "pm25", "n", "", "pm25"},
    {"-", "pm10", "n", "", "pm10"},
    {"-", "formaldehyd|hcho|formaldehyde", "n", "mg/m³|µg/m³", "formaldehyde"},
    {"-", "gas_value", "n", "", "gas_concentration"},
    {"-", "noise", "n", "", "noise"},
    {"-", "target_distance|distance", "n", "m|cm|mm", "distance"},
    {"-", "wind_speed", "n", "", "wind_speed"},
    {"-", "flow", "n", "m³/h|L/h|L/min", "flow"},
    {"-", "water_consumed", "n", "m³|L", "water_volume"},
    {"-", "total_power|active_power", "n", "", "power"},
    {"-", "power", "n", "", "power", Twist::phases},
    {"-", "power_apparent|total_power_apparent|apparent_power", "n", "", "apparent_power",
     Twist::phases},
    {"-", "power_reactive|total_power_reactive|reactive_power", "n", "", "reactive_power",
     Twist::phases},
    {"-", "power_factor", "n", "", "power_factor", Twist::phases},
    {"-", "energy|energy_consumed|total_energy", "n", "", "energy", Twist::phases},
    {"-", "produced_energy|energy_produced", "n", "", "energy_returned", Twist::phases},
    {"-", "energy_today", "n", "", "energy_today"},
    {"-", "energy_yesterday", "n", "", "energy_yesterday"},
    {"-", "energy_month", "n", "", "energy_month"},
    {"-", "voltage|mains_voltage", "n", "V", "voltage", Twist::phases},
    {"-", "current", "n", "", "current", Twist::phases},
    {"-", "ac_frequency|frequency", "n", "", "frequency"},
    {"-", "linkquality|link_quality", "n", "lqi", "link_quality"},
    {"-", "rssi", "n", "", "rssi"},
    {"-", "uptime", "n", "", "uptime"},
};

/// Units as the bridge writes them, by their UCUM codes. What is missing is written alike.
constexpr std::pair<std::string_view, std::string_view> kUnits[] = {
    {"°C", "Cel"},      {"°F", "[degF]"},   {"kWh", "kW.h"},    {"Wh", "W.h"},
    {"VA", "V.A"},      {"kVA", "kV.A"},    {"VAR", "var"},     {"ppm", "[ppm]"},
    {"ppb", "[ppb]"},   {"µg/m³", "ug/m3"}, {"μg/m³", "ug/m3"}, {"ug/m³", "ug/m3"},
    {"mg/m³", "mg/m3"}, {"m³", "m3"},       {"m³/h", "m3/h"},   {"lux", "lx"},
    {"Lux", "lx"},      {"lqi", "1"},       {"Hours", "h"},     {"hours", "h"},
    {"Min", "min"},     {"minutes", "min"}, {"seconds", "s"},   {"sec", "s"},
    {"dbm", "dBm"},     {"°", "deg"},       {"mBar", "mbar"},   {"W/h", "W.h"},
};

/// Where the wire's words differ from the canonical ones; equal words need no row.
struct WordRow {
  std::string_view canonical, wire, word;
};
constexpr WordRow kWords[] = {
    {"hvac_mode", "emergency_heating", "emergency_heat"},
    {"hvac_action", "heat", "heating"},
    {"hvac_action", "cool", "cooling"},
    {"hvac_action", "fan_only", "fan"},
    {"movement", "UP", "opening"},
    {"movement", "DOWN", "closing"},
    {"movement", "STOP", "stopped"},
    {"movement", "pause", "stopped"},
    {"lock_state", "LOCK", "locked"},
    {"lock_state", "UNLOCK", "unlocked"},
    {"lock_state", "not_fully_locked", "jammed"},
    {"color_mode", "0", "hs"},
    {"color_mode", "1", "xy"},
    {"color_mode", "2", "color_temp"},
    {"fan_mode", "low-med", "low_medium"},
    {"fan_mode", "med-high", "medium_high"},
};

constexpr std::pair<std::string_view, std::string_view> kPhases[] = {
    {"_phase_a", "a"}, {"_phase_b", "b"},   {"_phase_c", "c"},       {"_a", "a"},
    {"_b", "b"},       {"_c", "c"},         {"_l1", "l1"},           {"_l2", "l2"},
    {"_l3", "l3"},     {"_total", "total"}, {"_neutral", "neutral"},
};

std::string_view ucum(std::string_view unit) {
  const auto found = std::ranges::find(kUnits, unit, [](const auto& row) { return row.first; });
  return found == std::end(kUnits) ? unit : found->second;
}

/// A feature's name without the phase at its end, and that phase.
std::pair<std::string_view, std::string_view> split_phase(std::string_view name) {
  for (const auto& [suffix, phase] : kPhases) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      return {name.substr(0, name.size() - suffix.size()), phase};
    }
  }
  return {name, {}};
}

bool names_it(const Rule& rule, std::string_view name) {
  if (has_word(rule.names, name)) return true;
  if (rule.twist != Twist::phases) return false;
  const auto [base, phase] = split_phase(name);
  return !phase.empty() && has_word(rule.names, base);
}

bool unit_fits(const Rule& rule, std::string_view unit) {
  if (unit.empty()) return true;
  if (!rule.units.empty()) return has_word(rule.units, unit);
  if (rule.twist == Twist::percent || rule.canonical == "link_quality") return true;
  const Word* word = find_word(rule.canonical);
  return convert(ucum(unit), word->unit).has_value();
}

const Rule* find_rule(const Feature& feature) {
  const std::string_view parent = feature.parent.empty() ? "-" : feature.parent;
  for (const Rule& rule : kRules) {
    if (has_word(rule.parents, parent) && rule.kinds.find(feature.kind) != std::string_view::npos &&
        names_it(rule, feature.name) && unit_fits(rule, feature.unit)) {
      return &rule;
    }
  }
  return nullptr;
}

std::string endpoint_of(const Rule& rule, const Feature& feature) {
  if (!feature.endpoint.empty()) return plain_name(feature.endpoint);
  if (rule.twist == Twist::phases && !has_word(rule.names, feature.name)) {
    return std::string(split_phase(feature.name).second);
  }
  if (rule.twist == Twist::prefix)
    return std::string(feature.name.substr(0, feature.name.find('_')));
  return {};
}

void bind_boolean(const Rule& rule, const Feature& feature, Binding& binding) {
  binding.shape = Shape::boolean;
  if (feature.on.has_value()) {
    binding.on = feature.on;
    binding.off = feature.off;
  }
  switch (rule.twist) {
    case Twist::command:
      binding.on = "OPEN";
      binding.off = "CLOSE";
      binding.words = {{"OPEN", "true"}, {"CLOSE", "false"}, {"STOP", ""}};
      break;
    case Twist::opened:
      if (feature.kind != 'e') break;
      binding.words = {
          {"open", "true"}, {"opened", "true"}, {"closed", "false"}, {"close", "false"}};
      break;
    case Twist::lockout:
      binding.words = {{"unlock", "false"}, {"0", "false"}, {"no_lockout", "false"}};
      binding.closed = false;
      binding.writable = feature.settable && feature.values.size() >= 2;
      if (binding.writable) binding.on = feature.values[1], binding.off = feature.values[0];
      break;
    default:
      break;
  }
}

void bind_words(const Rule& rule, const Feature& feature, const Word& word, Binding& binding) {
  binding.shape = Shape::word;
  binding.closed = !word.open;
  if (feature.kind == 'b' && feature.on.kind() == ValueKind::text &&
      feature.off.kind() == ValueKind::text) {
    binding.words = {{feature.on.as_text(), "locked"}, {feature.off.as_text(), "unlocked"}};
    return;
  }
  for (const WordRow& row : kWords) {
    if (row.canonical == rule.canonical) binding.words.emplace_back(row.wire, row.word);
  }
  for (std::string& same : split_words(word.values)) binding.words.emplace_back(same, same);
}

void bind_number(const Rule& rule, const Feature& feature, const Word& word, Binding& binding) {
  binding.shape = rule.twist == Twist::mired ? Shape::mired : Shape::number;
  binding.range = word.range;
  binding.whole = rule.twist == Twist::percent || rule.twist == Twist::whole;
  if (rule.twist == Twist::percent) {
    const double top = feature.max.value_or(100);
    binding.conversion = {100, top > 0 ? top : 100};
    binding.decimals = 1;
  } else if (binding.shape == Shape::number) {
    if (rule.canonical != "link_quality" && !feature.unit.empty()) {
      binding.conversion = *convert(ucum(feature.unit), word.unit);
    }
    if (feature.settable && !binding.whole) binding.step = feature.step.value_or(0);
  }
}

void bind_value(const Rule& rule, const Feature& feature, const Word& word, Binding& binding) {
  switch (word.type) {
    case ValueType::boolean:
      return bind_boolean(rule, feature, binding);
    case ValueType::integer:
    case ValueType::number:
      return bind_number(rule, feature, word, binding);
    case ValueType::enumeration:
      return bind_words(rule, feature, word, binding);
    case ValueType::numbers:
      binding.shape = rule.canonical == "color_xy" ? Shape::color_xy : Shape::color_hs;
      return;
    case ValueType::event:
      binding.shape = Shape::event;
      return;
    case ValueType::text:
    case ValueType::timestamp:
      binding.shape = Shape::text;
      return;
  }
}

/// What the device takes, within what is plausible.
std::optional<Range> narrowed(const Feature& feature, const Binding& binding, const Word& word) {
  if (!binding.writable || !feature.min || !feature.max || !word.range) return word.range;
  const auto canonical = [&](double wire) {
    if (binding.shape == Shape::mired) return wire > 0 ? std::round(1e6 / wire) : 0;
    return binding.conversion.apply(wire);
  };
  const auto [low, high] = std::minmax({canonical(*feature.min), canonical(*feature.max)});
  const Range range{std::max(low, word.range->min), std::min(high, word.range->max)};
  return range.min < range.max ? range : *word.range;
}

AttributeInfo info_of(const Feature& feature, const Binding& binding, const Word& word) {
  AttributeInfo info = canonical_attribute(binding.attribute, binding.writable);
  info.range = narrowed(feature, binding, word);
  info.wire = wire_of(binding);
  if (binding.shape != Shape::word || feature.values.empty()) return info;
  info.values.clear();
  for (const std::string& wire : feature.values) {
    const auto row = std::ranges::find(binding.words, wire, [](const auto& w) { return w.first; });
    if (row == binding.words.end() && binding.closed) continue;
    const std::string& value = row == binding.words.end() ? wire : row->second;
    if (std::ranges::find(info.values, value) == info.values.end()) info.values.push_back(value);
  }
  if (word.open) info.values.clear();
  return info;
}

bool is_place(std::string_view token) {
  const std::size_t digits = token.find_first_of("0123456789");
  if (digits != std::string_view::npos) {
    const bool only_digits_follow =
        token.find_first_not_of("0123456789", digits) == std::string_view::npos;
    return only_digits_follow && has_word("|button_|dot_|l|key_|ch|s|c|t", token.substr(0, digits));
  }
  return has_word(
      "left|right|both|center|middle|top|bottom|top_left|top_right|bottom_left|"
      "bottom_right|all",
      token);
}

bool is_press(std::string_view word) {
  return has_word("single|double|triple|quadruple|hold|release|press", word);
}

}  // namespace

std::optional<Bound> bind(const Feature& feature) {
  const Rule* rule = find_rule(feature);
  if (rule == nullptr) return std::nullopt;
  if (rule->twist == Twist::command && feature.positioned) return std::nullopt;
  const Word& word = *find_word(rule->canonical);
  Bound bound;
  Binding& binding = bound.binding;
  binding.property = feature.property;
  binding.readable = feature.published;
  binding.writable = feature.settable && word.writable;
  binding.askable = feature.gettable;
  const std::string endpoint = endpoint_of(*rule, feature);
  binding.attribute = (endpoint.empty() ? "" : endpoint + ".") + std::string(rule->canonical);
  bind_value(*rule, feature, word, binding);
  bound.info = info_of(feature, binding, word);
  return bound;
}

Binding bind_raw(std::string_view property) {
  constexpr std::size_t kNameBytesMax = 120;
  Binding binding;
  binding.property = property;
  binding.attribute = "raw." + plain_name(property.substr(0, kNameBytesMax));
  return binding;
}

bool is_known_name(std::string_view name) {
  return has_word("color|update|update_available|last_seen|device|power_on_behavior|color_options",
                  name) ||
         std::ranges::any_of(kRules, [&](const Rule& rule) { return names_it(rule, name); });
}

Press parse_action(std::string_view action) {
  const std::size_t first = action.find('_');
  if (first == std::string_view::npos) return {{}, action};
  const std::string_view head = action.substr(0, first);
  if (is_press(head) && is_place(action.substr(first + 1))) return {action.substr(first + 1), head};
  const std::size_t last = action.rfind('_');
  const std::string_view tail = action.substr(last + 1);
  if (is_press(tail) && is_place(action.substr(0, last))) return {action.substr(0, last), tail};
  return {{}, action};
}

}  // namespace attune::devices::zigbee2mqtt
