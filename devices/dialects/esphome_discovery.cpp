#include <algorithm>
#include <set>
#include <utility>

#include "devices/dialects/esphome.h"
#include "devices/dialects/raw_values.h"
#include "devices/model/letters.h"
#include "devices/model/limits.h"

/// What a node says of itself where Home Assistant listens for it.
namespace attune::devices {

using esphome::Entity;
using json::Kind;
using json::Node;

namespace {

constexpr std::size_t kForeignMax = 4'096;  // prefixes of others that are remembered

bool is_topic_key(std::string_view key) {
  return key.ends_with("_t") || key.ends_with("_topic");
}

std::string_view text_of(const Node& config, std::string_view abbreviation, std::string_view name) {
  const Node* found = esphome::member(config, abbreviation, name);
  return found != nullptr && found->kind == Kind::text ? found->text : std::string_view{};
}

const Node* device_of(const Node& config) {
  const Node* device = esphome::member(config, "dev", "device");
  return device != nullptr && device->kind == Kind::object ? device : nullptr;
}

Entity entity_of(const Node& config, std::string_view component, std::string_view object) {
  Entity entity;
  entity.component = component;
  entity.object = object;
  entity.device_class = text_of(config, "dev_cla", "device_class");
  entity.unit = text_of(config, "unit_of_meas", "unit_of_measurement");
  entity.category = text_of(config, "ent_cat", "entity_category");
  const Node* speeds = esphome::member(config, "spd_rng_max", "speed_range_max");
  entity.speeds = speeds != nullptr && speeds->is_number() ? speeds->number : 0;
  entity.positioned = esphome::member(config, "pos_t", "position_topic") != nullptr;
  entity.described = true;
  return entity;
}

}  // namespace

/// Where the topics of a description lead, when they have the form of ESPHome's.
EspHome::Place EspHome::described_place(const Node& config) const {
  for (const Node& one : config) {
    if (one.kind != Kind::text || !is_topic_key(one.key)) continue;
    const Place place = place_of(one.text);
    if (place.verb == Verb::state || place.verb == Verb::command) return place;
  }
  return {};
}

bool EspHome::is_ours(const Node& config, const Place& place) const {
  if (place.verb == Verb::none || !is_topic_safe(place.prefix)) return false;
  const std::string_view available = text_of(config, "avty_t", "availability_topic");
  if (available == std::string(place.prefix) + "/status") return true;
  const Node* device = device_of(config);
  if (device == nullptr) return false;
  const std::string version = lower_case(text_of(*device, "sw", "sw_version"));
  return version.find("esphome") != std::string::npos;
}

/// Another's description: what it speaks of looks like ESPHome's by chance.
void EspHome::set_aside(const Node& config, Turn& turn) {
  for (const Node& one : config) {
    if (one.kind != Kind::text || !is_topic_key(one.key)) continue;
    const Place place = place_of(one.text);
    if (place.verb == Verb::none || foreign_.size() >= kForeignMax) continue;
    const BoundDevice* taken = book_.find(place.prefix);
    const auto own = own_.find(place.prefix);
    const bool described = own != own_.end() && !own->second.entities.empty();
    if (described || (taken != nullptr && taken->declared)) continue;
    foreign_.insert(std::string(place.prefix));
    // It was taken for a node by the form of its topics alone.
    if (own != own_.end()) own_.erase(own);
    if (taken != nullptr) book_.forget(place.prefix, turn.out);
  }
}

void EspHome::decode_config(Turn& turn) {
  if (turn.message.payload.empty()) return leave(turn);
  const Node* root = reader_.read(turn.message.payload, json::kDiscoveryLimits);
  const bool object = root != nullptr && root->kind == Kind::object;
  const Place place = object ? described_place(*root) : Place{};
  if (object && is_ours(*root, place)) return adopt(*root, place, turn);
  // Whose else it is will say what is wrong with it.
  turn.out.pass_on = true;
  if (object) set_aside(*root, turn);
}

void EspHome::adopt(const Node& config, const Place& place, Turn& turn) {
  foreign_.erase(std::string(place.prefix));
  BoundDevice* device = meet(place.prefix, turn);
  if (device == nullptr) return;
  turn.out.keep_as = turn.message.topic;
  Own& own = own_[device->name];
  const std::string key = place.entity();
  const bool fresh = !own.entities.contains(key);
  if (fresh && own.entities.size() >= limits::kAttributesPerDeviceMax) {
    turn.out.keep_as.clear();
    return book_.reject(device, {}, "device_limit", "the device has too many entities",
                        turn.message, turn.out);
  }
  if (fresh) own.heard.erase(key);  // a description offers no more than it says
  described_[std::string(turn.message.topic)] = {device->name, key};
  Entity entity = entity_of(config, place.component, place.object);
  std::vector<Bound> bound = esphome::bind_described(entity, config);
  own.entities[key] = std::move(entity);
  const Node* said = device_of(config);
  const std::string label(said == nullptr ? std::string_view{} : text_of(*said, "name", "name"));
  const std::string area(said == nullptr ? std::string_view{}
                                         : text_of(*said, "sa", "suggested_area"));
  const std::vector<Bound>& before = own.bound[key];
  const bool same = !fresh && std::ranges::equal(before, bound, is_same) && own.label == label &&
                    device->area == area;
  if (same) return;
  const bool same_device = own.label == label && device->area == area;
  own.label = label;
  device->area = area;
  own.bound[key] = std::move(bound);
  const bool heard_before = std::ranges::any_of(device->bindings, [&](const Binding& binding) {
    return is_at_or_below(binding.property, key);
  });
  if (!fresh || !same_device || heard_before) return apply(*device, turn);
  for (const Bound& one : own.bound[key]) book_.add(*device, one, turn.message, turn.out);
  const std::string_view capability = esphome::capability_of(place.component);
  if (!capability.empty()) book_.promise(*device, capability, turn.out);
}

void EspHome::apply(BoundDevice& device, Turn& turn) {
  const Own& own = own_[device.name];
  std::vector<Bound> all;
  std::vector<std::string> capabilities;
  std::set<std::string_view> taken;
  for (const auto* entities : {&own.bound, &own.heard}) {
    for (const auto& [key, bounds] : *entities) {
      const std::string_view capability =
          esphome::capability_of(std::string_view(key).substr(0, key.find('/')));
      const bool known = std::ranges::find(capabilities, capability) != capabilities.end();
      if (!capability.empty() && !known) capabilities.emplace_back(capability);
      for (const Bound& bound : bounds) {
        if (taken.insert(bound.binding.attribute).second) all.push_back(bound);
      }
    }
  }
  book_.describe(device, std::move(all), std::move(capabilities), own.label, turn.out);
}

/// A description that is taken back; that of others is theirs.
void EspHome::leave(Turn& turn) {
  const auto found = described_.find(turn.message.topic);
  if (found == described_.end()) {
    turn.out.pass_on = true;
    return;
  }
  turn.out.keep_as = turn.message.topic;
  const auto [name, key] = found->second;
  described_.erase(found);
  BoundDevice* device = book_.find(name);
  if (device == nullptr) return;
  Own& own = own_[name];
  own.entities.erase(key);
  own.bound.erase(key);
  own.heard.erase(key);
  if (!own.entities.empty() || device->declared) return apply(*device, turn);
  own_.erase(name);
  book_.forget(name, turn.out);
}

/// `esphome/discover/<name>`: a node that nothing else told of yet is known by its name.
void EspHome::decode_answer(Turn& turn) {
  if (turn.message.payload.empty()) return;
  const Node* root = parse(turn);
  if (root == nullptr) return;
  const std::string_view name = root->text_of("name");
  const bool usable = is_topic_safe(name) && name.find('/') == std::string_view::npos;
  if (!usable) {
    return book_.reject(nullptr, {}, "topic", "no name for a device", turn.message, turn.out);
  }
  const std::string below = "/" + std::string(name);
  const bool known = std::ranges::any_of(book_.all(), [&](const auto& entry) {
    return entry.first == name || entry.first.ends_with(below);
  });
  if (known) return;
  BoundDevice* device = meet(name, turn);
  if (device == nullptr) return;
  own_[device->name].label = root->text_of("friendly_name");
  apply(*device, turn);
}

}  // namespace attune::devices
