#include "devices/dialects/ha_entity.h"

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <iterator>
#include <utility>

#include "devices/dialects/command_topics.h"
#include "devices/dialects/ha_builder.h"
#include "devices/model/letters.h"
#include "devices/names.h"
#include "devices/topics.h"
#include "devices/vocabulary.h"

namespace attune::devices::ha {

namespace {

void build_raw(Builder& b) {
  if (b.config.has("state_topic")) b.state(b.add_raw(), "state_topic", "value_template");
}

void build_nothing(Builder&) {}

/// Empty where it says nothing, or 0. Error: it is no time that can be lived to see.
Result<std::optional<Millis>> whole_seconds(const Config& config, std::string_view key) {
  constexpr double kSecondsMax = 10.0 * 365 * 24 * 3600;
  if (!config.has(key)) return std::optional<Millis>{};
  const double seconds = config.number(key, -1);
  if (!(seconds >= 0 && seconds <= kSecondsMax)) {
    return Error{"type", config.platform + " " + config.object_id + ": " + std::string(key) +
                             " is a number of seconds, at least 0"};
  }
  const auto whole = static_cast<std::int64_t>(seconds);
  return whole == 0 ? std::optional<Millis>{} : std::chrono::seconds(whole);
}

struct Platform {
  std::string_view name, capability;
  void (*build)(Builder&);
};

constexpr Platform kPlatforms[] = {
    {"sensor", "", build_sensor},
    {"binary_sensor", "", build_binary_sensor},
    {"switch", "switch", build_switch},
    {"light", "light", build_light},
    {"cover", "cover", build_cover},
    {"valve", "valve", build_valve},
    {"climate", "climate", build_climate},
    {"water_heater", "climate", build_water_heater},
    {"humidifier", "humidifier", build_humidifier},
    {"fan", "fan", build_fan},
    {"lock", "lock", build_lock},
    {"siren", "siren", build_siren},
    {"vacuum", "cleaner", build_vacuum},
    {"lawn_mower", "cleaner", build_lawn_mower},
    {"alarm_control_panel", "alarm_panel", build_alarm},
    {"event", "button", build_event},
    {"device_automation", "button", build_trigger},
    {"device_tracker", "person", build_tracker},
    {"number", "", build_number},
    {"select", "", build_select},
    {"text", "", build_raw},
    {"update", "", build_raw},
    {"date", "", build_raw},
    {"time", "", build_raw},
    {"datetime", "", build_raw},
    {"button", "", build_nothing},
    {"scene", "", build_nothing},
    {"notify", "", build_nothing},
    {"camera", "", build_nothing},
    {"image", "", build_nothing},
    {"tag", "", build_nothing},
};

/// A topic of our own messages: not the broker's, no wildcard.
bool is_command_topic(std::string_view topic) {
  return !topic.starts_with('$') && what_is_wrong_with_topic(topic).empty();
}

/// What is wrong with the topics; empty when nothing is.
std::string wrong_topic(const Entity& entity) {
  const auto is_state = [](const std::string& topic) {
    return topic.empty() || what_is_wrong_with_topic(topic).empty();
  };
  const auto is_command = [](const std::string& topic) {
    return topic.empty() || is_command_topic(topic);
  };
  for (const Channel& channel : entity.channels) {
    if (!is_state(channel.state_topic)) return channel.state_topic;
    if (!is_command(channel.command_topic)) return channel.command_topic;
    for (const Action& action : channel.actions) {
      if (!is_command(action.topic)) return action.topic;
    }
  }
  for (const AvailabilitySource& source : entity.config.availability) {
    if (!is_state(source.topic) || source.topic.empty()) return source.topic + " (availability)";
  }
  return {};
}

/// The entity's word within its device: its name, else its id.
std::string endpoint_of(const Config& config) {
  const std::string name = own_name(config);
  return fold_name(name.empty() ? config.object_id : name);
}

}  // namespace

std::string own_name(const Config& config) {
  std::string name = config.text("name");
  if (!config.label.empty() && name.size() > config.label.size() &&
      name.starts_with(config.label)) {
    name = name.substr(config.label.size());
  }
  name.erase(0, std::min(name.find_first_not_of(" _-"), name.size()));
  return name;
}

Channel& Builder::add(std::string_view attribute, std::string_view unit) {
  Channel& channel = entity.channels.emplace_back();
  channel.bound = bind_canonical(attribute, attribute, unit);
  channel.bound.binding.loose = true;
  return channel;
}

Channel& Builder::add_raw() {
  Channel& channel = entity.channels.emplace_back();
  channel.bound.binding.attribute = "raw." + entity.endpoint;
  return channel;
}

std::optional<jinja::Template> Builder::compile(std::string_view key) {
  return compile_text(config.text(key), key);
}

std::optional<jinja::Template> Builder::compile_text(const std::string& source,
                                                     std::string_view key) {
  if (source.empty()) return std::nullopt;
  Result<jinja::Template> compiled = jinja::Template::compile(source);
  if (compiled) return std::move(*compiled);
  entity.refusals.push_back({"template", config.platform + " " + config.object_id + ": " +
                                             std::string(key) + " " + compiled.error().message});
  return std::nullopt;
}

void Builder::fail(std::string reason, std::string what) {
  if (!error) {
    error = Error{std::move(reason), config.platform + " " + config.object_id + ": " + what};
  }
}

void Builder::state(Channel& channel, std::string_view topic, std::string_view value_template,
                    std::string_view or_template) {
  channel.state_topic = config.text(topic);
  const bool other = !or_template.empty() && !config.has(value_template);
  const std::size_t before = entity.refusals.size();
  channel.state_template = compile(other ? or_template : value_template);
  channel.refused |= entity.refusals.size() != before;
}

void Builder::command(Channel& channel, std::string_view topic, std::string_view command_template,
                      std::string_view variable) {
  channel.command_topic = config.text(topic);
  if (channel.command_topic.empty()) return;
  const std::size_t before = entity.refusals.size();
  if (!command_template.empty()) channel.command_template = compile(command_template);
  if (entity.refusals.size() != before) {
    channel.command_topic.clear();
    return;
  }
  channel.variable = variable;
  make_writable(channel.bound);
}

void Builder::usual(Channel& channel, std::string_view front) {
  const std::string name(front);
  state(channel, name + "state_topic", name + "state_template", name + "value_template");
  command(channel, name + "command_topic", name + "command_template");
}

void Builder::truth(Channel& channel, std::string on, std::string off) {
  channel.bound.binding.on = std::move(on);
  channel.bound.binding.off = std::move(off);
}

void Builder::orders(Channel& channel, std::string on, std::string off) {
  channel.actions.push_back({"true", std::move(on)});
  channel.actions.push_back({"false", std::move(off)});
}

void Builder::words(Channel& channel, std::string_view list) {
  Binding& binding = channel.bound.binding;
  if (binding.shape != Shape::word) return;
  std::vector<std::pair<std::string, std::string>> own;
  for (const std::string& wire : config.list(list)) {
    own.emplace_back(wire, lower_case(wire));
  }
  // The device's own spelling is the one that commands use.
  binding.words.insert(binding.words.begin(), own.begin(), own.end());
}

void Builder::range(Channel& channel, std::string_view min, std::string_view max) {
  if (!config.has(min) || !config.has(max) || !channel.bound.info.writable) return;
  const Conversion& to = channel.bound.binding.conversion;
  const Range taken{to.apply(config.number(min, 0)), to.apply(config.number(max, 0))};
  const auto& plausible = channel.bound.binding.range;
  if (taken.min >= taken.max || !plausible) return;
  channel.bound.info.range = {std::max(taken.min, plausible->min),
                              std::min(taken.max, plausible->max)};
}

Result<Entity> make_entity(Config config) {
  Entity entity;
  entity.config = std::move(config);
  entity.endpoint = endpoint_of(entity.config);
  const auto platform = std::ranges::find(kPlatforms, entity.config.platform, &Platform::name);
  if (platform == std::end(kPlatforms)) {
    return Error{"type", entity.config.object_id +
                             ": no such platform: " + entity.config.platform.substr(0, 64)};
  }
  entity.capability = platform->capability;
  Builder builder(entity);
  platform->build(builder);
  for (const AvailabilitySource& source : entity.config.availability) {
    entity.availability_templates.push_back(
        builder.compile_text(source.value_template, "availability"));
  }
  if (builder.error) return *builder.error;
  if (const std::string topic = wrong_topic(entity); !topic.empty()) {
    return Error{"topic", entity.config.platform + " " + entity.config.object_id +
                              ": no topic: " + topic.substr(0, 64)};
  }
  std::erase_if(entity.channels, [](const Channel& channel) { return channel.refused; });
  const auto max_age = whole_seconds(entity.config, "expire_after");
  if (!max_age) return max_age.error();
  const auto off_delay = whole_seconds(entity.config, "off_delay");
  if (!off_delay) return off_delay.error();
  const bool may_turn_off = entity.config.platform == "binary_sensor";
  for (Channel& channel : entity.channels) {
    AttributeInfo& info = channel.bound.info;
    describe_wire(channel.bound);
    if (*max_age) info.max_age = *max_age;
    if (may_turn_off && info.type == ValueType::boolean) info.off_delay = *off_delay;
  }
  return entity;
}

std::string reserved_topic(const Entity& entity, std::string_view prefix) {
  const auto is_reserved = [&](std::string_view topic) {
    return !why_reserved(topic, prefix).empty();
  };
  for (const Channel& channel : entity.channels) {
    if (is_reserved(channel.command_topic)) return channel.command_topic;
    for (const Action& action : channel.actions) {
      if (is_reserved(action.topic)) return action.topic;
    }
  }
  return {};
}

}  // namespace attune::devices::ha
