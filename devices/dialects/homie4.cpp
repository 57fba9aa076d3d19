#include "devices/dialects/homie4.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "devices/model/limits.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using homie::Turn;

constexpr std::size_t kBasesMax = 16;              // learnt ones: each is two subscriptions more
constexpr std::size_t kAttributeBytesMax = 2'048;  // of a `$` topic: a format lists its words

constexpr std::string_view kPropertyAttributes[] = {"$name",     "$datatype", "$format",
                                                    "$settable", "$retained", "$unit"};

bool is_property_attribute(std::string_view word) {
  return std::ranges::find(kPropertyAttributes, word) != std::end(kPropertyAttributes);
}

/// `a` of `a/b`, which becomes `b`.
std::string_view take_level(std::string_view& rest) {
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  const std::string_view level = rest.substr(0, slash);
  rest.remove_prefix(std::min(slash + 1, rest.size()));
  return level;
}

bool lists(std::string_view commas, std::string_view word) {
  while (!commas.empty()) {
    const std::size_t comma = std::min(commas.find(','), commas.size());
    if (commas.substr(0, comma) == word) return true;
    commas.remove_prefix(std::min(comma + 1, commas.size()));
  }
  return false;
}

std::string& field_of(homie::Property& property, std::string_view attribute) {
  if (attribute == "$datatype") return property.datatype;
  if (attribute == "$format") return property.format;
  return attribute == "$unit" ? property.unit : property.label;
}

/// Whether it says something else than before.
bool set_attribute(homie::Property& property, std::string_view attribute,
                   std::string_view payload) {
  if (attribute == "$settable" || attribute == "$retained") {
    const bool settable = attribute == "$settable";
    bool& flag = settable ? property.settable : property.retained;
    const bool before = std::exchange(flag, settable ? payload == "true" : payload != "false");
    return before != flag;
  }
  std::string& field = field_of(property, attribute);
  if (field == payload) return false;
  field = payload;
  return true;
}

}  // namespace

Homie4::Homie4(Catalog& catalog, std::string_view base)
    : devices_(catalog, "homie4", homie::Colors::bare), base_(base) {}

std::vector<std::string> Homie4::subscriptions() const {
  std::vector<std::string> all = {"+/+/$homie", base_ + "/#"};
  for (const std::string& base : learnt_) all.push_back(base + "/#");
  return all;
}

Homie4::Place Homie4::place_of(std::string_view topic) const {
  std::string_view base = base_;
  if (!topic.starts_with(base_ + "/")) base = topic.substr(0, topic.find('/'));
  if (base.empty() || base.size() + 1 >= topic.size()) return {};
  const std::size_t end = topic.find('/', base.size() + 1);
  if (end == std::string_view::npos || end == base.size() + 1) return {};
  return {topic.substr(0, base.size()), topic.substr(0, end), topic.substr(end + 1)};
}

bool Homie4::owns(std::string_view topic) const {
  const Place place = place_of(topic);
  if (place.rest.empty()) return false;
  if (place.base == base_ || place.rest == "$homie") return true;
  const bool describes = std::ranges::count(place.rest, '/') == 2 &&
                         is_property_attribute(place.rest.substr(place.rest.rfind('/') + 1));
  return describes || (learnt_.contains(place.base) && knows(topic));
}

bool Homie4::knows(std::string_view topic) const {
  const Place place = place_of(topic);
  return !place.rest.empty() && devices_.book().find(place.name()) != nullptr;
}

void Homie4::declare(std::span<const DeviceEntry> entries) {
  devices_.declare(entries, base_);
}

void Homie4::learn(std::string_view base, Decoded& out) {
  if (base == base_ || learnt_.size() >= kBasesMax) return;
  if (learnt_.insert(std::string(base)).second) out.subscriptions_changed = true;
}

void Homie4::decode(const Message& message, Decoded& out) {
  Turn turn{message, out};
  const Place place = place_of(message.topic);
  if (place.name().starts_with('$')) return;  // `$broadcast`
  std::string_view rest = place.rest;
  const std::string_view node = take_level(rest);
  if (node.starts_with("$stats") && !rest.empty()) return decode_statistic(place, turn);
  if (node.starts_with('$')) return decode_device(place, turn);
  if (rest.empty()) return;
  const std::string_view last = rest.substr(rest.rfind('/') + 1);
  // Somebody's command makes nobody known.
  const bool describes = last.starts_with('$');
  BoundDevice* device = rest.ends_with("/set") ? devices_.book().find(place.name())
                        : describes            ? devices_.ensure(place.device, turn)
                                               : devices_.meet(place.device, turn);
  if (device == nullptr) return;
  learn(place.base, out);
  if (describes &&
      (message.payload.size() > kAttributeBytesMax || !json::valid_utf8(message.payload))) {
    return devices_.book().reject(device, {}, "size", "too long, or no text: " + std::string(last),
                                  message, out);
  }
  if (rest.starts_with('$')) return decode_node(*device, node, rest, turn);
  decode_property(*device, place.rest, turn);
}

