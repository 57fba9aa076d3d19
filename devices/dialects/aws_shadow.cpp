#include "devices/dialects/aws_shadow.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "devices/dialects/mapping.h"
#include "devices/json/writer.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::string_view kThings = "$aws/things/";
constexpr std::string_view kShadow = "/shadow/";
constexpr std::string_view kToken = "attune";  // of our requests
constexpr std::size_t kShadowsMax = 64;        // of one thing

/// How a shadow writes a truth; empty for what is none.
struct Words {
  Value on, off;
};
std::optional<Words> words_of(const Node& node) {
  if (node.kind == Kind::boolean) return Words{true, false};
  static constexpr std::pair<std::string_view, std::string_view> kPairs[] = {
      {"on", "off"}, {"ON", "OFF"}, {"On", "Off"}};
  for (const auto& [on, off] : kPairs) {
    if (node.kind == Kind::text && (node.text == on || node.text == off)) return Words{on, off};
  }
  return std::nullopt;
}

bool is_number(const Node& node) {
  return node.is_number() || (node.kind == Kind::text && parse_number(node.text).has_value());
}

/// What the name means with such a value; empty when nothing says so.
std::string_view meaning_of(const Node& member) {
  if (member.key == "power" && words_of(member)) return "on";
  const Word* word = find_word(member.key);
  if (word == nullptr) return {};
  bool fits = false;
  switch (word->type) {
    case ValueType::boolean:
      fits = member.kind == Kind::boolean || (word->name == "on" && words_of(member));
      break;
    case ValueType::integer:
    case ValueType::number:
      fits = is_number(member);
      break;
    case ValueType::enumeration: {
      const auto known = split_words(word->values);
      fits = member.kind == Kind::text &&
             (word->open || std::ranges::find(known, member.text) != known.end());
      break;
    }
    case ValueType::text:
    case ValueType::timestamp:
      fits = member.kind == Kind::text;
      break;
    case ValueType::numbers:
      fits = member.kind == Kind::array;
      break;
    case ValueType::event:
      break;
  }
  return fits ? word->name : std::string_view{};
}

/// `shadow/key`, the key as in a JSON pointer.
std::string property_of(std::string_view shadow, std::string_view key) {
  std::string property = std::string(shadow) + "/";
  for (const char c : key) {
    if (c == '~') {
      property += "~0";
    } else if (c == '/') {
      property += "~1";
    } else {
      property += c;
    }
  }
  return property;
}

/// The member's attribute, as its first value shows that it travels.
Bound bound_of(std::string_view shadow, std::string_view attribute, const Node& member) {
  const std::string endpoint = shadow.empty() ? "" : plain_name(shadow) + ".";
  Bound bound = bind_canonical(property_of(shadow, member.key), endpoint + std::string(attribute));
  if (const auto words = words_of(member); words && bound.binding.shape == Shape::boolean) {
    bound.binding.on = words->on;
    bound.binding.off = words->off;
  }
  make_writable(bound);
  return bound;
}

/// What is wanted of a shadow: a value, or members that are wanted each.
struct Wish {
  Value value;
  std::map<std::string, Wish> members{};
};

void wish_for(Wish& root, const std::vector<std::string>& path, const Value& wire) {
  Wish* at = &root;
  for (const std::string& key : path) at = &at->members[key];
  at->value = wire;
}

void append_wish(json::Writer& out, const Wish& wish) {
  if (wish.members.empty()) {
    out.value(wish.value);
    return;
  }
  out.begin_object();
  for (const auto& [key, member] : wish.members) append_wish(out.key(key), member);
  out.end_object();
}

}  // namespace

std::vector<std::string> AwsShadow::subscriptions() const {
  return {std::string(kThings) + "+" + std::string(kShadow) + "#"};
}

