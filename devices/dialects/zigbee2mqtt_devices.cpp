#include <algorithm>
#include <set>
#include <utility>

#include "devices/dialects/device_book.h"
#include "devices/dialects/zigbee2mqtt.h"
#include "devices/model/issue.h"
#include "devices/model/limits.h"

/// Which devices Zigbee2Mqtt knows, and how it comes to know them.
namespace attune::devices {

namespace {

using json::Kind;
using json::Node;
using zigbee2mqtt::Profile;

constexpr std::size_t kAddressBytesMax = 64;

/// Which device of the bridge's list has a name that is none: its address is what people can find.
std::string who_has_no_name(const Node& entry) {
  const std::string_view address = entry.text_of("ieee_address");
  if (address.empty() || address.size() > kAddressBytesMax) {
    return "no name for a device that has no ieee_address either";
  }
  return "no name for a device: " + printable(address);
}

}  // namespace

Zigbee2Mqtt::Device* Zigbee2Mqtt::find(std::string_view name) {
  const auto found = devices_.find(name);
  return found == devices_.end() ? nullptr : &found->second;
}

const Zigbee2Mqtt::Device* Zigbee2Mqtt::at(DeviceIndex of) const {
  return index(of) < by_index_.size() ? by_index_[index(of)] : nullptr;
}

/// The device with the longest name that `rest` continues; `tail` is what follows its slash.
Zigbee2Mqtt::Device* Zigbee2Mqtt::find_prefix(std::string_view rest, std::string_view& tail) {
  for (std::size_t slash = rest.rfind('/'); slash != std::string_view::npos && slash > 0;
       slash = rest.rfind('/', slash - 1)) {
    if (Device* device = find(rest.substr(0, slash))) {
      tail = rest.substr(slash + 1);
      return device;
    }
  }
  return nullptr;
}

Zigbee2Mqtt::Device& Zigbee2Mqtt::add(std::string_view name) {
  Device& device = devices_.try_emplace(std::string(name)).first->second;
  device.name = name;
  rename(device, catalog_.id_for(this->name(), name));
  return device;
}

/// Gives the device an id, and its bindings the numbers that belong to it.
void Zigbee2Mqtt::rename(Device& device, const DeviceId& id) {
  AttributeTable& table = catalog_.table();
  device.id = id;
  device.index = table.intern_device(id);
  if (by_index_.size() <= index(device.index)) by_index_.resize(index(device.index) + 1);
  by_index_[index(device.index)] = &device;
  for (Binding& binding : device.bindings) {
    if (binding.shape != Shape::raw && binding.shape != Shape::ignored) {
      binding.id = table.intern(id, binding.attribute);
    }
  }
}

/// The device of this name, new if need be; null when there is no room or the name is no topic.
Zigbee2Mqtt::Device* Zigbee2Mqtt::ensure(std::string_view name, Turn& turn, bool listed) {
  if (Device* known = find(name)) return known;
  if (!is_topic_safe(name)) {
    reject(turn, nullptr, {}, "topic", "no name for a device");
    return nullptr;
  }
  if (!may_join(catalog_, name, turn.message, turn.out, listed)) return nullptr;
  Device& device = add(name);
  DeviceInfo info;
  info.id = device.id;
  info.name = device.name;
  info.dialect = this->name();
  turn.out.devices_changed |= catalog_.describe(std::move(info));
  if (bridge_ != Availability::unknown) {
    turn.out.availability.push_back({device.index, effective(device)});
  }
  return &device;
}

/// The same for what a message of its own tells of. What the broker retains of a device that left
/// is no news of it.
Zigbee2Mqtt::Device* Zigbee2Mqtt::meet(std::string_view name, Turn& turn) {
  const bool stale = turn.message.retained && catalog_.is_gone(catalog_.id_for(this->name(), name));
  return stale ? nullptr : ensure(name, turn);
}

bool Zigbee2Mqtt::knows(std::string_view topic) const {
  const std::string_view rest = topic.substr(std::min(base_.size(), topic.size()));
  if (rest.starts_with("bridge/") || devices_.contains(rest)) return true;
  const std::size_t slash = rest.rfind('/');
  if (slash == std::string_view::npos || !devices_.contains(rest.substr(0, slash))) return false;
  const std::string_view tail = rest.substr(slash + 1);
  return tail == "availability" || zigbee2mqtt::is_known_name(tail);
}

std::optional<AttributeId> Zigbee2Mqtt::intern(Device& device, std::string_view attribute,
                                               Turn& turn) {
  AttributeTable& table = catalog_.table();
  if (const auto known = table.find(device.id.text(), attribute)) return known;
  if (table.attributes_of(device.index).size() < limits::kAttributesPerDeviceMax) {
    return table.intern(device.id, attribute);
  }
  reject(turn, &device, attribute, "device_limit", "the device has too many attributes");
  return std::nullopt;
}

void Zigbee2Mqtt::forget(const std::string& name) {
  const auto found = devices_.find(name);
  if (found == devices_.end()) return;
  by_index_[index(found->second.index)] = nullptr;
  catalog_.remove(found->second.id);
  devices_.erase(found);
}

void Zigbee2Mqtt::adopt_profile(Device& device, Profile profile) {
  DeviceInfo info;
  info.id = device.id;
  info.name = device.name;
  info.dialect = name();
  info.capabilities = std::move(profile.capabilities);
  info.attributes = std::move(profile.attributes);
  device.bindings = std::move(profile.bindings);
  rename(device, device.id);
  catalog_.describe(std::move(info));
}

void Zigbee2Mqtt::decode_bridge(std::string_view what, Turn& turn) {
  if (what == "devices") return decode_discovery(turn);
  if (what != "state" || turn.message.payload.empty()) return;
  std::string_view word = turn.message.payload;
  if (word != "online" && word != "offline") {
    const Node* root = parse(turn, json::kStateLimits);
    if (root == nullptr) return;
    word = root->text_of("state");
  }
  if (word != "online" && word != "offline") {
    return reject(turn, nullptr, {}, "type", "neither online nor offline");
  }
  bridge_ = word == "online" ? Availability::online : Availability::offline;
  for (const Device* device : by_index_) {  // ordered, unlike the map
    if (device != nullptr) turn.out.availability.push_back({device->index, effective(*device)});
  }
}

void Zigbee2Mqtt::decode_discovery(Turn& turn) {
  if (turn.message.payload.empty()) {
    turn.out.keep_as = turn.message.topic;
    return;
  }
  const Node* root = parse(turn, json::kDiscoveryLimits);
  if (root == nullptr) return;
  if (root->kind != Kind::array) {
    return reject(turn, nullptr, {}, "type", "the bridge's devices are a list");
  }
  const std::uint64_t before = catalog_.generation();
  std::vector<std::string> seen;
  bool is_whole = true;
  for (const Node& entry : *root) {
    is_whole = is_whole && entry.kind == Kind::object &&
               (entry.text_of("type") == "Coordinator" || entry.find("friendly_name") != nullptr);
    if (entry.kind == Kind::object) {
      describe(entry, turn, seen);
    } else {
      reject(turn, nullptr, {}, "type", "an entry of the bridge's devices is no object");
    }
  }
  // A damaged list does not say who left. Nor does one without even the coordinator, as a bridge
  // publishes that has not read its database yet: the bridge itself is always in it.
  const bool is_empty = root->size == 0;
  if (is_whole && !is_empty) remove_undescribed(seen, turn);
  if (is_empty && !devices_.empty()) {
    reject(turn, nullptr, {}, "members", "an empty list, without even the bridge: nobody has left");
  }
  turn.out.devices_changed |= catalog_.generation() != before;
  if (!is_empty || devices_.empty()) turn.out.keep_as = turn.message.topic;
}

void Zigbee2Mqtt::describe(const Node& entry, Turn& turn, std::vector<std::string>& seen) {
  if (entry.text_of("type") == "Coordinator") return;
  const std::string_view name = entry.text_of("friendly_name");
  seen.emplace_back(name);  // disabled, or asked anew what it is: it has not left
  const Node* disabled = entry.find("disabled");
  if (disabled != nullptr && disabled->boolean) return;
  const Node* definition = entry.find("definition");
  if (definition == nullptr || definition->kind != Kind::object) return;  // interview is not over
  if (!is_topic_safe(name)) return reject(turn, nullptr, {}, "topic", who_has_no_name(entry));
  Device* device = ensure(name, turn, true);
  if (device == nullptr) return;
  static const Node kNothing;
  const Node* exposes = definition->find("exposes");
  device->described = true;
  device->address = entry.text_of("ieee_address").substr(0, kAddressBytesMax);
  adopt_profile(*device, zigbee2mqtt::profile_of_exposes(exposes != nullptr ? *exposes : kNothing));
}

void Zigbee2Mqtt::remove_undescribed(const std::vector<std::string>& seen, Turn& turn) {
  std::vector<std::string> sorted = seen;
  std::ranges::sort(sorted);
  std::vector<std::string> gone;
  for (const Device* device : by_index_) {
    if (device == nullptr || !device->described) continue;
    if (!std::ranges::binary_search(sorted, device->name)) gone.push_back(device->name);
  }
  for (const std::string& name : gone) {
    note_rename(*find(name), turn);
    forget(name);
  }
  turn.out.devices_changed |= !gone.empty();
}

/// A device that got another name at the bridge is another one to rules: ids follow names. People
/// are told where they look for what was not taken.
void Zigbee2Mqtt::note_rename(const Device& old, Turn& turn) {
  if (old.address.empty()) return;
  for (const Device* device : by_index_) {
    if (device == nullptr || device == &old || device->address != old.address) continue;
    return reject(turn, nullptr, {}, "name",
                  printable(old.name) + " is called " + printable(device->name) +
                      " now: what rules, settings and history say of " + old.id.text() +
                      " is not carried over to " + device->id.text());
  }
}

void Zigbee2Mqtt::declare(std::span<const DeviceEntry> entries) {
  std::set<std::string> declared;
  for (const DeviceEntry& entry : entries) {
    if (entry.dialect != name() || !owns(entry.topic)) continue;
    const std::string device_name = entry.topic.substr(base_.size());
    if (!is_topic_safe(device_name)) continue;
    declared.insert(device_name);
    catalog_.bind_name(name(), device_name, entry.id);
    Device* device = find(device_name);
    if (device != nullptr && device->id != entry.id) {
      forget(device_name);
      device = nullptr;
    }
    if (device == nullptr) device = &add(device_name);
    device->declared = true;
    if (!device->described) {
      adopt_profile(*device, zigbee2mqtt::profile_of_capabilities(entry.capabilities));
    }
  }
  std::vector<std::string> dropped;
  for (Device* device : by_index_) {
    if (device == nullptr || !device->declared) continue;
    if (declared.contains(device->name)) continue;
    device->declared = false;
    if (!device->described && !device->heard) dropped.push_back(device->name);
  }
  for (const std::string& name : dropped) forget(name);
}

}  // namespace attune::devices
