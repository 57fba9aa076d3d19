#include "devices/dialects/zigbee2mqtt.h"

#include <algorithm>
#include <utility>

#include "devices/dialects/raw_values.h"
#include "devices/json/writer.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;
using zigbee2mqtt::Bound;

bool looks_like_object(std::string_view payload) {
  const std::size_t first = payload.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos && payload[first] == '{';
}

std::optional<Availability> availability_word(std::string_view word) {
  if (word == "online") return Availability::online;
  if (word == "offline") return Availability::offline;
  return std::nullopt;
}

/// What people call a device's command topic: `set`, `set/brightness`, `l2/set`, `l2/set/state`.
struct CommandTail {
  bool sets = false;
  bool gets = false;
  std::string_view endpoint;
  std::string_view property;
};

CommandTail parse_command(std::string_view tail) {
  CommandTail found;
  for (const std::string_view verb : {"set", "get"}) {
    std::string_view rest = tail;
    const std::size_t slash = tail.find('/');
    std::string_view endpoint;
    if (slash != std::string_view::npos && !tail.starts_with("set/") && !tail.starts_with("get/")) {
      endpoint = tail.substr(0, slash);
      rest = tail.substr(slash + 1);
    }
    if (!rest.starts_with(verb)) continue;
    rest.remove_prefix(verb.size());
    if (!rest.empty() && rest[0] != '/') continue;
    found = {verb == "set", verb == "get", endpoint, rest.empty() ? rest : rest.substr(1)};
  }
  return found;
}

bool is_command(const CommandTail& command) {
  return command.sets || command.gets;
}

/// Whether a topic that belongs to no known device is somebody's command to it.
bool ends_in_command(std::string_view rest, std::string_view verb) {
  const std::string middle = "/" + std::string(verb) + "/";
  return rest.ends_with(middle.substr(0, middle.size() - 1)) ||
         rest.find(middle) != std::string_view::npos;
}

}  // namespace

Zigbee2Mqtt::Zigbee2Mqtt(Catalog& catalog, std::string_view base)
    : catalog_(catalog), base_(std::string(base) + "/") {}

void Zigbee2Mqtt::decode(const Message& message, Decoded& out) {
  Turn turn{message, out};
  std::string_view rest = message.topic;
  rest.remove_prefix(std::min(base_.size(), rest.size()));
  if (rest.starts_with("bridge/")) return decode_bridge(rest.substr(7), turn);
  if (Device* device = find(rest)) return decode_state(*device, turn);
  std::string_view tail;
  if (Device* device = find_prefix(rest, tail)) return decode_below(*device, tail, turn);
  decode_unknown(rest, turn);
}

void Zigbee2Mqtt::decode_below(Device& device, std::string_view tail, Turn& turn) {
  if (tail == "availability") return decode_availability(device, turn);
  if (is_command(parse_command(tail))) return decode_command(device, tail, turn);
  const bool one_level = tail.find('/') == std::string_view::npos;
  const bool own =
      std::ranges::find(device.bindings, tail, &Binding::property) != device.bindings.end();
  const bool object = looks_like_object(turn.message.payload);
  if (one_level && (own || !object || zigbee2mqtt::is_known_name(tail))) {
    return decode_attribute(device, tail, turn);
  }
  decode_unknown(turn.message.topic.substr(base_.size()), turn);
}

void Zigbee2Mqtt::decode_unknown(std::string_view rest, Turn& turn) {
  const std::size_t slash = rest.rfind('/');
  const std::string_view parent = slash == std::string_view::npos ? "" : rest.substr(0, slash);
  const std::string_view last = slash == std::string_view::npos ? rest : rest.substr(slash + 1);
  if (ends_in_command(rest, "set")) {
    if (turn.message.retained) reject(turn, nullptr, {}, "retained_command", std::string(rest));
    return;
  }
  if (ends_in_command(rest, "get") || turn.message.payload.empty()) return;
  if (last == "availability" && !parent.empty()) {
    if (Device* device = meet(parent, turn)) decode_availability(*device, turn);
    return;
  }
  if (looks_like_object(turn.message.payload)) return decode_new_state(rest, turn);
  if (!parent.empty() && zigbee2mqtt::is_known_name(last)) {
    if (Device* device = meet(parent, turn)) decode_attribute(*device, last, turn);
    return;
  }
  reject(turn, nullptr, {}, "topic", "no device has this name");
}

