#include "devices/dialects/esphome_entities.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/cover_words.h"
#include "devices/dialects/device_classes.h"
#include "devices/dialects/unit_names.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::esphome {

namespace {

using json::Kind;
using json::Node;

constexpr std::string_view kComponents[] = {
    "sensor", "binary_sensor", "switch",  "light",  "cover",    "valve",
    "fan",    "lock",          "climate", "number", "select",   "text",
    "event",  "text_sensor",   "date",    "time",   "datetime", "alarm_control_panel",
    "update"};

constexpr std::string_view kWithParts[] = {"cover", "valve", "fan", "climate"};

/// `mode` of a climate is hvac_mode, and so on.
struct Part {
  std::string_view component, part, attribute;
  bool writable;
};

constexpr Part kParts[] = {
    {"cover", "position", "position", true},
    {"cover", "tilt", "tilt", true},
    {"valve", "position", "position", true},
    {"fan", "oscillation", "oscillating", true},
    {"fan", "direction", "fan_direction", true},
    {"fan", "speed_level", "fan_speed", true},
    {"fan", "speed", "fan_mode", true},
    {"fan", "preset_mode", "fan_mode", true},
    {"climate", "mode", "hvac_mode", true},
    {"climate", "action", "hvac_action", false},
    {"climate", "current_temperature", "temperature", false},
    {"climate", "current_humidity", "humidity", false},
    {"climate", "target_temperature", "target_temperature", true},
    {"climate", "target_temperature_low", "target_temperature_low", true},
    {"climate", "target_temperature_high", "target_temperature_high", true},
    {"climate", "target_humidity", "target_humidity", true},
    {"climate", "fan_mode", "fan_mode", true},
    {"climate", "swing_mode", "swing_mode", true},
    {"climate", "preset", "preset", true},
};

std::string path(std::string_view component, std::string_view object, std::string_view part) {
  std::string all = std::string(component) + "/" + std::string(object);
  return part.empty() ? all : all + "/" + std::string(part);
}

std::string attribute(std::string_view object, std::string_view name) {
  return plain_name(object) + "." + std::string(name);
}

Bound words(Bound bound, std::string_view on, std::string_view off) {
  bound.binding.on = Value(on);
  bound.binding.off = Value(off);
  return bound;
}

Bound writable(Bound bound) {
  make_writable(bound);
  return bound;
}

std::optional<Bound> bind_part(const Entity& entity, std::string_view part) {
  const auto row = std::ranges::find_if(
      kParts, [&](const Part& p) { return p.component == entity.component && p.part == part; });
  if (row == std::end(kParts)) return std::nullopt;
  // Steps are a percentage only by how many there are.
  if (row->attribute == "fan_speed" && entity.speeds <= 0) return std::nullopt;
  Bound bound = bind_canonical(path(entity.component, entity.object, part),
                               attribute(entity.object, row->attribute));
  if (row->attribute == "oscillating") {
    bound = words(std::move(bound), "oscillate_on", "oscillate_off");
  }
  if (row->attribute == "fan_speed") scale_percent(bound, entity.speeds);
  if (find_word(row->attribute)->unit == "%") bound.binding.whole = true;
  if (row->writable) make_writable(bound);
  describe_wire(bound);
  return bound;
}

/// The word of a cover or valve: where it stands, and where it goes.
std::vector<Bound> bind_cover(const Entity& entity) {
  const std::string topic = path(entity.component, entity.object, {});
  Bound open = words(bind_canonical(topic, attribute(entity.object, "open")), "OPEN", "CLOSE");
  open.binding.words = cover_open_words();
  for (const char* command : {"STOP", "TOGGLE"}) open.binding.words.emplace_back(command, "");
  if (!entity.positioned) make_writable(open);
  Bound movement = bind_canonical(topic, attribute(entity.object, "movement"));
  movement.binding.words = cover_movement_words();
  return {std::move(open), std::move(movement)};
}

Bound bind_lock(const Entity& entity) {
  Bound bound =
      bind_canonical(path("lock", entity.object, {}), attribute(entity.object, "lock_state"));
  bound.binding.words = {{"LOCK", "locked"},         {"LOCKED", "locked"}, {"UNLOCK", "unlocked"},
                         {"UNLOCKED", "unlocked"},   {"JAMMED", "jammed"}, {"LOCKING", "locking"},
                         {"UNLOCKING", "unlocking"}, {"OPEN", "open"}};
  return writable(std::move(bound));
}

/// A sensor without a class, or in a unit that is not of its kind, stays raw.
std::vector<Bound> bind_sensor(const Entity& entity) {
  std::string_view name = measured_by(entity.device_class);
  const std::string_view unit = ucum_code(entity.unit);
  if (name.empty() || (unit.empty() && !entity.unit.empty())) return {};
  if (name == "temperature" && entity.category == "diagnostic") name = "device_temperature";
  const Word* word = find_word(name);
  const bool says_unit = !unit.empty() || word->unit == "1" || word->unit == "%";
  if (!says_unit || (!unit.empty() && !convert(unit, word->unit))) return {};
  return {bind_canonical(path("sensor", entity.object, {}), attribute(entity.object, name), unit)};
}

std::vector<Bound> bind_binary(const Entity& entity) {
  const std::string_view name = told_by(entity.device_class);
  if (name.empty()) return {};
  return {words(
      bind_canonical(path("binary_sensor", entity.object, {}), attribute(entity.object, name)),
      "ON", "OFF")};
}

std::vector<Bound> bind_on(const Entity& entity) {
  Bound bound =
      bind_canonical(path(entity.component, entity.object, {}), attribute(entity.object, "on"));
  return {writable(words(std::move(bound), "ON", "OFF"))};
}

bool is_set(const Node& config, std::string_view abbreviation, std::string_view name) {
  return member(config, abbreviation, name) != nullptr;
}

/// A described light says which members its state can have.
std::vector<Bound> bind_described_light(const Entity& entity, const Node& config) {
  std::vector<std::string_view> members = {"state"};
  const Node* modes = member(config, "sup_clrm", "supported_color_modes");
  const auto has = [&](std::string_view wanted) {
    if (modes == nullptr || modes->kind != Kind::array) return false;
    return std::any_of(modes->begin().at, modes->end().at, [&](const Node& mode) {
      return mode.kind == Kind::text && mode.text.find(wanted) != std::string_view::npos;
    });
  };
  const Node* dims = config.find("brightness");
  if ((dims != nullptr && dims->boolean) || has("brightness")) members.push_back("brightness");
  if (has("color_temp") || has("cw") || has("ww")) members.push_back("color_temp");
  if (has("rgb")) members.push_back("color");
  if (modes != nullptr) members.push_back("color_mode");
  const Node* effect = config.find("effect");
  if (effect != nullptr && effect->boolean) members.push_back("effect");
  std::vector<Bound> all;
  for (const std::string_view name : members) {
    if (auto bound = bind_light(entity.object, name)) all.push_back(std::move(*bound));
  }
  return all;
}

/// The parts whose topics a description names.
std::vector<Bound> bind_described_parts(const Entity& entity, const Node& config) {
  struct Topic {
    std::string_view part, abbreviation, name;
  };
  static constexpr Topic kTopics[] = {
      {"position", "pos_t", "position_topic"},
      {"tilt", "tilt_status_t", "tilt_status_topic"},
      {"oscillation", "osc_stat_t", "oscillation_state_topic"},
      {"direction", "dir_stat_t", "direction_state_topic"},
      {"speed_level", "pct_stat_t", "percentage_state_topic"},
      {"preset_mode", "pr_mode_stat_t", "preset_mode_state_topic"},
      {"mode", "mode_stat_t", "mode_state_topic"},
      {"action", "act_t", "action_topic"},
      {"current_temperature", "curr_temp_t", "current_temperature_topic"},
      {"current_humidity", "curr_hum_t", "current_humidity_topic"},
      {"target_temperature", "temp_stat_t", "temperature_state_topic"},
      {"target_temperature_low", "temp_lo_stat_t", "temperature_low_state_topic"},
      {"target_temperature_high", "temp_hi_stat_t", "temperature_high_state_topic"},
      {"target_humidity", "hum_stat_t", "target_humidity_state_topic"},
      {"fan_mode", "fan_mode_stat_t", "fan_mode_state_topic"},
      {"swing_mode", "swing_mode_stat_t", "swing_mode_state_topic"},
      {"preset", "pr_mode_stat_t", "preset_mode_state_topic"}};
  std::vector<Bound> all;
  for (const Topic& topic : kTopics) {
    if (!is_set(config, topic.abbreviation, topic.name)) continue;
    if (auto bound = bind_part(entity, topic.part)) all.push_back(std::move(*bound));
  }
  return all;
}

}  // namespace

