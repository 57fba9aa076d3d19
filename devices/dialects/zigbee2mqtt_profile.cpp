#include "devices/dialects/zigbee2mqtt_profile.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "devices/vocabulary.h"

namespace attune::devices::zigbee2mqtt {

namespace {

using json::Kind;
using json::Node;

constexpr int kPublished = 1;
constexpr int kSettable = 2;
constexpr int kGettable = 4;

constexpr std::string_view kActuators[] = {"light", "switch", "cover", "climate", "lock", "fan"};

bool is_actuator(std::string_view type) {
  return std::ranges::find(kActuators, type) != std::end(kActuators);
}

void add_once(std::vector<std::string>& words, std::string_view word) {
  if (std::ranges::find(words, word) == words.end()) words.emplace_back(word);
}

char kind_of(std::string_view type) {
  for (const std::string_view known : {"binary", "numeric", "enum", "text", "composite"}) {
    if (type == known) return known[0];
  }
  return '?';
}

std::optional<double> number_at(const Node& node, std::string_view name) {
  const Node* member = node.find(name);
  if (member == nullptr || !member->is_number()) return std::nullopt;
  return member->number;
}

Value value_at(const Node& node, std::string_view name) {
  const Node* member = node.find(name);
  return member == nullptr ? Value() : plain_value(*member);
}

Feature feature_of(const Node& expose, std::string_view parent) {
  Feature feature;
  feature.parent = parent;
  feature.name = expose.text_of("name");
  feature.property = expose.text_of("property");
  feature.endpoint = expose.text_of("endpoint");
  feature.unit = expose.text_of("unit");
  feature.kind = kind_of(expose.text_of("type"));
  const int access = static_cast<int>(number_at(expose, "access").value_or(kPublished));
  feature.published = (access & kPublished) != 0;
  feature.settable = (access & kSettable) != 0;
  feature.gettable = (access & kGettable) != 0;
  feature.min = number_at(expose, "value_min");
  feature.max = number_at(expose, "value_max");
  feature.step = number_at(expose, "value_step");
  feature.on = value_at(expose, "value_on");
  feature.off = value_at(expose, "value_off");
  if (const Node* values = expose.find("values");
      values != nullptr && values->kind == Kind::array) {
    for (const Node& value : *values) {
      if (value.kind == Kind::text) feature.values.emplace_back(value.text);
    }
  }
  return feature;
}

/// Collects bindings so that each attribute is read from one property only.
class Collector {
 public:
  void add(Bound bound);
  void add_action(const Feature& feature);
  void capability(std::string_view word) { add_once(profile_.capabilities, word); }
  [[nodiscard]] Profile take();

 private:
  Binding* reader_of(std::string_view attribute);
  [[nodiscard]] bool knows(std::string_view property) const;
  void use_cooling_alone();

