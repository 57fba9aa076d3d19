#include <algorithm>
#include <cmath>
#include <utility>

#include "devices/dialects/homeassistant.h"
#include "devices/dialects/rgb.h"
#include "devices/json/writer.h"
#include "devices/vocabulary.h"

/// Commands to entities, ours and those of others.
namespace attune::devices {

namespace {

using ha::Action;
using ha::Channel;
using ha::Entity;
using ha::Schema;

/// What a command says of one attribute.
struct Wanted {
  const Channel* channel = nullptr;
  const Binding* binding = nullptr;
  Value value;
};

std::string text_of(const Value& value) {
  return value.kind() == ValueKind::text ? value.as_text() : to_json(value);
}

/// The wire's value, where it is one: `255,0,0`, 178, `heat`.
Value wire_of(const Wanted& wanted) {
  const Value& value = wanted.value;
  if (wanted.channel->reading == ha::Reading::rgb) {
    const auto color = value.kind() == ValueKind::text ? parse_rgb(value.as_text()) : std::nullopt;
    if (!color) return {};
    return std::to_string(color->red) + "," + std::to_string(color->green) + "," +
           std::to_string(color->blue);
  }
  if (wanted.channel->reading == ha::Reading::pair) {
    if (value.kind() != ValueKind::numbers || value.as_numbers().size() != 2) return {};
    std::string pair;
    append_number(pair, value.as_numbers()[0]);
    append_number(pair += ",", value.as_numbers()[1]);
    return pair;
  }
  return write(*wanted.binding, value);
}

/// How an Action calls a value.
std::string order_of(const Wanted& wanted, const Value& wire) {
  if (wanted.value.kind() == ValueKind::boolean) return wanted.value.as_bool() ? "true" : "false";
  return wanted.value.kind() == ValueKind::text ? wanted.value.as_text() : text_of(wire);
}

/// What a template may call the parts of a colour.
void add_parts(const Wanted& wanted, std::vector<std::pair<std::string_view, Value>>& more) {
  const Value& value = wanted.value;
  if (wanted.channel->reading == ha::Reading::rgb) {
    const auto color = parse_rgb(value.as_text());
    more.emplace_back("red", color->red);
    more.emplace_back("green", color->green);
    more.emplace_back("blue", color->blue);
  } else if (wanted.channel->reading == ha::Reading::pair) {
    const bool xy = wanted.binding->shape == Shape::color_xy;
    more.emplace_back(xy ? "x" : "hue", value.as_numbers()[0]);
    more.emplace_back(xy ? "y" : "sat", value.as_numbers()[1]);
  }
}

std::optional<std::string> rendered(const jinja::Template& pattern, const jinja::Inputs& inputs) {
  jinja::Rendered made = pattern.run(inputs);
  if (made.outcome != jinja::Rendered::Outcome::text || made.text.empty()) return std::nullopt;
  return std::move(made.text);
}

/// One attribute in a message of its own.
std::optional<Outgoing> message_of(const Wanted& wanted) {
  const Channel& channel = *wanted.channel;
  Value wire = wire_of(wanted);
  std::string topic = channel.command_topic;
  const jinja::Template* pattern = channel.command_template ? &*channel.command_template : nullptr;
  if (!channel.actions.empty()) {
    const auto action = std::ranges::find(channel.actions, order_of(wanted, wire), &Action::value);
    if (action == channel.actions.end()) return std::nullopt;
    wire = action->payload;
    if (!action->topic.empty()) topic = action->topic;
    if (action->command_template) pattern = &*action->command_template;
  }
  if (!wire.has_value() || topic.empty()) return std::nullopt;
  if (pattern == nullptr) return Outgoing{topic, text_of(wire)};
  jinja::Inputs inputs{wire, nullptr, {}};
  if (!channel.variable.empty()) inputs.more.emplace_back(channel.variable, wire);
  add_parts(wanted, inputs.more);
  std::optional<std::string> payload = rendered(*pattern, inputs);
  if (!payload) return std::nullopt;
  return Outgoing{topic, std::move(*payload)};
}

void write_colour(const Wanted& wanted, json::Writer& writer) {
  writer.key("color").begin_object();
  const Value& value = wanted.value;
  if (wanted.channel->reading == ha::Reading::rgb) {
    const auto color = parse_rgb(value.as_text());
    writer.member("r", color->red).member("g", color->green).member("b", color->blue);
  } else {
    const bool xy = wanted.binding->shape == Shape::color_xy;
    writer.member(xy ? "x" : "h", value.as_numbers()[0]);
    writer.member(xy ? "y" : "s", value.as_numbers()[1]);
  }
  writer.end_object();
}

bool is_off(const std::vector<Wanted>& all) {
  return std::ranges::any_of(all, [](const Wanted& wanted) {
    return wanted.binding->shape == Shape::boolean && wanted.value == Value(false);
  });
}

/// All that is wanted of a light, as one object. Whatever is wanted but off means on.
std::vector<Outgoing> light_object(const std::vector<Wanted>& all) {
  json::Writer writer;
  const bool off = is_off(all);
  writer.begin_object().member("state", off ? "OFF" : "ON");
  for (const Wanted& wanted : all) {
    if (off || wanted.binding->shape == Shape::boolean) continue;
    const Value wire = wire_of(wanted);
    if (!wire.has_value()) continue;
    if (wanted.channel->reading == ha::Reading::plain) {
      writer.member(wanted.channel->json_key, wire);
    } else {
      write_colour(wanted, writer);
    }
  }
  return {{all[0].channel->command_topic, writer.end_object().take()}};
}

std::vector<Outgoing> light_template(const Entity& entity, const std::vector<Wanted>& all) {
  const bool off = is_off(all);
  const auto& pattern = off ? entity.off_template : entity.on_template;
  if (!pattern) return {};
  jinja::Inputs inputs;
  inputs.more.emplace_back("state", off ? "off" : "on");
  for (const Wanted& wanted : all) {
    if (wanted.binding->shape == Shape::boolean) continue;
    inputs.more.emplace_back(canonical_part(wanted.channel->bound.info.name), wire_of(wanted));
  }
  auto payload = rendered(*pattern, inputs);
  if (!payload) return {};
  return {{all[0].channel->command_topic, std::move(*payload)}};
}

/// One message for each. Being switched comes last, as far as the entity does not say otherwise;
/// what is switched off is told nothing else.
std::vector<Outgoing> single_messages(const Entity& entity, std::vector<Wanted> all) {
  const bool first = entity.config.text("on_command_type") == "first";
  const auto is_switch = [](const Wanted& wanted) {
    return wanted.binding->shape == Shape::boolean &&
           canonical_part(wanted.binding->attribute) == "on";
  };
  std::ranges::stable_sort(
      all, {}, [&](const Wanted& wanted) { return is_switch(wanted) != first ? 1 : 0; });
  std::vector<Outgoing> messages;
  for (const Wanted& wanted : all) {
    const bool dark = entity.config.platform == "light" && is_off(all) && !is_switch(wanted);
    if (dark) continue;
    auto message = message_of(wanted);
    if (!message) continue;
    const bool said = std::ranges::any_of(messages, [&](const Outgoing& other) {
      return other.topic == message->topic && other.payload == message->payload;
    });
    if (!said) messages.push_back(std::move(*message));
  }
  return messages;
}

/// What a payload on a command topic means; none where only a template could say it.
Value meaning_of(const Channel& channel, const Binding& binding, std::string_view payload) {
  if (channel.command_template) return {};
  for (const Action& action : channel.actions) {
    if (action.payload != payload) continue;
    if (binding.shape == Shape::boolean) return action.value == "true";
    if (binding.shape != Shape::number) return Value(action.value);
    return parse_number(action.value).value_or(0);
  }
  if (!channel.actions.empty() || channel.reading != ha::Reading::plain) return {};
  Value value;
  return read(binding, text_node(payload), value) == Take::value ? value : Value();
}

constexpr std::size_t kNumbersTriedMax = 4;

/// The values that a command could be about: where a template stands before it, each is tried.
std::vector<Value> candidates(const Channel& channel, const Binding& binding,
                              std::string_view payload) {
  std::vector<Value> all;
  if (binding.shape == Shape::boolean) return {true, false};
  if (binding.shape == Shape::word) {
    for (const auto& [wire, canonical] : binding.words) all.emplace_back(canonical);
    for (const Action& action : channel.actions) all.emplace_back(action.value);
    return all;
  }
  if (binding.shape != Shape::number && binding.shape != Shape::mired) return all;
  constexpr std::string_view kNumber = "+-.0123456789";
  for (std::size_t at = payload.find_first_of(kNumber);
       at != std::string_view::npos && all.size() < kNumbersTriedMax;) {
    const std::size_t end = std::min(payload.find_first_not_of(kNumber, at), payload.size());
    Value value;
    const json::Node node = text_node(payload.substr(at, end - at));
    if (read(binding, node, value) == Take::value) all.push_back(std::move(value));
    at = payload.find_first_of(kNumber, end);
  }
  return all;
}

/// Whether a template decides what commands of a channel look like.
bool is_templated(const Entity& entity, const Channel& channel) {
  return entity.schema == Schema::template_light || channel.command_template ||
         std::ranges::any_of(channel.actions, [](const Action& action) {
           return action.command_template.has_value();
         });
}

}  // namespace

/// The value whose command would be this very message; none when no such is known.
Value HomeAssistant::tried(const Entry& entry, std::size_t at, const BoundDevice& device,
                           const Message& message) {
  const Binding& binding = device.bindings[entry.first + at];
  for (Value& value : candidates(entry.entity.channels[at], binding, message.payload)) {
    const Reading wanted{binding.id, value};
    for (const Outgoing& own : messages_to(entry, device, {&wanted, 1})) {
      if (own.topic == message.topic && own.payload == message.payload) return std::move(value);
    }
  }
  return {};
}

std::vector<Outgoing> HomeAssistant::messages_to(const Entry& entry, const BoundDevice& device,
                                                 std::span<const Reading> values) {
  std::vector<Wanted> all;
  for (const Reading& reading : values) {
    for (std::size_t at = 0; at < entry.entity.channels.size(); ++at) {
      const Binding& binding = device.bindings[entry.first + at];
      if (binding.id != reading.attribute || !binding.writable) continue;
      const Wanted wanted{&entry.entity.channels[at], &binding, reading.value};
      const bool fits = binding.shape == Shape::boolean ? reading.value.kind() == ValueKind::boolean
                                                        : wire_of(wanted).has_value();
      if (fits) all.push_back(wanted);
    }
  }
  if (all.empty()) return {};
  if (entry.entity.schema == Schema::json_light) return light_object(all);
  if (entry.entity.schema == Schema::template_light) return light_template(entry.entity, all);
  return single_messages(entry.entity, std::move(all));
}

std::vector<Outgoing> HomeAssistant::encode(DeviceIndex index,
                                            std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  const auto keys = device == nullptr ? by_device_.end() : by_device_.find(device->name);
  if (keys == by_device_.end()) return {};
  std::vector<Outgoing> messages;
  for (const std::string& key : keys->second) {
    for (Outgoing& one : messages_to(entries_.find(key)->second, *device, values)) {
      messages.push_back(std::move(one));
    }
  }
  return messages;
}

std::vector<Outgoing> HomeAssistant::ask(DeviceIndex) const {
  return {};
}

/// Somebody else's command to an entity: Home Assistant's own, most of the time.
void HomeAssistant::take_command(const Entry& entry, std::size_t at, Turn& turn) {
  const Channel& channel = entry.entity.channels[at];
  const BoundDevice* device = book_.find(entry.entity.config.device);
  if (device == nullptr || turn.message.payload.empty()) return;
  const Binding& binding = device->bindings[entry.first + at];
  if (turn.message.retained) {
    return book_.reject(device, binding.attribute, "retained_command", "", turn.message, turn.out);
  }
  Value value;
  if (entry.entity.schema == Schema::json_light) {
    const bool object = turn.root != nullptr && turn.root->kind == json::Kind::object;
    const json::Node* member = object ? turn.root->find(channel.json_key) : nullptr;
    if (member == nullptr || channel.reading != ha::Reading::plain) return;
    if (read(binding, *member, value) != Take::value) return;
  } else if (entry.entity.schema == Schema::topics) {
    value = meaning_of(channel, binding, turn.message.payload);
  }
  if (!value.has_value() && is_templated(entry.entity, channel)) {
    value = tried(entry, at, *device, turn.message);
  }
  if (value.has_value() && binding.writable) {
    turn.out.foreign.push_back({binding.id, std::move(value)});
  }
}

}  // namespace attune::devices
