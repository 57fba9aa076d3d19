#include "devices/dialects/json_mapped.h"

#include <algorithm>
#include <set>
#include <utility>

#include "devices/dialects/command_topics.h"
#include "devices/dialects/mapping.h"
#include "devices/topics.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::string_view kDiscovery = "homeassistant/";
constexpr const char* kWhereItListens = "name the topic on which the device listens";

Error error_at(const DeviceId& device, const JsonAttribute& attribute, std::string text) {
  return mapping_error(device, attribute.name, std::move(text));
}

MappedAttribute mapped_of(const JsonAttribute& from) {
  return {from.name, from.path, from.unit, from.values, !from.command_topic.empty(),
          from.type, from.range};
}

std::string topic_problem(std::string_view topic) {
  if (topic.starts_with('$')) return "what begins with $ belongs to the broker";
  return std::string(what_is_wrong_with_topic(topic));
}

/// A bridge's requests (`bridge/request/permit_join`) may be commanded by who writes them down;
/// what a bridge says of itself and of its devices may not be forged.
bool is_said_by_bridge(std::string_view topic, std::string_view owner) {
  const std::size_t bridge = owner.empty() ? std::string_view::npos : topic.find("/bridge/");
  return bridge != std::string_view::npos && !topic.substr(bridge).starts_with("/bridge/request/");
}

std::string command_topic_problem(std::string_view topic, const JsonMapped::TopicOwner& owner) {
  if (topic.empty()) return {};
  if (std::string wrong = topic_problem(topic); !wrong.empty()) return wrong;
  std::string why(why_reserved(topic, kDiscovery));
  if (const std::string_view bridge = owner(topic); is_said_by_bridge(topic, bridge)) {
    why = std::string(bridge) + " speaks there of its devices";
  }
  if (!why.empty()) why.append("; ").append(kWhereItListens);
  return why;
}

}  // namespace

Result<JsonMapped::Mapping> JsonMapped::compile(const DeviceId& device, const JsonAttribute& from) {
  Mapping mapping;
  mapping.device = device;
  mapping.command_topic = from.command_topic;
  mapping.command_payload = from.command_payload;
  mapping.command_path = path_in_template(from.command_payload);
  const auto path = split_pointer(from.path);
  if (!path) return error_at(device, from, "'" + from.path + "' is no JSON pointer (/key/key)");
  mapping.path = *path;
  auto bound = bind_mapped(device, mapped_of(from));
  if (!bound) return bound.error();
  mapping.binding = std::move(bound->binding);
  mapping.info = std::move(bound->info);
  mapping.info.impulse = from.impulse;
  return mapping;
}

Status JsonMapped::check(const JsonDevice& device, const JsonAttribute& from,
                         const TopicOwner& owner) {
  if (std::string problem = topic_problem(from.topic); !problem.empty()) {
    return error_at(device.id, from, "topic: " + problem);
  }
  const auto is_state = [&](const JsonAttribute& one) { return one.topic == from.command_topic; };
  std::string wrong = command_topic_problem(from.command_topic, owner);
  if (std::ranges::any_of(device.attributes, is_state)) {
    wrong = "its state stands there, and a command would be taken for it; ";
    wrong += kWhereItListens;
  }
  if (!wrong.empty()) return error_at(device.id, from, "command topic: " + wrong);
  if (const std::string_view other = owner(from.topic); !other.empty()) {
    return error_at(device.id, from,
                    "its topic is listened to by " + std::string(other) +
                        "; what that does not say stands on a topic of its own");
  }
  if (std::string problem = template_problem(from.command_payload); !problem.empty()) {
    return error_at(device.id, from, std::move(problem));
  }
  const auto mapping = compile(device.id, from);
  if (mapping && from.impulse && mapping->info.type != ValueType::boolean) {
    return error_at(device.id, from, "only what is true or false is turned around by an impulse");
  }
  return mapping ? Status() : Status(mapping.error());
}

void JsonMapped::configure(const std::vector<JsonDevice>& devices) {
  by_topic_.clear();
  by_command_topic_.clear();
  const std::set<DeviceId> before = std::exchange(devices_, {});
  for (const JsonDevice& device : devices) {
    DeviceInfo info;
    info.id = device.id;
    info.name = device.id.text();
    info.dialect = name();
    for (const JsonAttribute& from : device.attributes) {
      Mapping mapping = *compile(device.id, from);
      mapping.binding.id = catalog_.table().intern(device.id, from.name);
      if (!mapping.info.name.empty()) info.attributes.push_back(mapping.info);
      if (mapping.binding.writable && mapping.command_path) {
        by_command_topic_[from.command_topic].push_back(mapping);
      }
      by_topic_[from.topic].push_back(std::move(mapping));
    }
    info.capabilities = capabilities_of(info.attributes);
    catalog_.describe(std::move(info));
    devices_.insert(device.id);
  }
  for (const DeviceId& id : before) {
    if (!devices_.contains(id)) catalog_.remove(id);
  }
  // What is said where it is commanded is state.
  std::erase_if(by_command_topic_, [&](const auto& one) { return by_topic_.contains(one.first); });
}

