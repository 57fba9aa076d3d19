#include "devices/dialects/json_mapped.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "devices/dialects/device_book.h"
#include "devices/names.h"
#include "devices/topics.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

Error error_at(const DeviceId& device, const JsonAttribute& attribute, std::string text) {
  return {"devices_file", device.text() + "." + attribute.name + ": " + std::move(text)};
}

/// The keys of a JSON pointer; empty optional when it is none.
std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> keys;
  if (pointer.empty()) return keys;
  if (pointer[0] != '/') return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      keys.emplace_back();
    } else if (pointer[i] != '~') {
      keys.back() += pointer[i];
    } else if (i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      keys.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      return std::nullopt;
    }
  }
  return keys;
}

const Node* element(const Node& array, std::string_view key) {
  std::size_t wanted = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), wanted);
  if (error != std::errc() || end != key.data() + key.size()) return nullptr;
  for (const Node& child : array) {
    if (wanted-- == 0) return &child;
  }
  return nullptr;
}

const Node* follow(const Node& root, const std::vector<std::string>& path) {
  const Node* at = &root;
  for (const std::string& key : path) {
    at = at->kind == Kind::array ? element(*at, key) : at->find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

void bind_boolean(const JsonAttribute& from, Binding& binding) {
  binding.shape = Shape::boolean;
  if (from.values.empty()) {
    binding.words = {{"true", "true"}, {"false", "false"}, {"ON", "true"},
                     {"OFF", "false"}, {"1", "true"},      {"0", "false"}};
    return;
  }
  for (const auto& [canonical, wire] : from.values) {
    (canonical == "true" ? binding.on : binding.off) = Value(wire);
    binding.words.emplace_back(wire, canonical);
  }
}

void bind_value(const JsonAttribute& from, const Word& word, std::string_view unit,
                Binding& binding) {
  shape_by_word(word, unit, binding);
  binding.loose = true;  // who maps a text as a number means it
  if (word.type == ValueType::boolean) bind_boolean(from, binding);
  if (word.type != ValueType::enumeration || from.values.empty()) return;
  binding.words.clear();
  for (const auto& [canonical, wire] : from.values) binding.words.emplace_back(wire, canonical);
}

/// The words of an enumeration of one's own.
std::string own_values(const JsonAttribute& from) {
  std::string values;
  if (from.type != ValueType::enumeration) return values;
  for (const auto& [canonical, wire] : from.values)
    values += (values.empty() ? "" : "|") + canonical;
  return values;
}

/// The word that a mapping declares; none where the vocabulary has it, or nobody.
std::optional<Word> own_word(const JsonAttribute& from, std::string_view values) {
  const std::string_view name = canonical_part(from.name);
  if (!is_user_attribute(name) || !from.type) return std::nullopt;
  const bool writable = *from.type != ValueType::event;
  return Word{name, *from.type, from.unit, from.range, values, false, writable};
}

/// What is wrong with `values`; empty when nothing is.
std::string check_values(const JsonAttribute& from, const Word& word) {
  const std::vector<std::string> known = word.type == ValueType::boolean
                                             ? std::vector<std::string>{"true", "false"}
                                             : split_words(word.values);
  if (word.type != ValueType::boolean && word.type != ValueType::enumeration) {
    return from.values.empty() ? "" : "only a truth or an enumeration has values";
  }
  for (const auto& [canonical, wire] : from.values) {
    const bool is_known = std::ranges::find(known, canonical) != known.end();
    if (!is_known && !word.open) return "'" + canonical + "' is no value of it";
    if (wire.empty()) return "'" + canonical + "' has an empty word";
  }
  if (word.type == ValueType::boolean && from.values.size() == 1) {
    return "values need a word for true and one for false";
  }
  return "";
}

std::string topic_problem(std::string_view topic) {
  if (topic.starts_with('$')) return "what begins with $ belongs to the broker";
  return std::string(what_is_wrong_with_topic(topic));
}

std::string name_problem(std::string_view name) {
  const std::string_view endpoint = endpoint_part(name);
  if (name.starts_with("raw.") && name.size() > 4) return "";
  if (find_word(canonical_part(name)) == nullptr && !is_user_attribute(canonical_part(name))) {
    return "the vocabulary has no such attribute; x_<name> declares one, raw.<name> takes anything";
  }
  return endpoint == plain_name(endpoint) ? "" : "an endpoint has letters, digits, _ and - only";
}

/// What is wrong with the declaration of one's own attribute, or with one where none belongs.
std::string declaration_problem(const JsonAttribute& from) {
  if (!is_user_attribute(canonical_part(from.name))) {
    return from.type || from.range ? "the vocabulary says its type and range" : "";
  }
  if (!from.type) return "an attribute of one's own says its type";
  if (*from.type == ValueType::numbers) return "a list of numbers has no form here";
  const bool counts = *from.type == ValueType::number || *from.type == ValueType::integer;
  if (!counts && (from.range || !from.unit.empty())) return "only a number has a unit and a range";
  if (from.range && !(from.range->min < from.range->max)) return "its range is empty";
  return *from.type == ValueType::enumeration && from.values.empty()
             ? "an enumeration says its values"
             : "";
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
  Binding& binding = mapping.binding;
  binding.attribute = from.name;
  binding.writable = !from.command_topic.empty();
  const std::string values = own_values(from);
  const std::optional<Word> own = own_word(from, values);
  const Word* word = own ? &*own : find_word(canonical_part(from.name));
  if (word == nullptr) {
    if (!from.unit.empty()) return error_at(device, from, "a raw attribute has no unit");
    return mapping;
  }
  if (binding.writable && !word->writable) {
    return error_at(device, from, "it cannot be commanded, it only reports");
  }
  const std::string_view unit = own ? std::string_view{} : std::string_view(from.unit);
  if (!unit.empty() && !convert(unit, word->unit)) {
    return error_at(device, from,
                    "'" + from.unit + "' does not convert to '" + std::string(word->unit) + "'");
  }
  if (std::string wrong = check_values(from, *word); !wrong.empty()) {
    return error_at(device, from, std::move(wrong));
  }
  bind_value(from, *word, unit, binding);
  mapping.info = attribute_of(*word, from.name, binding.writable);
  mapping.info.wire = wire_of(binding);
  return mapping;
}

Status JsonMapped::check_one(const DeviceId& device, const JsonAttribute& from,
                             const TopicOwner& owner) {
  if (std::string wrong = name_problem(from.name); !wrong.empty()) {
    return error_at(device, from, std::move(wrong));
  }
  if (std::string wrong = declaration_problem(from); !wrong.empty()) {
    return error_at(device, from, std::move(wrong));
  }
  if (std::string wrong = topic_problem(from.topic); !wrong.empty()) {
    return error_at(device, from, "topic: " + wrong);
  }
  if (!from.command_topic.empty()) {
    if (std::string wrong = topic_problem(from.command_topic); !wrong.empty()) {
      return error_at(device, from, "command topic: " + wrong);
    }
  }
  if (const std::string_view other = owner(from.topic); !other.empty()) {
    return error_at(device, from, "its topic is listened to by " + std::string(other));
  }
  if (std::string wrong = template_problem(from.command_payload); !wrong.empty()) {
    return error_at(device, from, std::move(wrong));
  }
  const auto mapping = compile(device, from);
  return mapping ? Status() : Status(mapping.error());
}

Status JsonMapped::check(const std::vector<JsonDevice>& devices, const TopicOwner& owner) {
  for (const JsonDevice& device : devices) {
    std::set<std::string_view> names;
    for (const JsonAttribute& from : device.attributes) {
      if (!names.insert(from.name).second) return error_at(device.id, from, "mapped twice");
      if (Status checked = check_one(device.id, from, owner); !checked) return checked;
    }
  }
  return {};
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
  Value value;
  const Take taken = read(mapping.binding, *node, value);
  if (taken == Take::type || taken == Take::range) {
    out.rejections.push_back({std::string(message.topic),
                              mapping.device.text() + "." + mapping.binding.attribute,
                              std::string(reason(taken)), to_json(plain_value(*node))});
  }
  if (taken != Take::value) return;
  if (mapping.binding.shape != Shape::event) {
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