const Node* Zigbee2Mqtt::parse(Turn& turn, const json::Limits& limits) {
  const Node* root = reader_.read(turn.message.payload, limits);
  if (root == nullptr) {
    reject(turn, nullptr, {}, reader_.refusal().reason, reader_.refusal().detail);
  }
  return root;
}

void Zigbee2Mqtt::reject(Turn& turn, const Device* device, std::string_view attribute,
                         std::string_view reason, std::string detail) {
  std::string path;
  if (device != nullptr && !attribute.empty()) {
    path = device->id.text() + "." + std::string(attribute);
  }
  turn.out.rejections.push_back(
      {std::string(turn.message.topic), std::move(path), std::string(reason), std::move(detail)});
}

void Zigbee2Mqtt::decode_state(Device& device, Turn& turn) {
  if (turn.message.payload.empty()) return;  // a retained state was deleted
  turn.root = parse(turn, json::kStateLimits);
  if (turn.root == nullptr) return;
  if (turn.root->kind != Kind::object) {
    return reject(turn, &device, {}, "type", "a device's state is an object");
  }
  take_members(device, turn);
}

void Zigbee2Mqtt::decode_new_state(std::string_view name, Turn& turn) {
  turn.root = parse(turn, json::kStateLimits);
  if (turn.root == nullptr) return;
  if (Device* device = meet(name, turn)) take_members(*device, turn);
}

void Zigbee2Mqtt::take_members(Device& device, Turn& turn) {
  device.heard = device.sends_json = true;
  std::size_t cursor = 0;
  for (const Node& member : *turn.root) take(device, member.key, member, cursor, turn);
}

void Zigbee2Mqtt::decode_attribute(Device& device, std::string_view property, Turn& turn) {
  // With both kinds of output a button's word arrives twice; the object is the one that counts.
  if (property == "action" && device.sends_json) return;
  device.heard = true;
  const Node* node = reader_.read(turn.message.payload);
  Node text;
  if (node == nullptr) {
    if (turn.message.payload.empty()) return;
    if (!json::valid_utf8(turn.message.payload)) return reject(turn, &device, property, "utf8", "");
    if (turn.message.payload.size() > json::kStateLimits.string_bytes) {
      return reject(turn, &device, property, "string", "");
    }
    if (looks_like_object(turn.message.payload)) {
      return reject(turn, &device, property, reader_.refusal().reason, reader_.refusal().detail);
    }
    text.kind = Kind::text;
    text.text = turn.message.payload;
    node = &text;
  }
  std::size_t cursor = 0;
  take(device, property, *node, cursor, turn);
}

void Zigbee2Mqtt::take(Device& device, std::string_view property, const Node& node,
                       std::size_t& cursor, Turn& turn) {
  const std::size_t count = device.bindings.size();
  std::size_t at = count;
  for (std::size_t i = 0; i < count; ++i) {  // messages repeat their order: start where we stand
    const std::size_t j = cursor + i < count ? cursor + i : cursor + i - count;
    if (device.bindings[j].property == property) {
      at = j;
      break;
    }
  }
  if (at == count) at = learn(device, property, node, turn);
  while (at > 0 && at < device.bindings.size() && device.bindings[at - 1].property == property)
    --at;
  for (; at < device.bindings.size() && device.bindings[at].property == property; ++at) {
    cursor = at + 1;
    if (device.bindings[at].readable) take_bound(device, device.bindings[at], node, turn);
  }
  if (cursor >= device.bindings.size()) cursor = 0;
}

void Zigbee2Mqtt::take_bound(Device& device, const Binding& binding, const Node& node, Turn& turn) {
  if (binding.shape == Shape::event) return take_action(device, node, turn);
  if (binding.shape == Shape::raw) return take_raw(device, binding.attribute, node, turn);
  Value value;
  const Take taken = read(binding, node, value);
  if (taken == Take::value) turn.out.readings.push_back({binding.id, std::move(value)});
  const bool is_state = binding.shape != Shape::ignored;
  if (node.kind == Kind::null && is_state) turn.out.unknown.push_back(binding.id);
  if (taken == Take::type || taken == Take::range) {
    reject(turn, &device, binding.attribute, reason(taken), shown(node));
  }
}

