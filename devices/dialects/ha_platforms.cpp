#include <algorithm>
#include <string>
#include <utility>

#include "devices/dialects/ha_builder.h"
#include "devices/vocabulary.h"

/// The platforms of Home Assistant's discovery that are neither lights nor sensors.
namespace attune::devices::ha {

namespace {

std::string_view temperature_unit(const Config& config) {
  return config.text("temperature_unit") == "F" ? "[degF]" : "Cel";
}

/// `on` as switches, fans and humidifiers have it.
Channel& add_on(Builder& b, std::string_view attribute = "on") {
  Channel& on = b.add(attribute);
  const std::string order_on = b.config.text("payload_on", "ON");
  const std::string order_off = b.config.text("payload_off", "OFF");
  b.truth(on, b.config.text("state_on", order_on), b.config.text("state_off", order_off));
  b.state(on, "state_topic", "state_value_template", "value_template");
  b.command(on, "command_topic", "command_template");
  b.orders(on, order_on, order_off);
  return on;
}

/// The words of a cover or a valve, each with what it means.
void bind_movement(Builder& b, Channel& channel) {
  channel.reading = Reading::movement;
  auto& words = channel.bound.binding.words;
  words.clear();
  for (const std::string_view word : {"open", "opening", "closed", "closing", "stopped"}) {
    words.emplace_back(b.config.text("state_" + std::string(word), word), word);
  }
}

/// A position that is counted from `closed` to `open`.
void scale_position(Channel& channel, double closed, double open) {
  if (closed == open) return;
  Binding& binding = channel.bound.binding;
  binding.conversion = {100, open - closed, -100 * closed / (open - closed)};
  binding.decimals = 1;
  binding.whole = true;
}

/// Only open and closed can be commanded: a command goes to the nearer one.
void command_ends(Builder& b, Channel& position) {
  b.command(position, "command_topic", "command_template");
  if (position.command_topic.empty()) return;
  position.bound.binding.step = 100;
  position.actions.push_back({"100", b.config.text("payload_open", "OPEN")});
  position.actions.push_back({"0", b.config.text("payload_close", "CLOSE")});
}

void add_temperature(Builder& b, std::string_view attribute, std::string_view front) {
  if (!b.config.has(std::string(front) + "state_topic") &&
      !b.config.has(std::string(front) + "command_topic")) {
    return;
  }
  Channel& channel = b.add(attribute, temperature_unit(b.config));
  b.usual(channel, front);
  b.range(channel, "min_temp", "max_temp");
}

/// A word of the device, by the topics that begin with `front`.
void add_mode(Builder& b, std::string_view attribute, const std::string& front,
              std::string_view list) {
  if (!b.config.has(front + "state_topic") && !b.config.has(front + "command_topic")) return;
  Channel& mode = b.add(attribute);
  b.usual(mode, front);
  b.words(mode, list);
}

void add_read(Builder& b, std::string_view attribute, std::string_view topic,
              std::string_view value_template, std::string_view unit = {}) {
  if (!b.config.has(topic)) return;
  b.state(b.add(attribute, unit), topic, value_template);
}

}  // namespace

void build_switch(Builder& b) {
  // A switch that is called like a writable truth is that truth: `Child lock`.
  const std::string named = named_word(b.config);
  const Word* word = find_word(named);
  const bool truth = word != nullptr && word->type == ValueType::boolean && word->writable;
  add_on(b, truth ? named : "on");
  if (truth && named != "on") b.entity.capability.clear();
}

void build_siren(Builder& b) {
  Channel& siren = add_on(b, "siren");
  siren.json_key = "state";
  siren.text_too = true;
  if (siren.command_template) return;
  for (Action& action : siren.actions) {
    std::string payload = R"({"state":)";
    append_json_string(payload, action.payload);
    action.payload = payload + "}";
  }
}

void build_cover(Builder& b) {
  const Config& c = b.config;
  const double closed = c.number("position_closed", 0);
  const double open = c.number("position_open", 100);
  Channel& position = b.add("position");
  if (c.has("position_topic")) {
    b.state(position, "position_topic", "position_template");
    position.json_key = position.state_template ? "" : "position";
    position.text_too = true;
    scale_position(position, closed, open);
  }
  if (c.has("set_position_topic")) {
    scale_position(position, closed, open);
    b.command(position, "set_position_topic", "set_position_template", "position");
  } else {
    command_ends(b, position);
  }
  if (c.has("tilt_status_topic") || c.has("tilt_command_topic")) {
    Channel& tilt = b.add("tilt");
    b.state(tilt, "tilt_status_topic", "tilt_status_template");
    scale_position(tilt, c.number("tilt_min", 0), c.number("tilt_max", 100));
    b.command(tilt, "tilt_command_topic", "tilt_command_template", "tilt_position");
  }
  if (!c.has("state_topic")) return;
  b.entity.position_by_words = !c.has("position_topic");
  Channel& movement = b.add("movement");
  b.state(movement, "state_topic", "value_template");
  bind_movement(b, movement);
}

void build_valve(Builder& b) {
  const Config& c = b.config;
  const bool reports = c.flag("reports_position");
  Channel& first = b.add(reports ? "position" : "open");
  if (reports) {
    b.state(first, "state_topic", "value_template");
    first.json_key = "position";
    first.text_too = true;
    scale_position(first, c.number("position_closed", 0), c.number("position_open", 100));
    b.command(first, "command_topic", "command_template");
    for (const std::string_view word : {"open", "opening", "closed", "closing", "stopped"}) {
      first.silent.push_back(c.text("state_" + std::string(word), word));
    }
  } else {
    b.state(first, "state_topic", "value_template");
    first.json_key = "state";
    first.text_too = true;
    b.truth(first, c.text("state_open", "open"), c.text("state_closed", "closed"));
    b.command(first, "command_topic", "command_template");
    b.orders(first, c.text("payload_open", "OPEN"), c.text("payload_close", "CLOSE"));
    first.silent = {c.text("state_opening", "opening"), c.text("state_closing", "closing")};
  }
  if (!c.has("state_topic")) return;
  b.entity.position_by_words = reports;
  Channel& movement = b.add("movement");
  b.state(movement, "state_topic", "value_template");
  movement.json_key = "state";
  movement.text_too = true;
  bind_movement(b, movement);
}

void build_lock(Builder& b) {
  Channel& lock = b.add("lock_state");
  b.state(lock, "state_topic", "value_template");
  auto& words = lock.bound.binding.words;
  words.clear();
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"locked", "LOCKED"},       {"unlocked", "UNLOCKED"}, {"locking", "LOCKING"},
      {"unlocking", "UNLOCKING"}, {"jammed", "JAMMED"},     {"open", "OPEN"}};
  for (const auto& [word, usual] : kWords) {
    words.emplace_back(b.config.text("state_" + std::string(word), usual), word);
  }
  b.command(lock, "command_topic", "command_template");
  lock.actions.push_back({"locked", b.config.text("payload_lock", "LOCK")});
  lock.actions.push_back({"unlocked", b.config.text("payload_unlock", "UNLOCK")});
  if (b.config.has("payload_open")) {
    lock.actions.push_back({"open", b.config.text("payload_open")});
  }
}