std::optional<AwsShadow::Place> AwsShadow::place_of(std::string_view topic) {
  if (!topic.starts_with(kThings)) return std::nullopt;
  topic.remove_prefix(kThings.size());
  const std::size_t end = topic.find('/');
  if (end == 0 || end == std::string_view::npos) return std::nullopt;
  Place place{topic.substr(0, end), {}, topic.substr(end)};
  if (!place.leaf.starts_with(kShadow)) return std::nullopt;
  place.leaf.remove_prefix(kShadow.size());
  constexpr std::string_view kName = "name/";
  if (!place.leaf.starts_with(kName)) return place;
  place.leaf.remove_prefix(kName.size());
  const std::size_t slash = place.leaf.find('/');
  if (slash == 0 || slash == std::string_view::npos) return std::nullopt;
  place.shadow = place.leaf.substr(0, slash);
  place.leaf.remove_prefix(slash + 1);
  return place;
}

std::string AwsShadow::base_of(std::string_view thing, std::string_view shadow) {
  std::string base = std::string(kThings) + std::string(thing) + std::string(kShadow);
  if (!shadow.empty()) base += "name/" + std::string(shadow) + "/";
  return base;
}

bool AwsShadow::owns(std::string_view topic) const {
  return place_of(topic).has_value();
}

bool AwsShadow::knows(std::string_view topic) const {
  const auto place = place_of(topic);
  return place && book_.find(place->thing) != nullptr;
}

void AwsShadow::decode(const Message& message, Decoded& out) {
  Turn turn{message, out, *place_of(message.topic)};
  static constexpr std::string_view kDocuments[] = {"update/accepted", "get/accepted",
                                                    "update/documents", "update/delta"};
  const std::string_view leaf = turn.place.leaf;
  const bool document = std::ranges::find(kDocuments, leaf) != std::end(kDocuments);
  if (leaf == "delete/accepted") {
    // The next shadow of this thing counts from the start.
    if (const auto known = versions_.find(turn.place.thing); known != versions_.end()) {
      known->second.erase(std::string(turn.place.shadow));
    }
    return;
  }
  if (!document && leaf != "update" && leaf != "update/rejected") return;
  const Node* root = reader_.read(message.payload);
  if (root == nullptr) {
    return book_.reject(nullptr, {}, reader_.refusal().reason, reader_.refusal().detail, message,
                        out);
  }
  if (root->kind != Kind::object) {
    return book_.reject(nullptr, {}, "type", "not an object", message, out);
  }
  if (document) return decode_document(*root, turn);
  return leaf == "update" ? decode_request(*root, turn) : decode_rejected(*root, turn);
}

/// The thing of a message, new if need be: then its whole shadow is asked for.
bool AwsShadow::meet(Turn& turn) {
  Versions& versions = versions_[std::string(turn.place.thing)];
  const bool fresh = book_.find(turn.place.thing) == nullptr;
  turn.device = book_.meet(turn.place.thing, turn.message, turn.out);
  if (turn.device == nullptr) return false;
  turn.device->heard = true;
  if (!versions.contains(turn.place.shadow) && versions.size() >= kShadowsMax) {
    book_.reject(turn.device, {}, "device_limit", "the thing has too many shadows", turn.message,
                 turn.out);
    return false;
  }
  versions.try_emplace(std::string(turn.place.shadow));
  if (fresh && turn.place.leaf != "get/accepted") {
    turn.out.replies.push_back({base_of(turn.place.thing, turn.place.shadow) + "get", ""});
  }
  return true;
}

/// Whether a document is not older than the last one. A request that names a version is good for
/// that one alone.
bool AwsShadow::is_current(const Node& root, bool request, Turn& turn) {
  const Node* stated = root.find("version");
  if (stated == nullptr || stated->kind != Kind::integer || stated->integer < 0) return true;
  const auto version = static_cast<std::uint64_t>(stated->integer);
  turn.out.place.version = version;
  auto& last = versions_[std::string(turn.place.thing)][std::string(turn.place.shadow)];
  const bool current = !last || (request ? version == *last : version >= *last);
  if (!current) {
    book_.reject(turn.device, {}, "version",
                 std::to_string(version) + " where " + std::to_string(*last) + " is known",
                 turn.message, turn.out);
  } else if (!request) {
    last = version;
  }
  return current;
}