void Zigbee2Mqtt::take_raw(Device& device, const std::string& attribute, const Node& node,
                           Turn& turn) {
  if (node.kind == Kind::object) {
    for (const Node& member : node) {
      take_raw(device, attribute + "." + plain_name(member.key), member, turn);
    }
    return;
  }
  if (node.kind == Kind::null) {
    return forget_raw(catalog_.table(), device.index, attribute, turn.out);
  }
  Value value = plain_value(node);
  if (!value.has_value()) return;
  if (const auto id = intern(device, attribute, turn)) {
    turn.out.readings.push_back({*id, std::move(value)});
  }
}

void Zigbee2Mqtt::take_action(Device& device, const Node& node, Turn& turn) {
  if (node.kind == Kind::null) return;
  if (node.kind != Kind::text) {
    return reject(turn, &device, "event", "type", shown(node));
  }
  if (node.text.empty()) return;  // older bridges reset a button so
  const zigbee2mqtt::Press press = zigbee2mqtt::parse_action(node.text);
  const std::string name =
      press.endpoint.empty() ? "event" : std::string(press.endpoint) + ".event";
  const auto id = intern(device, name, turn);
  if (!id) return;
  if (catalog_.attribute(*id) == nullptr) {
    turn.out.devices_changed |=
        catalog_.add_attribute(device.index, canonical_attribute(name, false));
  }
  // What is retained was pressed long ago; that there is such a button stays true.
  if (!turn.message.retained) turn.out.events.push_back({*id, Value(press.word)});
}

/// Finds out what a property is that no binding names yet; its place, or the number of bindings.
std::size_t Zigbee2Mqtt::learn(Device& device, std::string_view property, const Node& node,
                               Turn& turn) {
  const std::size_t first = device.bindings.size();
  if (node.kind == Kind::null) return first;
  // Both change with every message and say nothing about the device.
  if (property == "last_seen" || property == "device") {
    Binding& ignored = device.bindings.emplace_back();
    ignored.property = property;
    ignored.shape = Shape::ignored;
    return first;
  }
  zigbee2mqtt::Guess guess;
  if (!device.described || property == "color_mode" || property == "action") {
    if (!turn.context && turn.root != nullptr) {
      turn.context = zigbee2mqtt::context_of(*turn.root);
    }
    guess = zigbee2mqtt::guess(property, node, turn.context.value_or(zigbee2mqtt::Context{}));
  }
  if (!guess.refused.empty()) {
    reject(turn, &device, guess.refused, "type", shown(node));
    return first;
  }
  adopt(device, std::move(guess.bound), turn);
  if (device.bindings.size() == first) device.bindings.push_back(zigbee2mqtt::bind_raw(property));
  return first;
}

/// Takes up what a message made certain; an attribute that is already read elsewhere stays there.
void Zigbee2Mqtt::adopt(Device& device, std::vector<Bound> bound, Turn& turn) {
  for (Bound& one : bound) {
    const bool taken = std::ranges::any_of(device.bindings, [&](const Binding& b) {
      return b.readable && b.attribute == one.binding.attribute;
    });
    if (taken) continue;
    const auto id = intern(device, one.binding.attribute, turn);
    if (!id) return;
    one.binding.id = *id;
    if (one.binding.shape != Shape::event) {
      turn.out.devices_changed |= catalog_.add_attribute(device.index, std::move(one.info));
    }
    device.bindings.push_back(std::move(one.binding));
  }
}

Availability Zigbee2Mqtt::effective(const Device& device) const {
  if (bridge_ == Availability::offline) return Availability::offline;
  return device.said == Availability::unknown ? bridge_ : device.said;
}

void Zigbee2Mqtt::decode_availability(Device& device, Turn& turn) {
  if (turn.message.payload.empty()) return;
  std::string_view word = turn.message.payload;
  if (looks_like_object(word)) {
    const Node* root = parse(turn, json::kStateLimits);
    if (root == nullptr) return;
    word = root->text_of("state");
  }
  const std::optional<Availability> said = availability_word(word);
  if (!said) return reject(turn, &device, {}, "type", "neither online nor offline");
  device.said = *said;
  turn.out.availability.push_back({device.index, effective(device)});
}