void build_climate(Builder& b) {
  const std::string_view unit = temperature_unit(b.config);
  add_mode(b, "hvac_mode", "mode_", "");
  add_read(b, "hvac_action", "action_topic", "action_template");
  add_read(b, "temperature", "current_temperature_topic", "current_temperature_template", unit);
  add_read(b, "humidity", "current_humidity_topic", "current_humidity_template");
  add_temperature(b, "target_temperature", "temperature_");
  add_temperature(b, "target_temperature_low", "temperature_low_");
  add_temperature(b, "target_temperature_high", "temperature_high_");
  add_mode(b, "target_humidity", "target_humidity_", "");
  add_mode(b, "fan_mode", "fan_mode_", "fan_modes");
  add_mode(b, "swing_mode", "swing_mode_", "");
  add_mode(b, "preset", "preset_mode_", "");
}

void build_water_heater(Builder& b) {
  const std::string_view unit = temperature_unit(b.config);
  add_mode(b, "preset", "mode_", "");
  add_read(b, "temperature", "current_temperature_topic", "current_temperature_template", unit);
  add_temperature(b, "target_temperature", "temperature_");
}

void build_humidifier(Builder& b) {
  add_on(b);
  add_mode(b, "target_humidity", "target_humidity_", "");
  add_mode(b, "hvac_mode", "mode_", "");
  add_read(b, "hvac_action", "action_topic", "action_template");
  add_read(b, "humidity", "current_humidity_topic", "current_humidity_template");
}

void build_fan(Builder& b) {
  const Config& c = b.config;
  add_on(b);
  if (c.has("percentage_state_topic") || c.has("percentage_command_topic")) {
    Channel& speed = b.add("fan_speed");
    b.state(speed, "percentage_state_topic", "percentage_value_template");
    b.command(speed, "percentage_command_topic", "percentage_command_template", "percentage");
    const double low = c.number("speed_range_min", 1);
    scale_position(speed, low - 1, std::max(c.number("speed_range_max", 100), low));
  }
  if (c.has("preset_mode_state_topic") || c.has("preset_mode_command_topic")) {
    Channel& mode = b.add("fan_mode");
    b.usual(mode, "preset_mode_");
    b.words(mode, "preset_modes");
  }
  if (c.has("oscillation_state_topic") || c.has("oscillation_command_topic")) {
    Channel& swings = b.add("oscillating");
    b.usual(swings, "oscillation_");
    const std::string on = c.text("payload_oscillation_on", "oscillate_on");
    const std::string off = c.text("payload_oscillation_off", "oscillate_off");
    b.truth(swings, on, off);
    b.orders(swings, on, off);
  }
  if (!c.has("direction_state_topic") && !c.has("direction_command_topic")) return;
  b.usual(b.add("fan_direction"), "direction_");
}