void AwsShadow::decode_document(const Node& root, Turn& turn) {
  if (!meet(turn)) return;
  const Node* document = &root;
  if (turn.place.leaf == "update/documents") document = root.find("current");
  if (document == nullptr || !is_current(*document, false, turn)) return;
  const Node* state = document->find("state");
  if (turn.place.leaf == "update/delta") return take_members(state, turn.out.desired, turn);
  take_states(state, turn);
}

/// What a device says of itself, or somebody wants of it. Ours comes back to us.
void AwsShadow::decode_request(const Node& root, Turn& turn) {
  if (root.text_of("clientToken") == kToken) return;
  if (!meet(turn) || !is_current(root, true, turn)) return;
  take_states(root.find("state"), turn);
  if (turn.message.retained) return;
  for (const Reading& wish : turn.out.desired) turn.out.foreign.push_back(wish);
}

void AwsShadow::decode_rejected(const Node& root, Turn& turn) {
  if (root.text_of("clientToken") != kToken) return;
  const Node* code = root.find("code");
  std::string detail = code != nullptr ? to_json(plain_value(*code)) + " " : "";
  detail += root.text_of("message").substr(0, 200);
  turn.device = book_.find(turn.place.thing);
  book_.reject(turn.device, {}, "command_rejected", std::move(detail), turn.message, turn.out);
}

void AwsShadow::take_states(const Node* state, Turn& turn) {
  if (state == nullptr || state->kind != Kind::object) return;
  take_members(state->find("reported"), turn.out.readings, turn);
  take_members(state->find("desired"), turn.out.desired, turn);
}

void AwsShadow::take_members(const Node* members, std::vector<Reading>& into, Turn& turn) {
  if (members == nullptr || members->kind != Kind::object) return;
  take_mapped(*members, into, turn);
  for (const Node& member : *members) {
    if (member.kind != Kind::null) {
      take(member, into, turn);
    } else if (&into == &turn.out.readings) {
      forget(member.key, turn);
    }
  }
}

/// A null deletes the key: what it told is not known now, and neither 0 nor false.
void AwsShadow::forget(std::string_view key, Turn& turn) {
  const std::string_view shadow = turn.place.shadow;
  book_.forget_values(*turn.device, property_of(shadow, key), turn.out);
  const std::string front = shadow.empty() ? "raw." : "raw." + plain_name(shadow) + ".";
  book_.forget_raw(*turn.device, front + plain_name(key), turn.out);
}

/// What a person found in the shadow, where it stands.
void AwsShadow::take_mapped(const Node& members, std::vector<Reading>& into, Turn& turn) {
  const auto mapping = mapped_.find(turn.device->name);
  if (mapping == mapped_.end()) return;
  for (const Bound& mapped : mapping->second.bound) {
    const std::string& property = mapped.binding.property;
    if (property.substr(0, property.find('/')) != turn.place.shadow) continue;
    const auto path = split_pointer(std::string_view(property).substr(property.find('/')));
    const Node* node = path ? follow(members, *path) : nullptr;
    const Binding* binding = DeviceBook::binding(*turn.device, property);
    if (node == nullptr || binding == nullptr) continue;
    if (node->is_number()) in_numbers_.insert(turn.device->name + " " + property);
    read_node(*binding, *node, into, turn);
  }
}

void AwsShadow::read_node(const Binding& binding, const Node& node, std::vector<Reading>& into,
                          Turn& turn) {
  Decoded taken;
  book_.take(*turn.device, binding, node, turn.message, taken);
  take_over(taken, into, turn);
}

/// Of what is wanted, an unknown says nothing of the state.
void AwsShadow::take_over(Decoded& taken, std::vector<Reading>& into, Turn& turn) {
  std::ranges::move(taken.readings, std::back_inserter(into));
  std::ranges::move(taken.rejections, std::back_inserter(turn.out.rejections));
  if (&into == &turn.out.readings)
    std::ranges::move(taken.unknown, std::back_inserter(turn.out.unknown));
}

