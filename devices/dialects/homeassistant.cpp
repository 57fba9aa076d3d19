#include "devices/dialects/homeassistant.h"

#include <algorithm>
#include <array>
#include <utility>

#include "devices/model/limits.h"
#include "devices/topics.h"

namespace attune::devices {

namespace {

using ha::Channel;
using ha::Config;
using ha::Entity;
using json::Node;

constexpr std::string_view kOrigin = "attune";

/// Every topic of an entity that says or takes a value.
std::vector<std::string_view> topics_of(const Entity& entity) {
  std::vector<std::string_view> topics;
  for (const Channel& channel : entity.channels) {
    for (const std::string& topic :
         {std::cref(channel.state_topic), std::cref(channel.command_topic)}) {
      if (!topic.empty()) topics.push_back(topic);
    }
    for (const ha::Action& action : channel.actions) {
      if (!action.topic.empty()) topics.push_back(action.topic);
    }
  }
  return topics;
}

bool is_canonical(const Channel& channel) {
  return !channel.bound.info.name.empty();
}

std::string prefixed(const std::string& endpoint, const std::string& attribute) {
  return endpoint.empty() ? attribute : endpoint + "." + attribute;
}

}  // namespace

HomeAssistant::HomeAssistant(const DialectContext& context)
    : book_(context.catalog, "homeassistant"),
      prefix_(std::string(context.options.text("prefix", "homeassistant")) + "/"),
      owner_before_(context.owner_before) {}

std::vector<std::string> HomeAssistant::subscriptions() const {
  std::vector<std::string> all{prefix_ + "+/+/config", prefix_ + "+/+/+/config"};
  for (const auto& [topic, uses] : by_topic_) all.push_back(topic);
  return all;
}

std::optional<ha::Place> HomeAssistant::config_place(std::string_view topic) const {
  constexpr std::string_view kConfig = "/config";
  if (!topic.starts_with(prefix_) || !topic.ends_with(kConfig)) return std::nullopt;
  topic.remove_prefix(prefix_.size());
  if (topic.size() < kConfig.size()) return std::nullopt;
  topic.remove_suffix(kConfig.size());
  std::array<std::string_view, 3> levels;
  const std::size_t count = split_levels(topic, levels);
  if (count < 2) return std::nullopt;
  if (count == 2) return ha::Place{levels[0], {}, levels[1]};
  return ha::Place{levels[0], levels[1], levels[2]};
}

bool HomeAssistant::owns(std::string_view topic) const {
  return config_place(topic).has_value() || by_topic_.contains(topic);
}

bool HomeAssistant::knows(std::string_view topic) const {
  return by_topic_.contains(topic) || has_entities_of(topic);
}

/// Whether the configuration of this topic is in use.
bool HomeAssistant::has_entities_of(std::string_view topic) const {
  const std::string front = std::string(topic) + "#";
  const auto first = entries_.lower_bound(front);
  return first != entries_.end() && first->first.starts_with(front);
}

void HomeAssistant::decode(const Message& message, Decoded& out) {
  Turn turn{message, out};
  if (const auto place = config_place(message.topic)) return decode_config(*place, turn);
  if (const auto uses = by_topic_.find(message.topic); uses != by_topic_.end()) {
    decode_uses(uses->second, turn);
  }
}

/// Bridges repeat their configurations: one that was taken whole is not taken anew.
bool HomeAssistant::is_told_again(Turn& turn) {
  const std::size_t print = std::hash<std::string_view>{}(turn.message.payload);
  const auto known = taken_.find(turn.message.topic);
  if (known != taken_.end() && known->second == print) return true;
  if (known != taken_.end()) taken_.erase(known);
  return false;
}

/// What a configuration says replaces what it said before; when it is refused, nothing stays.
void HomeAssistant::decode_config(const ha::Place& place, Turn& turn) {
  if (is_told_again(turn)) {
    turn.out.keep_as = turn.message.topic;
    return;
  }
  Devices changed;
  leave_config(turn.message.topic, changed);
  if (!turn.message.payload.empty()) {
    const Node* root = reader_.read(turn.message.payload, json::kDiscoveryLimits);
    Result<std::vector<Config>> configs =
        root != nullptr ? ha::read_configs(place, *root)
                        : Error{std::string(reader_.refusal().reason), reader_.refusal().detail};
    if (configs) {
      adopt(std::move(*configs), changed, turn);
    } else {
      book_.reject(nullptr, {}, configs.error().code, configs.error().message, turn.message,
                   turn.out);
    }
  }
  for (const std::string& device : changed) compose(device, turn);
  const bool used = has_entities_of(turn.message.topic);
  // What is left to others need not be kept, unless it takes the place of something that was.
  if (used || !changed.empty() || turn.message.payload.empty()) {
    turn.out.keep_as = turn.message.topic;
  }
  if (used && turn.out.rejections.empty()) {
    taken_.insert_or_assign(std::string(turn.message.topic),
                            std::hash<std::string_view>{}(turn.message.payload));
  }
}

void HomeAssistant::adopt(std::vector<Config> configs, Devices& changed, Turn& turn) {
  for (Config& config : configs) {
    if (config.origin == kOrigin) continue;
    std::string key = std::string(turn.message.topic) + "#" + config.object_id;
    Result<Entity> entity = ha::make_entity(std::move(config));
    if (!entity) {
      book_.reject(nullptr, {}, entity.error().code, entity.error().message, turn.message,
                   turn.out);
      continue;
    }
    if (const std::string topic = ha::reserved_topic(*entity, prefix_); !topic.empty()) {
      book_.reject(nullptr, {}, "topic", key + ": commands may not go to " + topic, turn.message,
                   turn.out);
      continue;
    }
    for (Error& refused : entity->refusals) {
      book_.reject(nullptr, {}, refused.code, std::move(refused.message), turn.message, turn.out);
    }
    if (entity->channels.empty() && entity->config.availability.empty()) continue;
    const std::string device = entity->config.device;
    if (is_spoken_natively(*entity) || !has_room(device, turn)) continue;
    changed.insert(device);
    enter(std::move(key), std::move(*entity), turn);
  }
}

bool HomeAssistant::has_room(const std::string& device, Turn& turn) {
  if (!is_topic_safe(device)) {
    book_.reject(nullptr, {}, "topic", "no name for a device", turn.message, turn.out);
    return false;
  }
  const auto known = by_device_.find(device);
  const std::size_t entities = known == by_device_.end() ? 0 : known->second.size();
  if (entities < kEntitiesPerDeviceMax && entries_.size() < kEntitiesMax) return true;
  book_.reject(book_.find(device), {}, "device_limit", "there are too many entities", turn.message,
               turn.out);
  return false;
}

bool HomeAssistant::is_spoken_natively(const Entity& entity) const {
  return std::ranges::any_of(topics_of(entity), [&](std::string_view topic) {
    return config_place(topic).has_value() || !owner_before_(topic).empty();
  });
}

void HomeAssistant::enter(std::string key, Entity made, Turn& turn) {
  Entry& entry = entries_[key];
  entry.entity = std::move(made);
  const Entity& entity = entry.entity;
  entry.reachable.resize(entity.config.availability.size(), Availability::unknown);
  by_device_[entity.config.device].insert(key);
  const auto use = [&](const std::string& topic, Use::Kind kind, std::size_t at) {
    if (topic.empty()) return;
    std::vector<Use>& uses = by_topic_[topic];
    turn.out.subscriptions_changed |= uses.empty();
    if (Use one{key, kind, at}; std::ranges::find(uses, one) == uses.end()) {
      uses.push_back(std::move(one));
    }
  };
  for (std::size_t at = 0; at < entity.config.availability.size(); ++at) {
    use(entity.config.availability[at].topic, Use::Kind::availability, at);
  }
  for (std::size_t at = 0; at < entity.channels.size(); ++at) {
    const Channel& channel = entity.channels[at];
    use(channel.state_topic, Use::Kind::state, at);
    use(channel.command_topic, Use::Kind::command, at);
    for (const ha::Action& action : channel.actions) use(action.topic, Use::Kind::command, at);
  }
}

void HomeAssistant::leave(const std::string& key, Devices& changed) {
  const auto entry = entries_.find(key);
  if (entry == entries_.end()) return;
  const Config& config = entry->second.entity.config;
  std::vector<std::string> topics;
  for (const std::string_view topic : topics_of(entry->second.entity)) topics.emplace_back(topic);
  for (const ha::AvailabilitySource& source : config.availability) topics.push_back(source.topic);
  for (const std::string& topic : topics) {
    const auto uses = by_topic_.find(topic);
    if (uses == by_topic_.end()) continue;
    std::erase_if(uses->second, [&](const Use& use) { return use.key == key; });
    if (uses->second.empty()) by_topic_.erase(uses);
  }
  changed.insert(config.device);
  by_device_[config.device].erase(key);
  taken_.erase(key.substr(0, key.find('#')));
  entries_.erase(entry);
}

void HomeAssistant::leave_config(std::string_view topic, Devices& changed) {
  const std::string front = std::string(topic) + "#";
  std::vector<std::string> keys;
  for (auto at = entries_.lower_bound(front); at != entries_.end(); ++at) {
    if (!at->first.starts_with(front)) break;
    keys.push_back(at->first);
  }
  for (const std::string& key : keys) leave(key, changed);
}

/// Which entities stand behind their names: those that have an attribute in common with another.
void HomeAssistant::name_entries(const std::vector<Entry*>& entries) {
  std::map<std::string, int> owners;  // of each attribute
  std::size_t nameless = 0;
  for (const Entry* entry : entries) {
    for (const Channel& channel : entry->entity.channels) {
      if (is_canonical(channel)) ++owners[channel.bound.info.name];
    }
    nameless += entry->entity.config.text("name").empty() ? 1U : 0U;
  }
  std::map<std::string, int> taken;
  for (Entry* entry : entries) {
    const Entity& entity = entry->entity;
    const bool shares = std::ranges::any_of(entity.channels, [&](const Channel& channel) {
      return is_canonical(channel) && owners[channel.bound.info.name] > 1;
    });
    const bool is_device = entity.config.text("name").empty() && nameless == 1;
    const bool trigger = entity.config.platform == "device_automation";
    entry->endpoint = trigger || (shares && !is_device) ? entity.endpoint : "";
    if (trigger || entry->endpoint.empty()) continue;
    const int count = ++taken[entry->endpoint];
    if (count > 1) entry->endpoint += "_" + std::to_string(count);
  }
}

/// Says anew what the device is, out of all its entities.
void HomeAssistant::compose(const std::string& name, Turn& turn) {
  const auto keys = by_device_.find(name);
  if (keys == by_device_.end() || keys->second.empty()) {
    if (keys != by_device_.end()) by_device_.erase(keys);
    return book_.forget(name, turn.out);
  }
  BoundDevice* device = book_.ensure(name, turn.message, turn.out);
  if (device == nullptr) {
    Devices gone;
    for (const std::string& key : Devices(keys->second)) leave(key, gone);
    by_device_.erase(name);
    return;
  }
  std::vector<Entry*> entries;
  for (const std::string& key : keys->second) entries.push_back(&entries_.find(key)->second);
  name_entries(entries);
  std::vector<Bound> all;
  std::vector<std::string> capabilities;
  std::string label;
  std::set<std::string> described;
  for (Entry* entry : entries) {
    entry->first = all.size();
    for (const Channel& channel : entry->entity.channels) {
      Bound bound = channel.bound;
      bound.binding.property = std::to_string(all.size());
      if (is_canonical(channel)) {
        bound.binding.attribute = prefixed(entry->endpoint, bound.binding.attribute);
        bound.info.name = bound.binding.attribute;
        if (!described.insert(bound.info.name).second) bound.info.name.clear();
      }
      all.push_back(std::move(bound));
    }
    const Entity& entity = entry->entity;
    if (!entity.capability.empty() && !entity.channels.empty()) {
      capabilities.push_back(entity.capability);
    }
    if (!entity.config.label.empty()) label = entity.config.label;
    if (!entity.config.area.empty()) device->area = entity.config.area;
  }
  std::ranges::sort(capabilities);
  capabilities.erase(std::unique(capabilities.begin(), capabilities.end()), capabilities.end());
  book_.describe(*device, std::move(all), std::move(capabilities), label, turn.out);
}

void HomeAssistant::reconsider(Decoded& out) {
  std::vector<std::string> native;
  for (const auto& [key, entry] : entries_) {
    if (is_spoken_natively(entry.entity)) native.push_back(key);
  }
  Devices changed;
  for (const std::string& key : native) leave(key, changed);
  const Message none{};
  Turn turn{none, out};
  for (const std::string& device : changed) compose(device, turn);
}

void HomeAssistant::declare(std::span<const DeviceEntry> entries) {
  book_.declare(entries, [](std::string_view topic) { return std::string(topic); });
}

}  // namespace attune::devices