void build_vacuum(Builder& b) {
  const Config& c = b.config;
  Channel& activity = b.add("activity");
  b.state(activity, "state_topic", "value_template");
  activity.json_key = "state";
  b.command(activity, "command_topic");
  activity.actions.push_back({"cleaning", c.text("payload_start", "start")});
  activity.actions.push_back({"docked", c.text("payload_return_to_base", "return_to_base")});
  activity.actions.push_back({"returning", c.text("payload_return_to_base", "return_to_base")});
  activity.actions.push_back({"paused", c.text("payload_pause", "pause")});
  activity.actions.push_back({"idle", c.text("payload_stop", "stop")});
  const auto& features = c.list("supported_features");
  const auto can = [&](std::string_view feature) {
    return std::ranges::find(features, feature) != features.end();
  };
  add_read(b, "battery", "battery_level_topic", "battery_level_template");
  if (can("battery") && !c.has("battery_level_topic")) {
    Channel& battery = b.add("battery");
    b.state(battery, "state_topic", "value_template");
    battery.json_key = "battery_level";
  }
  if (!can("fan_speed") && c.list("fan_speed_list").empty()) return;
  Channel& speed = b.add("fan_mode");
  b.state(speed, "state_topic", "value_template");
  speed.json_key = "fan_speed";
  b.command(speed, "set_fan_speed_topic");
  b.words(speed, "fan_speed_list");
}

void build_lawn_mower(Builder& b) {
  Channel& activity = b.add("activity");
  b.state(activity, "activity_state_topic", "activity_value_template");
  static constexpr std::pair<std::string_view, std::string_view> kOrders[] = {
      {"mowing", "start_mowing"}, {"docked", "dock"}, {"paused", "pause"}};
  for (const auto& [value, order] : kOrders) {
    const std::string name(order);
    if (!b.config.has(name + "_command_topic")) continue;
    make_writable(activity.bound);
    activity.actions.push_back({std::string(value), name, b.config.text(name + "_command_topic"),
                                b.compile(name + "_command_template")});
  }
}

void build_alarm(Builder& b) {
  Channel& alarm = b.add("alarm_state");
  b.state(alarm, "state_topic", "value_template");
  auto& words = alarm.bound.binding.words;
  words.emplace_back("armed_custom_bypass", "armed_custom");
  b.command(alarm, "command_topic", "command_template", "action");
  static constexpr std::string_view kOrders[][3] = {
      {"disarmed", "payload_disarm", "DISARM"},
      {"armed_home", "payload_arm_home", "ARM_HOME"},
      {"armed_away", "payload_arm_away", "ARM_AWAY"},
      {"armed_night", "payload_arm_night", "ARM_NIGHT"},
      {"armed_vacation", "payload_arm_vacation", "ARM_VACATION"},
      {"armed_custom", "payload_arm_custom_bypass", "ARM_CUSTOM_BYPASS"},
      {"triggered", "payload_trigger", "TRIGGER"}};
  for (const auto& [value, key, usual] : kOrders) {
    alarm.actions.push_back({std::string(value), b.config.text(key, usual)});
  }
}

void build_event(Builder& b) {
  Channel& event = b.add("event");
  b.state(event, "state_topic", "value_template");
  event.reading = Reading::press;
  event.json_key = "event_type";
}

/// A message that is an event by itself, when its payload is the one that is awaited.
void build_trigger(Builder& b) {
  static constexpr std::pair<std::string_view, std::string_view> kTypes[] = {
      {"button_short_press", "single"},        {"button_double_press", "double"},
      {"button_triple_press", "triple"},       {"button_quadruple_press", "quadruple"},
      {"button_quintuple_press", "quintuple"}, {"button_long_press", "hold"},
      {"button_short_release", "release"},     {"button_long_release", "release"}};
  const std::string type = b.config.text("type");
  const std::string subtype = b.config.text("subtype");
  Channel& event = b.add("event");
  b.state(event, "topic", "value_template");
  event.reading = Reading::press;
  const auto known = std::ranges::find(kTypes, std::string_view(type),
                                       &std::pair<std::string_view, std::string_view>::first);
  const bool button = known != std::end(kTypes);
  b.entity.endpoint = button ? subtype : "";
  const std::string word = button             ? std::string(known->second)
                           : type == "action" ? subtype
                           : subtype.empty()  ? type
                                              : type + "_" + subtype;
  event.bound.binding.words = {{b.config.text("payload"), word}};
}

void build_tracker(Builder& b) {
  if (!b.config.has("state_topic")) return;
  Channel& home = b.add("home");
  b.state(home, "state_topic", "value_template");
  b.truth(home, b.config.text("payload_home", "home"),
          b.config.text("payload_not_home", "not_home"));
  // The name of another place is not home either; a reset says nothing.
  home.bound.binding.words.emplace_back(b.config.text("payload_reset", "None"), "");
}

}  // namespace attune::devices::ha