void AwsShadow::take(const Node& member, std::vector<Reading>& into, Turn& turn) {
  BoundDevice& device = *turn.device;
  const std::string_view shadow = turn.place.shadow;
  const auto mapping = mapped_.find(device.name);
  const std::string property = property_of(shadow, member.key);
  const bool mapped = mapping != mapped_.end() &&
                      std::ranges::any_of(mapping->second.bound, [&](const Bound& bound) {
                        return bound.binding.property == property;
                      });
  if (mapped) return;  // taken already
  const Binding* binding = DeviceBook::binding(device, property);
  const std::string_view meaning = binding == nullptr ? meaning_of(member) : std::string_view{};
  if (!meaning.empty()) {
    binding = book_.add(device, bound_of(shadow, meaning, member), turn.message, turn.out);
  }
  if (binding != nullptr) return read_node(*binding, member, into, turn);
  Decoded taken;
  const std::string front = shadow.empty() ? "" : plain_name(shadow) + ".";
  book_.take_raw(device, front + plain_name(member.key), member, turn.message, taken);
  take_over(taken, into, turn);
}

void AwsShadow::declare(std::span<const DeviceEntry> entries) {
  const auto name_of = [](std::string_view topic) {
    if (topic.starts_with(kThings)) topic.remove_prefix(kThings.size());
    return std::string(topic.substr(0, topic.find('/')));
  };
  book_.declare(entries, name_of);
  std::map<std::string, Mapping, std::less<>> wanted;
  for (const DeviceEntry& entry : entries) {
    if (entry.dialect != name() || entry.mapped.empty()) continue;
    wanted[name_of(entry.topic)] = {entry.mapped, bound_of(entry)};
  }
  for (const auto& [thing, mapping] : mapped_) wanted.try_emplace(thing);
  Decoded unheard;
  for (const auto& [thing, mapping] : wanted) {
    BoundDevice* device = book_.find(thing);
    if (device == nullptr) continue;
    const bool is_fresh = device->bindings.empty();
    const Mapping& before = mapped_[thing];
    if (before.said == mapping.said && !is_fresh) continue;
    replace_mapped(book_, *device, is_fresh ? std::vector<Bound>{} : before.bound, mapping.bound,
                   unheard);
  }
  std::erase_if(wanted, [](const auto& one) { return one.second.said.empty(); });
  mapped_ = std::move(wanted);
}

std::vector<Outgoing> AwsShadow::encode(DeviceIndex index, std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  std::map<std::string, Wish> wishes;  // by shadow
  for (const Reading& reading : values) {
    const auto found = std::ranges::find(device->bindings, reading.attribute, &Binding::id);
    if (found == device->bindings.end() || !found->writable) continue;
    Value wire = write(*found, reading.value);
    if (!wire.has_value()) continue;
    const bool number = wire.kind() == ValueKind::text &&
                        in_numbers_.contains(device->name + " " + found->property);
    if (number) wire = parse_number(wire.as_text()).value_or(0);
    const std::size_t slash = found->property.find('/');
    const auto path = split_pointer(std::string_view(found->property).substr(slash));
    if (!path) continue;
    wish_for(wishes[found->property.substr(0, slash)], *path, wire);
  }
  std::vector<Outgoing> messages;
  for (const auto& [shadow, wish] : wishes) {
    json::Writer writer;
    writer.begin_object().key("state").begin_object().key("desired");
    append_wish(writer, wish);
    writer.end_object().member("clientToken", kToken).end_object();
    messages.push_back({base_of(device->name, shadow) + "update", writer.take()});
  }
  return messages;
}

std::vector<Outgoing> AwsShadow::ask(DeviceIndex index) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  std::vector<Outgoing> messages;
  const auto known = versions_.find(device->name);
  if (known == versions_.end()) return {{base_of(device->name, {}) + "get", ""}};
  for (const auto& [shadow, version] : known->second) {
    messages.push_back({base_of(device->name, shadow) + "get", ""});
  }
  return messages;
}

}  // namespace attune::devices