  Profile profile_;
  std::set<std::string, std::less<>> names_;
};

Binding* Collector::reader_of(std::string_view attribute) {
  const auto found = std::ranges::find_if(
      profile_.bindings, [&](const Binding& b) { return b.attribute == attribute && b.readable; });
  return found == profile_.bindings.end() ? nullptr : &*found;
}

/// Whether the property is taken already: what is normalised is not kept raw as well.
bool Collector::knows(std::string_view property) const {
  return std::ranges::find(profile_.bindings, property, &Binding::property) !=
         profile_.bindings.end();
}

void Collector::add(Bound bound) {
  if (names_.insert(bound.info.name).second) {
    profile_.attributes.push_back(std::move(bound.info));
    profile_.bindings.push_back(std::move(bound.binding));
    return;
  }
  // A second property of one meaning: it may add a way to write it, or be the better one to read.
  Binding* first = reader_of(bound.binding.attribute);
  const bool better = bound.binding.property.starts_with("lock_state");
  if (first != nullptr && better) first->readable = false;
  if (first != nullptr && !better) bound.binding.readable = false;
  if (!bound.binding.readable && !bound.binding.writable) {
    if (!knows(bound.binding.property)) {
      profile_.bindings.push_back(bind_raw(bound.binding.property));
    }
    return;
  }
  const auto info = std::ranges::find(profile_.attributes, bound.info.name, &AttributeInfo::name);
  info->writable = info->writable || bound.binding.writable;
  if (info->type == ValueType::enumeration && info->values.empty())
    info->values = bound.info.values;
  profile_.bindings.push_back(std::move(bound.binding));
}

void Collector::add_action(const Feature& feature) {
  if (!knows(feature.property)) {
    Binding& binding = profile_.bindings.emplace_back();
    binding.property = feature.property;
    binding.shape = Shape::event;
  }
  for (const std::string& action : feature.values) {
    const Press press = parse_action(action);
    std::string name = press.endpoint.empty() ? "event" : std::string(press.endpoint) + ".event";
    if (names_.insert(name).second) {
      profile_.attributes.push_back(canonical_attribute(name, false));
    }
    const auto info = std::ranges::find(profile_.attributes, name, &AttributeInfo::name);
    add_once(info->values, press.word);
  }
  if (feature.values.empty() && names_.insert("event").second) {
    profile_.attributes.push_back(canonical_attribute("event", false));
  }
}

/// A cooler without a heating setpoint has one target, not the upper of two.
void Collector::use_cooling_alone() {
  if (names_.contains("target_temperature")) return;
  for (Binding& b : profile_.bindings) {
    if (b.attribute == "target_temperature_high") b.attribute = "target_temperature";
  }
  for (AttributeInfo& a : profile_.attributes) {
    if (a.name == "target_temperature_high") a.name = "target_temperature";
  }
}

Profile Collector::take() {
  use_cooling_alone();
  std::ranges::stable_sort(profile_.bindings, {}, &Binding::property);
  std::ranges::sort(profile_.attributes, {}, &AttributeInfo::name);
  const std::vector<std::string> said = profile_.capabilities;
  profile_.capabilities = capabilities_of(profile_.attributes, said);
  // What a thing does to the world is said by its type, not by a setting that looks like it.
  std::erase_if(profile_.capabilities, [&](const std::string& word) {
    return (is_actuator(word) || word == "valve") && std::ranges::find(said, word) == said.end();
  });
  return std::move(profile_);
}

bool has_position(const Node& features) {
  return std::any_of(features.begin().at, features.end().at,
                     [](const Node& n) { return n.key == "name" && n.text == "position"; });
}

/// A setting in the dress of a lock or switch, as a thermostat's `child_lock`: its property says
/// what it is. Empty when that is no canonical name: then it is the lock or switch itself.
std::optional<Bound> bind_setting(Feature feature) {
  if (feature.parent != "lock" && feature.parent != "switch") return std::nullopt;
  std::string_view own = feature.property;
  const std::string suffix = "_" + feature.endpoint;
  if (suffix.size() > 1 && own.ends_with(suffix)) own.remove_suffix(suffix.size());
  if (feature.name != "state" || own == "state") return std::nullopt;
  const std::string name(own);
  feature.parent = {};
  feature.name = name;
  return bind(feature);
}

bool holds_only_settings(const Node& features, std::string_view type) {
  bool any = false;
  for (const Node& feature : features) {
    if (!bind_setting(feature_of(feature, type))) return false;
    any = true;
  }
  return any;
}

std::optional<Bound> bind_exposed(const Feature& feature) {
  std::optional<Bound> setting = bind_setting(feature);
  return setting ? std::move(setting) : bind(feature);
}

void walk(const Node& list, std::string_view parent, bool positioned, Collector& into) {
  for (const Node& expose : list) {
    const std::string_view type = expose.text_of("type");
    const Node* features = expose.find("features");
    const bool is_list = features != nullptr && features->kind == Kind::array;
    if (is_list && is_actuator(type)) {
      if (!holds_only_settings(*features, type)) into.capability(type);
      walk(*features, type, has_position(*features), into);
      continue;
    }
    Feature feature = feature_of(expose, parent);
    feature.positioned = positioned;
    if (feature.property.empty()) continue;
    if (feature.name == "action" && feature.kind == 'e') {
      into.add_action(feature);
    } else if (std::optional<Bound> bound = bind_exposed(feature)) {
      into.add(std::move(*bound));
    }
  }
}

/// One property by the convention's constants.
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
std::string refused_name(std::string_view property, const Node& value) {
  const bool container = value.is_container();
  for (const char kind : {'n', 'e', 'b'}) {
    if (kind != 'n' && !container) break;
    const std::optional<Bound> bound = bind(constant("", property, kind, false));
    if (bound) return bound->binding.attribute;
  }
  return {};
}

}  // namespace

Profile profile_of_exposes(const Node& exposes) {
  Collector collector;
  if (exposes.kind == Kind::array) walk(exposes, "", false, collector);
  // Every device reports it, described or not; what is described comes first.
  collector.add(*bind(constant("", "linkquality", 'n', false)));
  return collector.take();
}

Profile profile_of_capabilities(std::span<const std::string> capabilities) {
  Collector collector;
  for (const std::string& capability : capabilities) {
    collector.capability(capability);
    for (const Constant& row : kConstants) {
      if (row.capability != capability) continue;
      const Feature feature = constant(row.parent, row.name, row.kind, row.settable);
      if (row.capability == "button") {
        collector.add_action(feature);
        continue;
      }
      Bound bound = *bind(feature);
      if (row.capability == "valve") {
        bound.binding.attribute = "open";
        bound.info = canonical_attribute("open", true);
      }
      collector.add(std::move(bound));
    }
  }
  return collector.take();
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
    found.refused = refused_name(property, value);
  }
  return found;
}

}  // namespace attune::devices::zigbee2mqtt