/// `$homie`, `$name`, `$state`; `$online` is Homie 2's.
void Homie4::decode_device(const Place& place, Turn& turn) {
  static constexpr std::string_view kKnown[] = {"$homie", "$name", "$state", "$online"};
  if (std::ranges::find(kKnown, place.rest) == std::end(kKnown)) return;
  const std::string_view payload = turn.message.payload;
  if (payload.empty()) {
    if (place.rest == "$name") return;
    if (place.rest == "$homie") turn.out.keep_as = turn.message.topic;
    return devices_.forget(place.name(), turn);
  }
  if (place.rest == "$homie" && payload.starts_with('5')) return;
  const bool is_state = place.rest == "$state" || place.rest == "$online";
  BoundDevice* device =
      is_state ? devices_.meet(place.device, turn) : devices_.ensure(place.device, turn);
  if (device == nullptr) return;
  learn(place.base, turn.out);
  if (place.rest == "$homie") turn.out.keep_as = turn.message.topic;
  if (place.rest == "$state") return devices_.take_state(*device, payload, turn);
  if (place.rest == "$online") {
    return devices_.take_state(*device, payload == "true" ? "ready" : "lost", turn);
  }
  homie::Own& beside = *devices_.own(place.name());
  if (place.rest != "$name" || beside.label == payload) return;
  if (payload.size() > kAttributeBytesMax || !json::valid_utf8(payload)) {
    return devices_.book().reject(device, {}, "size", "no name for people", turn.message, turn.out);
  }
  turn.out.keep_as = turn.message.topic;
  beside.label = payload;
  devices_.relabel(*device, turn);
}

/// What the legacy extension tells of the device itself.
void Homie4::decode_statistic(const Place& place, Turn& turn) {
  static constexpr std::pair<std::string_view, std::string_view> kKnown[] = {
      {"$stats/battery", "battery"},
      {"$stats/uptime", "uptime"},
      {"$stats/cputemp", "device_temperature"}};
  const auto row = std::ranges::find(kKnown, place.rest, [](const auto& r) { return r.first; });
  if (row == std::end(kKnown) || turn.message.payload.empty()) return;
  if (!json::valid_utf8(turn.message.payload)) return;
  BoundDevice* device = devices_.meet(place.device, turn);
  if (device != nullptr) devices_.take_own(*device, row->first, row->second, turn);
}

/// `light/$type`, `light/$properties`.
void Homie4::decode_node(BoundDevice& device, std::string_view node_id, std::string_view attribute,
                         Turn& turn) {
  static constexpr std::string_view kKnown[] = {"$name", "$type", "$properties"};
  if (std::ranges::find(kKnown, attribute) == std::end(kKnown)) return;
  homie::Own& beside = *devices_.own(device.name);
  if (beside.nodes.size() >= limits::kAttributesPerDeviceMax && !beside.nodes.contains(node_id)) {
    return devices_.book().reject(&device, {}, "device_limit", "the device has too many nodes",
                                  turn.message, turn.out);
  }
  turn.out.keep_as = turn.message.topic;
  homie::Node& node = beside.nodes[std::string(node_id)];
  if (attribute == "$name") node.label = turn.message.payload;
  if (attribute == "$type") node.type = turn.message.payload;
  if (attribute == "$properties") keep_only(device, node, node_id, turn);
}

/// A list of properties ends those that it does not name.
void Homie4::keep_only(BoundDevice& device, homie::Node& node, std::string_view node_id,
                       Turn& turn) {
  if (turn.message.payload.empty()) return;
  std::vector<std::string> gone;
  for (const auto& [id, property] : node.properties) {
    if (!lists(turn.message.payload, id)) gone.push_back(id);
  }
  for (const std::string& id : gone) {
    node.properties.erase(id);
    devices_.redescribe(device, node_id, id, turn);
  }
}

/// `light/power`, `light/power/set`, `light/power/$unit`.
void Homie4::decode_property(BoundDevice& device, std::string_view rest, Turn& turn) {
  std::string_view tail = rest;
  const std::string_view node_id = take_level(tail);
  const std::string_view id = take_level(tail);
  const std::string_view path = rest.substr(0, node_id.size() + 1 + id.size());
  if (node_id.empty() || id.empty()) return;
  if (tail.empty()) return devices_.take_value(device, path, turn);
  if (tail == "set") return devices_.take_command(device, path, turn);
  if (!is_property_attribute(tail)) return;
  turn.out.keep_as = turn.message.topic;
  homie::Own& beside = *devices_.own(device.name);
  homie::Node& node = beside.nodes[std::string(node_id)];
  const bool fresh = !node.properties.contains(id);
  if (fresh && beside.bound.size() >= limits::kAttributesPerDeviceMax) {
    return devices_.book().reject(&device, {}, "device_limit", "the device has too many properties",
                                  turn.message, turn.out);
  }
  homie::Property& property = node.properties[std::string(id)];
  if (!set_attribute(property, tail, turn.message.payload)) return;
  devices_.redescribe(device, node_id, id, turn);
}

std::vector<Outgoing> Homie4::encode(DeviceIndex device, std::span<const Reading> values) const {
  return devices_.encode(device, values);
}

std::vector<Outgoing> Homie4::ask(DeviceIndex /*device*/) const {
  return {};
}

}  // namespace attune::devices
