#include "devices/dialects/zigbee2mqtt_profile.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <tuple>

#include "devices/dialects/zigbee2mqtt_constants.h"
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

/// How the properties of settings end that are dressed as a switch: `window_detection`.
constexpr std::string_view kSettingEnds[] = {
    "_detection", "_mode",      "_protection", "_lock",   "_learning", "_enabled",    "_sync",
    "_hold",      "_inversion", "_reversal",   "_memory", "_feature",  "_calibration"};

bool is_dressed(const Feature& feature) {
  const bool dress = feature.parent == "lock" || feature.parent == "switch";
  return dress && feature.name == "state" && base_of(feature) != "state";
}

/// A setting in the dress of a lock or switch, as a thermostat's `child_lock`: its property says
/// what it is. Empty when that is no canonical name.
std::optional<Bound> bind_setting(Feature feature) {
  if (!is_dressed(feature)) return std::nullopt;
  const std::string name(base_of(feature));
  feature.parent = {};
  feature.name = name;
  return bind(feature);
}

/// A setting that has no canonical name; any other property is the lock or switch itself.
bool is_nameless_setting(const Feature& feature) {
  return is_dressed(feature) && std::ranges::any_of(kSettingEnds, [&](std::string_view end) {
           return base_of(feature).ends_with(end);
         });
}

bool holds_only_settings(const Node& features, std::string_view type) {
  bool any = false;
  for (const Node& node : features) {
    const Feature feature = feature_of(node, type);
    if (!bind_setting(feature) && !is_nameless_setting(feature)) return false;
    any = true;
  }
  return any;
}

std::optional<Bound> bind_exposed(const Feature& feature) {
  std::optional<Bound> setting = bind_setting(feature);
  if (setting || is_nameless_setting(feature)) return setting;
  return bind(feature);
}

/// What a description says as a whole, beside the feature that is looked at.
struct Surroundings {
  std::set<std::string_view> names;  ///< of what stands alone
  bool heats = false;
};

Surroundings surroundings_of(const Node& exposes) {
  Surroundings all;
  for (const Node& expose : exposes) {
    all.names.insert(expose.text_of("name"));
    all.heats = all.heats || expose.text_of("type") == "climate";
  }
  return all;
}

/// `voltage` beside `voltage_phase_b` is phase a. A power may be the sum of all, unless that stands
/// beside it, too.
std::string_view phase_of(std::string_view name, const Surroundings& around) {
  const std::string self(name);
  const bool summed = around.names.contains("total_power");
  if (name != "voltage" && name != "current" && !summed) return {};
  for (const auto& [first, second, phase] :
       {std::tuple{"_phase_a", "_phase_b", "a"}, {"_a", "_b", "a"}, {"_l1", "_l2", "l1"}}) {
    if (around.names.contains(self + second) && !around.names.contains(self + first)) return phase;
  }
  return {};
}

struct Place {
  std::string_view parent;
  bool positioned = false;
};

void walk(const Node& list, const Place& place, const Surroundings& around, Collector& into) {
  for (const Node& expose : list) {
    const std::string_view type = expose.text_of("type");
    const Node* features = expose.find("features");
    const bool is_list = features != nullptr && features->kind == Kind::array;
    if (is_list && is_actuator(type)) {
      if (!holds_only_settings(*features, type)) into.capability(type);
      walk(*features, {type, has_position(*features)}, around, into);
      continue;
    }
    Feature feature = feature_of(expose, place.parent);
    feature.positioned = place.positioned;
    feature.heats = around.heats;
    if (place.parent.empty()) feature.phase = phase_of(feature.name, around);
    if (feature.property.empty()) continue;
    if (feature.name == "action" && feature.kind == 'e') {
      into.add_action(feature);
    } else if (std::optional<Bound> bound = bind_exposed(feature)) {
      into.add(std::move(*bound));
    }
  }
}

}  // namespace

Profile profile_of_exposes(const Node& exposes) {
  Collector collector;
  if (exposes.kind == Kind::array) walk(exposes, {}, surroundings_of(exposes), collector);
  // Every device reports it, described or not; what is described comes first.
  collector.add(*bind(constant("", "linkquality", 'n', false)));
  return collector.take();
}

Profile profile_of_capabilities(std::span<const std::string> capabilities) {
  Collector collector;
  for (const std::string& capability : capabilities) {
    collector.capability(capability);
    for (const Feature& feature : constants_of(capability)) {
      if (capability == "button") {
        collector.add_action(feature);
        continue;
      }
      Bound bound = *bind(feature);
      if (capability == "valve") {
        bound.binding.attribute = "open";
        bound.info = canonical_attribute("open", true);
      }
      collector.add(std::move(bound));
    }
  }
  return collector.take();
}

}  // namespace attune::devices::zigbee2mqtt