const Node* member(const Node& config, std::string_view abbreviation, std::string_view name) {
  const Node* found = config.find(abbreviation);
  return found != nullptr ? found : config.find(name);
}

bool is_component(std::string_view word) {
  return std::ranges::find(kComponents, word) != std::end(kComponents);
}

bool has_parts(std::string_view component) {
  return std::ranges::find(kWithParts, component) != std::end(kWithParts);
}

std::optional<Bound> bind_light(std::string_view object, std::string_view name) {
  const auto make = [&](std::string_view canonical) {
    return bind_canonical(path("light", object, name), attribute(object, canonical));
  };
  constexpr double kFull = 255;
  if (name == "state") return writable(words(make("on"), "ON", "OFF"));
  if (name == "brightness") {
    Bound bound = make("brightness");
    scale_percent(bound, kFull);
    return writable(std::move(bound));
  }
  if (name == "color_temp") {
    Bound bound = make("color_temp");
    bound.binding.shape = Shape::mired;
    return writable(std::move(bound));
  }
  if (name == "color") return writable(make("color_rgb"));
  if (name == "effect") return writable(make("effect"));
  if (name != "color_mode") return std::nullopt;
  Bound bound = make("color_mode");
  bound.binding.words = {{"onoff", "on"},
                         {"on", "on"},
                         {"brightness", "brightness"},
                         {"white", "white"},
                         {"color_temp", "color_temp"},
                         {"cwww", "color_temp"},
                         {"rgb", "rgb"},
                         {"rgbw", "rgbw"},
                         {"rgbct", "rgbww"},
                         {"rgbww", "rgbww"}};
  return bound;
}