void Zigbee2Mqtt::decode_command(Device& device, std::string_view tail, Turn& turn) {
  const CommandTail command = parse_command(tail);
  if (!command.sets) return;
  if (turn.message.retained) {
    return reject(turn, &device, {}, "retained_command", std::string(tail));
  }
  const std::string suffix = command.endpoint.empty() ? "" : "_" + std::string(command.endpoint);
  const Node* root = reader_.read(turn.message.payload);
  if (root != nullptr && root->kind == Kind::object && command.property.empty()) {
    for (const Node& member : *root) {
      take_foreign(device, std::string(member.key) + suffix, member, turn);
    }
    return;
  }
  Node text;
  text.kind = Kind::text;
  text.text = turn.message.payload;
  if (root == nullptr && !json::valid_utf8(text.text)) return;
  const std::string_view property = command.property.empty() ? "state" : command.property;
  take_foreign(device, std::string(property) + suffix, root != nullptr ? *root : text, turn);
}

void Zigbee2Mqtt::take_foreign(Device& device, std::string_view property, const Node& node,
                               Turn& turn) {
  for (const Binding& binding : device.bindings) {
    if (binding.property != property || !binding.writable) continue;
    Value value;
    if (read(binding, node, value) == Take::value) {
      turn.out.foreign.push_back({binding.id, std::move(value)});
    }
  }
}

namespace {

/// Lights that dim take their time over on, brightness and colour alike; others know no such thing.
void add_transition(json::Writer& writer, std::span<const Reading> values,
                    const std::vector<Binding>& bindings) {
  Millis longest{0};
  for (const Reading& reading : values) longest = std::max(longest, reading.transition);
  const bool dims = std::ranges::any_of(
      bindings, [](const Binding& binding) { return binding.property.starts_with("brightness"); });
  if (longest == Millis(0) || !dims) return;
  writer.member("transition", std::chrono::duration<double>(longest).count());
}

}  // namespace

std::vector<Outgoing> Zigbee2Mqtt::encode(DeviceIndex index,
                                          std::span<const Reading> values) const {
  const Device* device = at(index);
  if (device == nullptr) return {};
  json::Writer writer;
  writer.begin_object();
  std::vector<std::string_view> written;
  const auto add = [&](const Reading& reading, bool switches) {
    for (const Binding& binding : device->bindings) {
      if (binding.id != reading.attribute || !binding.writable) continue;
      if ((binding.shape == Shape::boolean) != switches) continue;
      const Value wire = write(binding, reading.value);
      if (!wire.has_value() || std::ranges::find(written, binding.property) != written.end())
        return;
      written.push_back(binding.property);
      writer.key(binding.property);
      if (wire.kind() != ValueKind::numbers) {
        writer.value(wire);
        return;
      }
      const bool xy = binding.shape == Shape::color_xy;
      writer.begin_object();
      writer.member(xy ? "x" : "hue", wire.as_numbers()[0]);
      writer.member(xy ? "y" : "saturation", wire.as_numbers()[1]);
      writer.end_object();
      return;
    }
  };
  for (const Reading& reading : values) add(reading, true);  // state comes first, for people
  for (const Reading& reading : values) add(reading, false);
  if (written.empty()) return {};
  add_transition(writer, values, device->bindings);
  return {{base_ + device->name + "/set", writer.end_object().take()}};
}

std::vector<Outgoing> Zigbee2Mqtt::ask(DeviceIndex index) const {
  const Device* device = at(index);
  if (device == nullptr) return {};
  json::Writer writer;
  writer.begin_object();
  std::vector<std::string_view> written;
  for (const Binding& binding : device->bindings) {
    if (!binding.askable || !binding.writable || !binding.readable) continue;
    if (std::ranges::find(written, binding.property) != written.end()) continue;
    written.push_back(binding.property);
    writer.member(binding.property, "");
  }
  if (written.empty()) return {};
  return {{base_ + device->name + "/get", writer.end_object().take()}};
}

}  // namespace attune::devices
