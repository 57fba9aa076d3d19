#include "devices/dialects/sparkplug.h"

#include <algorithm>
#include <array>
#include <utility>

#include "devices/dialects/mapping.h"
#include "devices/dialects/sparkplug_metrics.h"
#include "devices/model/limits.h"
#include "devices/topics.h"

namespace attune::devices {

namespace {

using sparkplug::Metric;
using sparkplug::Payload;

constexpr std::string_view kBase = "spBv1.0/";
constexpr std::string_view kRebirth = "Node Control/Rebirth";
constexpr std::string_view kBirthCount = "bdSeq";
constexpr std::uint64_t kSeqs = 256;

Payload rebirth(Millis now) {
  Payload payload;
  payload.timestamp_ms = static_cast<std::uint64_t>(std::max<Millis::rep>(now.count(), 0));
  Metric metric;
  metric.name = kRebirth;
  metric.datatype = static_cast<std::uint32_t>(sparkplug::Type::boolean);
  metric.value = true;
  payload.metrics.push_back(std::move(metric));
  return payload;
}

std::optional<std::uint64_t> birth_count(const Payload& payload) {
  for (const Metric& metric : payload.metrics) {
    if (metric.name == kBirthCount && metric.value.kind() == ValueKind::integer) {
      return static_cast<std::uint64_t>(metric.value.as_integer());
    }
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string> Sparkplug::subscriptions() const {
  return {std::string(kBase) + "#"};
}

bool Sparkplug::owns(std::string_view topic) const {
  return topic.starts_with(kBase);
}

bool Sparkplug::knows(std::string_view topic) const {
  const auto place = place_of(topic);
  if (!place) return false;
  std::string name = std::string(place->group) + "/" + std::string(place->node);
  if (!place->device.empty()) name += "/" + std::string(place->device);
  return book_.find(name) != nullptr;
}

/// Empty for what is no message of a node: a host's state, another form.
std::optional<Sparkplug::Place> Sparkplug::place_of(std::string_view topic) {
  std::array<std::string_view, 4> levels;
  const std::size_t count = split_levels(topic.substr(kBase.size()), levels);
  static constexpr std::pair<std::string_view, Kind> kMessages[] = {
      {"BIRTH", Kind::birth}, {"DEATH", Kind::death}, {"DATA", Kind::data}, {"CMD", Kind::command}};
  if (count < 3) return std::nullopt;
  const bool of_device = levels[1].starts_with('D');
  if ((!of_device && !levels[1].starts_with('N')) || of_device != (count == 4)) return std::nullopt;
  for (const auto& [word, kind] : kMessages) {
    if (levels[1].substr(1) == word) return Place{kind, levels[0], levels[2], levels[3]};
  }
  return std::nullopt;
}

void Sparkplug::decode(const Message& message, Decoded& out) {
  now_ = message.at.wall;
  const auto place = place_of(message.topic);
  if (!place) return;
  Turn turn{message, out, *place, {}};
  const std::size_t bytes_max =
      place->kind == Kind::birth ? limits::kDiscoveryBytesMax : limits::kPayloadBytesMax;
  if (message.payload.size() > bytes_max) {
    return book_.reject(nullptr, {}, "size", "more bytes than a message may have", message, out);
  }
  // The convention forbids it: a broker's memory of a value has no place in the sequence.
  if (message.retained && place->kind == Kind::command) {
    return book_.reject(nullptr, {}, "retained_command", "", message, out);
  }
  if (message.retained && place->kind == Kind::data) {
    return book_.reject(nullptr, {}, "retained_data", "data is never retained", message, out);
  }
  const Result<Payload> payload = sparkplug::decode(message.payload);
  if (!payload) {
    return book_.reject(nullptr, {}, payload.error().code, payload.error().message, message, out);
  }
  if (place->kind == Kind::command) return hear_command(*payload, turn);
  if (!meet(turn)) return;
  if (place->kind == Kind::birth) return be_born(*payload, turn);
  if (place->kind == Kind::death) return die(*payload, turn);
  follow(*payload, turn);
  take_all(*payload, turn);
}

/// The node and the device of a message; false when there is no room for them.
bool Sparkplug::meet(Turn& turn) {
  const Place& place = turn.place;
  const std::string node = std::string(place.group) + "/" + std::string(place.node);
  turn.name = place.device.empty() ? node : node + "/" + std::string(place.device);
  BoundDevice* bridge = book_.ensure(node, turn.message, turn.out);
  turn.device = book_.ensure(turn.name, turn.message, turn.out);
  if (bridge == nullptr || turn.device == nullptr) return false;
  turn.device->heard = true;
  Node& at = nodes_[node];
  const std::string ends = "/" + std::string(place.node);
  const std::string front = std::string(kBase) + std::string(place.group);
  at.command_topic = front + "/NCMD" + ends;
  at.devices.insert(node);
  at.devices.insert(turn.name);
  turn.node = &at;
  own_[node].command_topic = at.command_topic;
  own_[node].node = node;
  if (place.device.empty()) return true;
  Own& own = own_[turn.name];
  own.command_topic = front + "/DCMD" + ends + "/" + std::string(place.device);
  own.node = node;
  return true;
}

/// Notes where the message stands in the node's sequence.
void Sparkplug::follow(const Payload& payload, Turn& turn) {
  Node& node = *turn.node;
  turn.out.place.seq = payload.seq;
  turn.out.place.birth = node.birth;
  if (!payload.seq) return;
  if (node.next && *payload.seq != *node.next) {
    turn.out.place.gap = true;
    ask_for_births(turn);
  }
  node.next = (*payload.seq + 1) % kSeqs;
  if (!node.born) ask_for_births(turn);
}

void Sparkplug::ask_for_births(Turn& turn) {
  Node& node = *turn.node;
  const Millis now = turn.message.at.steady;
  if (node.asked) {
    const Millis since = now - *node.asked;
    if (since < node.patience) return;
    // Long quiet since: the last answer helped. Otherwise it did not, and asking faster will not.
    const bool helped = since > kPatienceMax;
    node.patience = helped ? kPatience : std::min(node.patience * 2, kPatienceMax);
  }
  node.asked = now;
  turn.out.replies.push_back(
      {node.command_topic, sparkplug::encode(rebirth(turn.message.at.wall)), 0});
}

void Sparkplug::be_born(const Payload& payload, Turn& turn) {
  Node& node = *turn.node;
  const bool of_node = turn.place.device.empty();
  if (of_node) {
    node.by_alias.clear();
    node.birth = birth_count(payload);
    node.born = true;
    node.next = payload.seq ? std::optional((*payload.seq + 1) % kSeqs) : std::nullopt;
    turn.out.place.seq = payload.seq;
    turn.out.place.birth = node.birth;
  } else {
    follow(payload, turn);
  }
  turn.out.keep_as = turn.message.topic;
  turn.out.availability.push_back({turn.device->index, Availability::online});
  learn(payload, turn);
  take_all(payload, turn);
}

/// What a birth says there is, in place of what an earlier one said.
void Sparkplug::learn(const Payload& payload, Turn& turn) {
  Own& own = own_[turn.name];
  Node& node = *turn.node;
  std::erase_if(node.by_alias, [&](const auto& known) { return known.second.first == turn.name; });
  own.metrics.clear();
  own.by_attribute.clear();
  book_.describe(*turn.device, described(payload, turn.name), turn.device->capabilities, {},
                 turn.out);
  for (const Metric& metric : payload.metrics) {
    if (metric.name.empty() || metric.name == kBirthCount) continue;
    if (own.metrics.contains(metric.name)) {
      book_.reject(turn.device, {}, "duplicate", metric.name, turn.message, turn.out);
      continue;
    }
    const auto raw = raw_id(metric.name, turn);
    if (!raw) continue;
    if (!own.by_attribute.emplace(*raw, metric.name).second) {
      book_.reject(turn.device, sparkplug::raw_name(metric.name), "duplicate",
                   "two metrics have one name as an attribute", turn.message, turn.out);
      continue;
    }
    own.metrics.emplace(metric.name, Known{metric.name, metric.alias, metric.datatype, *raw});
    if (!metric.alias) continue;
    if (!node.by_alias.try_emplace(*metric.alias, turn.name, metric.name).second) {
      book_.reject(turn.device, {}, "alias", std::to_string(*metric.alias) + " is taken",
                   turn.message, turn.out);
    }
  }
  note_attributes(*turn.device);
}

/// What the metrics say that they are; what a person says of them comes first.
std::vector<Bound> Sparkplug::described(const Payload& payload, std::string_view name) const {
  std::vector<Bound> all;
  if (const auto mapped = mapped_.find(name); mapped != mapped_.end()) all = mapped->second.bound;
  for (Bound& bound : all) {
    const auto metric = std::ranges::find(payload.metrics, bound.binding.property, &Metric::name);
    if (metric != payload.metrics.end()) sparkplug::fit_datatype(bound, metric->datatype);
  }
  const std::size_t count = all.size();
  for (Bound& own : sparkplug::canonical_of(payload.metrics)) {
    const bool taken = std::any_of(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count),
                                   [&own](const Bound& mapped) {
                                     return mapped.binding.property == own.binding.property ||
                                            mapped.binding.attribute == own.binding.attribute;
                                   });
    if (!taken) all.push_back(std::move(own));
  }
  return all;
}

void Sparkplug::note_attributes(const BoundDevice& device) {
  const auto own = own_.find(device.name);
  if (own == own_.end()) return;
  for (const Binding& binding : device.bindings) {
    own->second.by_attribute.insert_or_assign(binding.id, binding.property);
  }
}

void Sparkplug::die(const Payload& payload, Turn& turn) {
  Node& node = *turn.node;
  turn.out.place.seq = payload.seq;
  if (!turn.place.device.empty()) {
    follow(payload, turn);
    turn.out.availability.push_back({turn.device->index, Availability::offline});
    return;
  }
  const std::optional<std::uint64_t> count = birth_count(payload);
  turn.out.place.birth = count;
  // The will of a connection that another one has followed says nothing of this one.
  if (node.born && node.birth && count && *count != *node.birth) return;
  node.born = false;
  node.next.reset();
  for (const std::string& name : node.devices) {
    if (const BoundDevice* device = book_.find(name)) {
      turn.out.availability.push_back({device->index, Availability::offline});
    }
  }
}

void Sparkplug::take_all(const Payload& payload, Turn& turn) {
  for (const Metric& metric : payload.metrics) {
    if (metric.name == kBirthCount) continue;
    take(metric, metric.historical ? turn.out.historical : turn.out.readings, turn);
  }
}

/// What the birth said of a metric; null, and a Rejection, for an alias that says nothing.
const Sparkplug::Known* Sparkplug::known_of(const Metric& metric, Turn& turn) {
  Own& own = own_[turn.name];
  std::string name = metric.name;
  if (name.empty()) {
    const auto alias =
        metric.alias ? turn.node->by_alias.find(*metric.alias) : turn.node->by_alias.end();
    if (alias == turn.node->by_alias.end() || alias->second.first != turn.name) {
      book_.reject(turn.device, {}, "alias",
                   metric.alias ? std::to_string(*metric.alias) + " has had no birth"
                                : std::string("neither name nor alias"),
                   turn.message, turn.out);
      ask_for_births(turn);
      return nullptr;
    }
    name = alias->second.second;
  }
  const auto found = own.metrics.find(name);
  if (found != own.metrics.end()) return &found->second;
  if (turn.place.kind == Kind::birth) return nullptr;  // it was refused there
  const auto raw = raw_id(name, turn);
  if (!raw || !own.by_attribute.emplace(*raw, name).second) return nullptr;
  // Heard before its birth: it names itself, so its value counts; the birth is asked for.
  ask_for_births(turn);
  return &own.metrics.emplace(name, Known{name, metric.alias, metric.datatype, *raw}).first->second;
}

void Sparkplug::take(const Metric& metric, std::vector<Reading>& into, Turn& turn) {
  const Known* known = known_of(metric, turn);
  if (known == nullptr) return;
  const Binding* binding = DeviceBook::binding(*turn.device, known->metric);
  if (metric.is_null && &into == &turn.out.readings) {
    turn.out.unknown.push_back(known->raw);
    if (binding != nullptr) book_.forget_value(*turn.device, *binding, turn.out);
  }
  if (!metric.value.has_value()) return;
  into.push_back({known->raw, metric.value});
  if (binding == nullptr) return;
  Decoded read;
  book_.take(*turn.device, *binding, sparkplug::node_of(metric.value), turn.message, read);
  for (Reading& reading : read.readings) into.push_back(std::move(reading));
  for (Rejection& why : read.rejections) turn.out.rejections.push_back(std::move(why));
}

std::optional<AttributeId> Sparkplug::raw_id(const std::string& metric, Turn& turn) {
  const std::string name = sparkplug::raw_name(metric);
  AttributeTable& table = catalog_.table();
  if (const auto known = table.find(turn.device->id.text(), name)) return known;
  if (table.attributes_of(turn.device->index).size() < limits::kAttributesPerDeviceMax) {
    return table.intern(turn.device->id, name);
  }
  book_.reject(turn.device, name, "device_limit", "the device has too many attributes",
               turn.message, turn.out);
  return std::nullopt;
}

/// Somebody else's command to a device that is known.
void Sparkplug::hear_command(const Payload& payload, Turn& turn) {
  const Place& place = turn.place;
  std::string name = std::string(place.group) + "/" + std::string(place.node);
  const auto node = nodes_.find(name);
  if (node == nodes_.end()) return;
  if (!place.device.empty()) name += "/" + std::string(place.device);
  const auto own = own_.find(name);
  if (own == own_.end()) return;
  for (const Metric& metric : payload.metrics) {
    std::string_view wanted = metric.name;
    const auto alias =
        metric.alias ? node->second.by_alias.find(*metric.alias) : node->second.by_alias.end();
    if (wanted.empty() && alias != node->second.by_alias.end()) wanted = alias->second.second;
    const auto known = own->second.metrics.find(wanted);
    if (known == own->second.metrics.end() || !metric.value.has_value()) continue;
    if (wanted.starts_with("Node Control/")) continue;
    turn.out.foreign.push_back({known->second.raw, metric.value});
    const BoundDevice* device = book_.find(name);
    const Binding* binding = device == nullptr ? nullptr : DeviceBook::binding(*device, wanted);
    Value value;
    if (binding == nullptr || !binding->writable) continue;
    if (read(*binding, sparkplug::node_of(metric.value), value) != Take::value) continue;
    turn.out.foreign.push_back({binding->id, std::move(value)});
  }
}

void Sparkplug::declare(std::span<const DeviceEntry> entries) {
  const auto name_of = [](std::string_view topic) {
    if (topic.starts_with(kBase)) topic.remove_prefix(kBase.size());
    return std::string(topic);
  };
  book_.declare(entries, name_of);
  std::map<std::string, Mapping, std::less<>> wanted;
  for (const DeviceEntry& entry : entries) {
    if (entry.dialect != name() || entry.mapped.empty()) continue;
    wanted[name_of(entry.topic)] = {entry.mapped, bound_of(entry)};
  }
  for (const auto& [device, mapping] : wanted) map(device, mapped_[device], mapping);
  for (const auto& [device, mapping] : mapped_) {
    if (!wanted.contains(device)) map(device, mapping, {});
  }
  mapped_ = std::move(wanted);
}

void Sparkplug::map(const std::string& name, const Mapping& before, const Mapping& wanted) {
  BoundDevice* device = book_.find(name);
  const bool is_fresh = device != nullptr && device->bindings.empty();
  if (device == nullptr || (before.said == wanted.said && !is_fresh)) return;
  std::vector<Bound> fitted = wanted.bound;
  const auto own = own_.find(name);
  for (Bound& bound : fitted) {
    if (own == own_.end()) break;
    const auto metric = own->second.metrics.find(bound.binding.property);
    if (metric == own->second.metrics.end()) continue;
    sparkplug::fit_datatype(bound, metric->second.datatype);
  }
  Decoded unheard;
  replace_mapped(book_, *device, before.bound, fitted, unheard);
  note_attributes(*device);
}

std::vector<Outgoing> Sparkplug::encode(DeviceIndex index, std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  const auto own = device == nullptr ? own_.end() : own_.find(device->name);
  if (own == own_.end()) return {};
  Payload payload = rebirth(now_);
  payload.metrics.clear();
  for (const Reading& reading : values) {
    const auto named = own->second.by_attribute.find(reading.attribute);
    if (named == own->second.by_attribute.end()) continue;
    const auto known = own->second.metrics.find(named->second);
    if (known == own->second.metrics.end()) continue;
    const Binding* binding = DeviceBook::binding(*device, named->second);
    const bool mapped = binding != nullptr && binding->id == reading.attribute;
    const Value wire = sparkplug::as_datatype(
        mapped ? write(*binding, reading.value) : reading.value, known->second.datatype);
    if (!wire.has_value()) continue;
    Metric metric;
    if (known->second.alias) metric.alias = known->second.alias;
    if (!metric.alias) metric.name = known->second.metric;
    metric.datatype = known->second.datatype;
    metric.value = wire;
    payload.metrics.push_back(std::move(metric));
  }
  if (payload.metrics.empty()) return {};
  return {{own->second.command_topic, sparkplug::encode(payload), 0}};
}

std::vector<Outgoing> Sparkplug::ask(DeviceIndex index) const {
  const BoundDevice* device = book_.at(index);
  const auto node = device == nullptr ? nodes_.end() : nodes_.find(device->name);
  if (node == nodes_.end()) return {};
  return {{node->second.command_topic, sparkplug::encode(rebirth(now_)), 0}};
}

}  // namespace attune::devices