std::vector<Bound> bind(const Entity& entity, std::string_view part) {
  const std::string& component = entity.component;
  if (!part.empty()) {
    auto bound = bind_part(entity, part);
    return bound ? std::vector<Bound>{std::move(*bound)} : std::vector<Bound>{};
  }
  if (component == "switch" || component == "fan") return bind_on(entity);
  if (component == "cover" || component == "valve") return bind_cover(entity);
  if (component == "lock") return {bind_lock(entity)};
  if (component == "sensor") return bind_sensor(entity);
  if (component == "binary_sensor") return bind_binary(entity);
  if (component == "event") {
    return {bind_canonical(path(component, entity.object, {}), attribute(entity.object, "event"))};
  }
  if (component != "alarm_control_panel") return {};
  return {
      bind_canonical(path(component, entity.object, {}), attribute(entity.object, "alarm_state"))};
}

std::vector<Bound> bind_described(const Entity& entity, const Node& config) {
  if (entity.component == "light") return bind_described_light(entity, config);
  std::vector<Bound> all = bind(entity, {});
  if (!has_parts(entity.component)) return all;
  for (Bound& part : bind_described_parts(entity, config)) all.push_back(std::move(part));
  return all;
}

std::string_view capability_of(std::string_view component) {
  static constexpr std::string_view kSame[] = {"light", "cover",   "valve", "fan",
                                               "lock",  "climate", "switch"};
  const auto same = std::ranges::find(kSame, component);
  if (same != std::end(kSame)) return *same;
  return component == "alarm_control_panel" ? "alarm_panel" : std::string_view{};
}

}  // namespace attune::devices::esphome