std::vector<std::string> JsonMapped::subscriptions() const {
  std::vector<std::string> topics;
  for (const auto& [topic, mappings] : by_topic_) topics.push_back(topic);
  for (const auto& [topic, mappings] : by_command_topic_) topics.push_back(topic);
  return topics;
}

bool JsonMapped::owns(std::string_view topic) const {
  return by_topic_.contains(topic) || by_command_topic_.contains(topic);
}

bool JsonMapped::knows(std::string_view topic) const {
  return by_topic_.contains(topic);
}

void JsonMapped::decode(const Message& message, Decoded& out) {
  if (const auto state = by_topic_.find(message.topic); state != by_topic_.end()) {
    if (!message.payload.empty()) decode_state(state->second, message, out);
    return;
  }
  const auto command = by_command_topic_.find(message.topic);
  if (command == by_command_topic_.end()) return;
  decode_foreign(command->second, message, out);
  // It may be another dialect's device that a mapping commands.
  out.pass_on = out.foreign.empty() && out.rejections.empty();
}

/// Somebody else's command, where it looks as ours would.
void JsonMapped::decode_foreign(const std::vector<Mapping>& mappings, const Message& message,
                                Decoded& out) {
  const Node* root = message.payload.empty() ? nullptr : reader_.read(message.payload);
  const Node text = text_node(message.payload);
  if (root == nullptr && (message.payload.empty() || !json::valid_utf8(message.payload))) return;
  for (const Mapping& mapping : mappings) {
    const Node* node = root != nullptr ? follow(*root, *mapping.command_path) : nullptr;
    if (root == nullptr && mapping.command_path->empty()) node = &text;
    Value value;
    if (node == nullptr || read(mapping.binding, *node, value) != Take::value) continue;
    if (message.retained) {
      out.rejections.push_back({std::string(message.topic),
                                mapping.device.text() + "." + mapping.binding.attribute,
                                "retained_command", ""});
    } else {
      out.foreign.push_back({mapping.binding.id, std::move(value)});
    }
  }
}

void JsonMapped::decode_state(const std::vector<Mapping>& mappings, const Message& message,
                              Decoded& out) {
  const Node* root = reader_.read(message.payload);
  Node text;
  if (root == nullptr) {
    const bool wants_text =
        std::ranges::any_of(mappings, [](const Mapping& m) { return m.path.empty(); });
    const bool opens = message.payload[0] == '{' || message.payload[0] == '[';
    const bool fits = message.payload.size() <= json::kStateLimits.string_bytes;
    if (!wants_text || opens || !fits || !json::valid_utf8(message.payload)) {
      const json::Refusal& why = reader_.refusal();
      out.rejections.push_back(
          {std::string(message.topic), "", std::string(why.reason), why.detail});
      return;
    }
    text.kind = Kind::text;
    text.text = message.payload;
    root = &text;
  }
  for (const Mapping& mapping : mappings) take(mapping, *root, message, out);
}

void JsonMapped::take(const Mapping& mapping, const Node& root, const Message& message,
                      Decoded& out) const {
  const Node* node = follow(root, mapping.path);
  if (node == nullptr) return;
  const bool is_state = mapping.binding.shape != Shape::event;
  if (node->kind == Kind::null && is_state) return out.unknown.push_back(mapping.binding.id);
  Value value;
  const Take taken = read(mapping.binding, *node, value);
  if (taken == Take::type || taken == Take::range) {
    out.rejections.push_back({std::string(message.topic),
                              mapping.device.text() + "." + mapping.binding.attribute,
                              std::string(reason(taken)), shown(*node)});
  }
  if (taken != Take::value) return;
  if (is_state) {
    out.readings.push_back({mapping.binding.id, std::move(value)});
  } else if (!message.retained && !value.as_text().empty()) {
    out.events.push_back({mapping.binding.id, std::move(value)});
  }
}

std::vector<Outgoing> JsonMapped::encode(DeviceIndex device,
                                         std::span<const Reading> values) const {
  const DeviceId& id = catalog_.table().device(device);
  std::vector<Outgoing> messages;
  for (const Reading& reading : values) {
    for (const auto& [topic, mappings] : by_topic_) {
      for (const Mapping& mapping : mappings) {
        if (mapping.device != id || mapping.binding.id != reading.attribute) continue;
        const Value wire = write(mapping.binding, reading.value);
        if (mapping.command_topic.empty() || !wire.has_value()) continue;
        std::optional<std::string> payload = fill_template(mapping.command_payload, wire);
        if (payload) messages.push_back({mapping.command_topic, std::move(*payload)});
      }
    }
  }
  return messages;
}

std::vector<Outgoing> JsonMapped::ask(DeviceIndex) const {
  return {};
}

}  // namespace attune::devices
