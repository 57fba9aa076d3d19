#include "devices/dialects/zigbee2mqtt_constants.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace attune::devices::zigbee2mqtt {

namespace {

using json::Kind;
using json::Node;

struct Constant {
  std::string_view capability, parent, name;
  char kind;
  bool settable;
};
constexpr Constant kConstants[] = {
    {"light", "light", "state", 'b', true},
    {"light", "light", "brightness", 'n', true},
    {"light", "light", "color_temp", 'n', true},
    {"light", "light", "color_xy", 'c', true},
    {"light", "light", "color_hs", 'c', true},
    {"light", "", "color_mode", 'e', false},
    {"light", "", "effect", 'e', true},
    {"switch", "switch", "state", 'b', true},
    {"fan", "fan", "state", 'b', true},
    {"fan", "", "fan_mode", 'e', true},
    {"cover", "cover", "position", 'n', true},
    {"cover", "cover", "tilt", 'n', true},
    {"cover", "", "moving", 'e', false},
    {"valve", "switch", "state", 'b', true},
    {"lock", "lock", "state", 'b', true},
    {"climate", "climate", "system_mode", 'e', true},
    {"climate", "climate", "running_state", 'e', false},
    {"climate", "climate", "occupied_heating_setpoint", 'n', true},
    {"climate", "climate", "local_temperature", 'n', false},
    {"siren", "", "alarm", 'b', true},
    {"button", "", "action", 'e', false},
    {"occupancy", "", "occupancy", 'b', false},
    {"contact", "", "contact", 'b', false},
    {"leak", "", "water_leak", 'b', false},
    {"smoke", "", "smoke", 'b', false},
    {"co_alarm", "", "carbon_monoxide", 'b', false},
    {"gas", "", "gas", 'b', false},
    {"vibration", "", "vibration", 'b', false},
    {"tamper", "", "tamper", 'b', false},
    {"problem", "", "problem", 'b', false},
    {"battery", "", "battery", 'n', false},
    {"climate_sensor", "", "temperature", 'n', false},
    {"climate_sensor", "", "humidity", 'n', false},
    {"climate_sensor", "", "illuminance", 'n', false},
    {"power_meter", "", "power", 'n', false},
    {"power_meter", "", "energy", 'n', false},
    {"power_meter", "", "current", 'n', false},
};

/// Names whose unit or scale only a description tells.
bool is_ambiguous(std::string_view name) {
  static constexpr std::string_view kNames[] = {
      "voc",    "formaldehyd", "hcho",           "formaldehyde", "distance", "target_distance",
      "flow",   "gas_value",   "water_consumed", "uptime",       "speed",    "fan_speed_percent",
      "volume", "rain",        "opening"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

bool is_setting_of_climate(std::string_view name) {
  return name.ends_with("_setpoint") || name == "system_mode" || name == "preset" ||
         name == "fan_mode" || name == "swing_mode" || name == "target_temperature";
}

bool is_on_off(std::string_view text) {
  return text == "ON" || text == "OFF";
}
bool is_lock_word(std::string_view text) {
  return text == "LOCK" || text == "UNLOCK";
}
bool is_cover_word(std::string_view text) {
  return text == "OPEN" || text == "CLOSE" || text == "STOP";
}

char kind_of(const Node& value) {
  if (value.kind == Kind::boolean) return 'b';
  if (value.is_number()) return 'n';
  if (value.kind != Kind::text) return '?';
  return is_on_off(value.text) || is_lock_word(value.text) ? 'b' : 'e';
}

/// `state_l2`, `brightness_left`: the only names whose endpoint the convention itself shows.
void split_endpoint(Feature& feature) {
  for (const std::string_view base : {"state_", "brightness_"}) {
    if (!feature.name.starts_with(base)) continue;
    const Press press =
        parse_action(std::string("press_").append(feature.name.substr(base.size())));
    if (press.endpoint.empty()) return;
    feature.endpoint = feature.name.substr(base.size());
    feature.name = base.substr(0, base.size() - 1);
    return;
  }
}

void set_words(Feature& feature, const Node& value) {
  if (feature.kind != 'b') return;
  feature.on = true;
  feature.off = false;
  if (is_on_off(value.text)) feature.on = "ON", feature.off = "OFF";
  if (is_lock_word(value.text)) feature.on = "LOCK", feature.off = "UNLOCK";
  if (feature.name == "contact") std::swap(feature.on, feature.off);
}

/// Millivolts of a battery or volts of the mains: their ranges do not meet.
void set_unit(Feature& feature, const Node& value, const Context& context) {
  constexpr double kMillivoltsMin = 100;
  constexpr double kMainsVoltsMax = 1000;
  constexpr double kKilopascalMax = 150;
  if (feature.name == "voltage") {
    const bool battery = context.battery && value.number > kMillivoltsMin;
    feature.unit = battery || value.number >= kMainsVoltsMax ? "mV" : "V";
  }
  if (feature.name == "pressure" && value.number < kKilopascalMax) feature.unit = "kPa";
}

/// Completes a feature by the convention's constants; false when they do not make it certain.
bool complete(Feature& feature, const Node& value, const Context& context) {
  const bool on_off = value.kind == Kind::text && is_on_off(value.text);
  if (feature.name == "state") {
    if (context.thermostat || (!on_off && !is_lock_word(value.text))) return false;
    feature.parent = on_off ? "switch" : "lock";
    feature.settable = feature.gettable = true;
  }
  if (feature.name == "brightness" || feature.name == "color_temp") {
    feature.parent = "light";
    feature.settable = feature.gettable = true;
    if (feature.name == "brightness") feature.max = 254;
  }
  if (feature.name == "position" || feature.name == "tilt") {
    if (context.thermostat) return false;
    feature.parent = "cover";
    feature.settable = feature.gettable = context.cover;
  }
  if (context.thermostat && feature.name == "preset") feature.parent = "climate";
  feature.settable = feature.settable || is_setting_of_climate(feature.name);
  return true;
}

Guess guess_color(const Node& value) {
  Guess found;
  if (value.kind != Kind::object) return found;
  found.bound.push_back(*bind(constant("light", "color_xy", 'c', true)));
  found.bound.push_back(*bind(constant("light", "color_hs", 'c', true)));
  return found;
}

/// The canonical name of a property that should have been a number or word, and is not.
std::string refused_name(Feature feature, const Node& value) {
  const bool container = value.is_container();
  for (const char kind : {'n', 'e', 'b'}) {
    if (kind != 'n' && !container) break;
    feature.kind = kind;
    if (const std::optional<Bound> bound = bind(feature)) return bound->binding.attribute;
  }
  return {};
}

}  // namespace

Feature constant(std::string_view parent, std::string_view name, char kind, bool settable) {
  Feature feature;
  feature.parent = parent;
  feature.name = name;
  feature.property = name;
  feature.kind = kind;
  feature.settable = settable;
  if (kind == 'b') {
    feature.on = parent == "lock" ? Value("LOCK") : settable ? Value("ON") : Value(true);
    feature.off = parent == "lock" ? Value("UNLOCK") : settable ? Value("OFF") : Value(false);
  }
  if (name == "contact") std::swap(feature.on, feature.off);
  if (name == "brightness") feature.max = 254;
  if (parent == "light" && kind == 'c') feature.property = "color";
  feature.gettable = settable && (name == "state" || name == "brightness" || name == "position");
  return feature;
}

std::vector<Feature> constants_of(std::string_view capability) {
  std::vector<Feature> features;
  for (const Constant& row : kConstants) {
    if (row.capability != capability) continue;
    features.push_back(constant(row.parent, row.name, row.kind, row.settable));
  }
  return features;
}

Context context_of(const Node& message) {
  Context context;
  for (const Node& member : message) {
    if (member.key == "battery" || member.key == "battery_low") context.battery = true;
    if (member.key == "local_temperature" || member.key == "system_mode" ||
        member.key.ends_with("_heating_setpoint")) {
      context.thermostat = true;
    }
    if (member.key == "moving" || member.key == "motor_state" || member.key == "tilt" ||
        (member.key == "state" && is_cover_word(member.text))) {
      context.cover = true;
    }
  }
  return context;
}

Guess guess(std::string_view property, const Node& value, const Context& context) {
  if (property == "color") return guess_color(value);
  Feature feature;
  feature.name = property;
  feature.property = property;
  feature.kind = kind_of(value);
  if (property == "color_mode" || property == "keypad_lockout") feature.kind = 'e';
  split_endpoint(feature);
  set_words(feature, value);
  set_unit(feature, value, context);
  Guess found;
  if (is_ambiguous(feature.name) || !complete(feature, value, context)) return found;
  if (std::optional<Bound> bound = value.is_container() ? std::nullopt : bind(feature)) {
    found.bound.push_back(std::move(*bound));
  } else if (feature.endpoint.empty()) {
    found.refused = refused_name(feature, value);
  }
  return found;
}

}  // namespace attune::devices::zigbee2mqtt
