#include "devices/dialects/device_book.h"

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "devices/dialects/raw_values.h"
#include "devices/model/limits.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::size_t kRawNameBytesMax = 120;
constexpr std::size_t kEventBytesMax = 64;

/// What a missing number looks like where numbers travel as texts.
bool is_nan(const Binding& binding, const Node& node) {
  const bool number = binding.loose && binding.shape == Shape::number;
  return number && node.kind == Kind::text && (node.text == "nan" || node.text == "NaN");
}

}  // namespace

Bound bind_canonical(std::string_view property, std::string_view attribute, std::string_view unit) {
  Bound bound;
  bound.binding.property = property;
  const Word* word = find_word(canonical_part(attribute));
  const bool numeric =
      word != nullptr && (word->type == ValueType::number || word->type == ValueType::integer);
  if (word == nullptr || (numeric && !unit.empty() && !convert(unit, word->unit))) {
    bound.binding.attribute = "raw." + plain_name(property.substr(0, kRawNameBytesMax));
    return bound;
  }
  bound.binding.attribute = attribute;
  shape_by_word(*word, numeric ? unit : std::string_view{}, bound.binding);
  bound.binding.loose = numeric;
  bound.info = canonical_attribute(attribute, false);
  describe_wire(bound);
  return bound;
}

void make_writable(Bound& bound) {
  bound.info = canonical_attribute(bound.binding.attribute, true);
  bound.binding.writable = bound.info.writable;
  describe_wire(bound);
}

void scale_percent(Bound& bound, double top) {
  bound.binding.conversion = {100, top > 0 ? top : 100};
  bound.binding.decimals = 1;
  bound.binding.whole = true;
  describe_wire(bound);
}

void describe_wire(Bound& bound) {
  bound.info.wire = wire_of(bound.binding);
}

bool is_same(const Bound& a, const Bound& b) {
  const Binding& x = a.binding;
  const Binding& y = b.binding;
  const auto range = [](const Bound& of) {
    return of.info.range ? std::pair{of.info.range->min, of.info.range->max} : std::pair{0.0, 0.0};
  };
  const auto scale = [](const Conversion& c) { return std::tuple{c.multiply, c.divide, c.add}; };
  return x.attribute == y.attribute && x.shape == y.shape && x.writable == y.writable &&
         x.whole == y.whole && x.step == y.step && x.on == y.on && x.off == y.off &&
         x.words == y.words && scale(x.conversion) == scale(y.conversion) && range(a) == range(b);
}

bool is_topic_safe(std::string_view name) {
  constexpr std::string_view kForbidden{"+#\0", 3};
  return !name.empty() && name.size() <= limits::kTopicBytesMax &&
         name.find_first_of(kForbidden) == std::string_view::npos && json::valid_utf8(name);
}

Node text_node(std::string_view text) {
  Node node;
  node.kind = Kind::text;
  node.text = text;
  return node;
}

BoundDevice* DeviceBook::find(std::string_view name) {
  const auto found = devices_.find(name);
  return found == devices_.end() ? nullptr : &found->second;
}

const BoundDevice* DeviceBook::find(std::string_view name) const {
  const auto found = devices_.find(name);
  return found == devices_.end() ? nullptr : &found->second;
}

const BoundDevice* DeviceBook::at(DeviceIndex of) const {
  return index(of) < by_index_.size() ? by_index_[index(of)] : nullptr;
}

/// Gives the device its number, and its bindings those that belong to it.
void DeviceBook::number(BoundDevice& device) {
  AttributeTable& table = catalog_.table();
  device.index = table.intern_device(device.id);
  if (by_index_.size() <= index(device.index)) by_index_.resize(index(device.index) + 1);
  by_index_[index(device.index)] = &device;
  for (Binding& binding : device.bindings) {
    if (binding.shape != Shape::raw && binding.shape != Shape::ignored) {
      binding.id = table.intern(device.id, binding.attribute);
    }
  }
}

BoundDevice& DeviceBook::make(std::string_view name) {
  BoundDevice& device = devices_.try_emplace(std::string(name)).first->second;
  device.name = name;
  device.id = catalog_.id_for(dialect_, name);
  number(device);
  return device;
}

BoundDevice* DeviceBook::ensure(std::string_view name, const Message& message, Decoded& out) {
  if (BoundDevice* known = find(name)) return known;
  if (!is_topic_safe(name)) {
    reject(nullptr, {}, "topic", "no name for a device", message, out);
    return nullptr;
  }
  if (!may_join(catalog_, name, message, out)) return nullptr;
  BoundDevice& device = make(name);
  describe(device, {}, {}, {}, out);
  return &device;
}

BoundDevice* DeviceBook::meet(std::string_view name, const Message& message, Decoded& out) {
  if (BoundDevice* known = find(name)) return known;
  const bool is_relic =
      message.retained && is_topic_safe(name) && catalog_.is_gone(catalog_.id_for(dialect_, name));
  return is_relic ? nullptr : ensure(name, message, out);
}

void DeviceBook::forget(std::string_view name, Decoded& out) {
  const auto found = devices_.find(name);
  if (found == devices_.end()) return;
  by_index_[index(found->second.index)] = nullptr;
  catalog_.remove(found->second.id);
  devices_.erase(found);
  out.devices_changed = true;
}

void DeviceBook::describe(BoundDevice& device, std::vector<Bound> bound,
                          std::vector<std::string> capabilities, std::string_view label,
                          Decoded& out) {
  DeviceInfo info;
  info.id = device.id;
  info.name = device.name;
  info.label = label;
  info.area = device.area;
  info.dialect = dialect_;
  device.bindings.clear();
  for (Bound& one : bound) {
    if (!one.info.name.empty()) info.attributes.push_back(std::move(one.info));
    device.bindings.push_back(std::move(one.binding));
  }
  device.capabilities = std::move(capabilities);
  info.capabilities = capabilities_of(info.attributes, device.capabilities);
  number(device);
  out.devices_changed |= catalog_.describe(std::move(info));
}

void DeviceBook::promise(BoundDevice& device, std::string_view capability, Decoded& out) {
  if (std::ranges::find(device.capabilities, capability) != device.capabilities.end()) return;
  device.capabilities.emplace_back(capability);
  out.devices_changed |= catalog_.add_capability(device.index, capability);
}

void DeviceBook::drop(BoundDevice& device, std::string_view attribute, Decoded& out) {
  std::erase_if(device.bindings, [&](const Binding& b) { return b.attribute == attribute; });
  const DeviceInfo* known = catalog_.device(device.index);
  if (known == nullptr) return;
  DeviceInfo info = *known;
  std::erase_if(info.attributes, [&](const AttributeInfo& a) { return a.name == attribute; });
  out.devices_changed |= catalog_.describe(std::move(info));
}

std::optional<AttributeId> DeviceBook::intern(const BoundDevice& device, std::string_view attribute,
                                              const Message& message, Decoded& out) {
  AttributeTable& table = catalog_.table();
  if (const auto known = table.find(device.id.text(), attribute)) return known;
  if (table.attributes_of(device.index).size() < limits::kAttributesPerDeviceMax) {
    return table.intern(device.id, attribute);
  }
  reject(&device, attribute, "device_limit", "the device has too many attributes", message, out);
  return std::nullopt;
}

Binding* DeviceBook::add(BoundDevice& device, Bound bound, const Message& message, Decoded& out) {
  const bool canonical = bound.binding.shape != Shape::raw && bound.binding.shape != Shape::ignored;
  const bool taken = canonical && std::ranges::any_of(device.bindings, [&](const Binding& b) {
                       return b.readable && b.attribute == bound.binding.attribute;
                     });
  if (taken) return nullptr;
  if (canonical) {
    const auto id = intern(device, bound.binding.attribute, message, out);
    if (!id) return nullptr;
    bound.binding.id = *id;
    out.devices_changed |= catalog_.add_attribute(device.index, std::move(bound.info));
  }
  if (device.bindings.size() >= limits::kAttributesPerDeviceMax) return nullptr;
  return &device.bindings.emplace_back(std::move(bound.binding));
}

const Binding* DeviceBook::binding(const BoundDevice& device, std::string_view property) {
  const auto found = std::ranges::find(device.bindings, property, &Binding::property);
  return found == device.bindings.end() ? nullptr : &*found;
}

void DeviceBook::take(const BoundDevice& device, const Binding& binding, const Node& node,
                      const Message& message, Decoded& out) {
  if (!binding.readable || binding.shape == Shape::ignored) return;
  if (binding.shape == Shape::raw) {
    const std::string_view path = binding.attribute;
    return take_raw(device, path.substr(path.find('.') + 1), node, message, out);
  }
  Value value;
  const Take taken = read(binding, node, value);
  if (is_nan(binding, node)) forget_value(device, binding, out);
  if (taken == Take::type || taken == Take::range) {
    return reject(&device, binding.attribute, reason(taken), shown(node), message, out);
  }
  if (node.kind == Kind::null) return forget_value(device, binding, out);
  if (taken != Take::value) return;
  if (binding.shape != Shape::event) {
    out.readings.push_back({binding.id, std::move(value)});
  } else if (!message.retained && !value.as_text().empty()) {
    out.events.push_back({binding.id, std::move(value)});
  }
}

void DeviceBook::forget_value(const BoundDevice& device, const Binding& binding,
                              Decoded& out) const {
  if (!binding.readable || binding.shape == Shape::event || binding.shape == Shape::ignored) return;
  if (binding.shape != Shape::raw) return out.unknown.push_back(binding.id);
  forget_raw(device, binding.attribute, out);
}

void DeviceBook::forget_values(const BoundDevice& device, std::string_view property,
                               Decoded& out) const {
  for (const Binding& binding : device.bindings) {
    if (is_at_or_below(binding.property, property)) forget_value(device, binding, out);
  }
}

void DeviceBook::forget_raw(const BoundDevice& device, std::string_view attribute,
                            Decoded& out) const {
  devices::forget_raw(catalog_.table(), device.index, attribute, out);
}

void DeviceBook::take_raw(const BoundDevice& device, std::string_view path, const Node& node,
                          const Message& message, Decoded& out) {
  if (node.kind == Kind::object) {
    for (const Node& member : node) {
      take_raw(device, std::string(path) + "." + plain_name(member.key), member, message, out);
    }
    return;
  }
  const std::string attribute = "raw." + std::string(path.substr(0, kRawNameBytesMax));
  if (node.kind == Kind::null) return forget_raw(device, attribute, out);
  Value value = plain_value(node);
  if (value.has_value()) put(device, attribute, std::move(value), message, out);
}

void DeviceBook::take_event(BoundDevice& device, std::string_view endpoint, std::string_view word,
                            const Message& message, Decoded& out) {
  if (message.retained || word.empty()) return;
  const std::string name = endpoint.empty() ? "event" : plain_name(endpoint) + ".event";
  if (word.size() > kEventBytesMax) {
    return reject(&device, name, "string", "no word for an event", message, out);
  }
  const auto id = intern(device, name, message, out);
  if (!id) return;
  if (catalog_.attribute(*id) == nullptr) {
    out.devices_changed |= catalog_.add_attribute(device.index, canonical_attribute(name, false));
  }
  out.events.push_back({*id, Value(word)});
}

void DeviceBook::put(const BoundDevice& device, std::string_view attribute, Value value,
                     const Message& message, Decoded& out) {
  if (const auto id = intern(device, attribute, message, out)) {
    out.readings.push_back({*id, std::move(value)});
  }
}

void DeviceBook::reject(const BoundDevice* device, std::string_view attribute,
                        std::string_view reason, std::string detail, const Message& message,
                        Decoded& out) const {
  std::string path;
  if (device != nullptr && !attribute.empty()) {
    path = device->id.text() + "." + std::string(attribute);
  }
  out.rejections.push_back(
      {std::string(message.topic), std::move(path), std::string(reason), std::move(detail)});
}

bool may_join(Catalog& catalog, std::string_view name, const Message& message, Decoded& out,
              bool listed) {
  const bool is_news = !message.retained && !listed && message.at != Instant{};
  const std::string_view reason = catalog.admit(message.at.steady, !is_news);
  if (reason.empty()) return true;
  const bool later = reason == "new_devices";
  out.too_many_devices |= later;
  out.rejections.push_back({std::string(message.topic), "", std::string(reason),
                            later ? "too many new devices at once: " + std::string(name) + " waits"
                                  : "there are too many devices"});
  return false;
}

std::vector<std::string> DeviceBook::declare(
    std::span<const DeviceEntry> entries,
    const std::function<std::string(std::string_view)>& name_of) {
  Decoded unheard;
  std::set<std::string> names;
  std::vector<std::string> fresh;
  for (const DeviceEntry& entry : entries) {
    if (entry.dialect != dialect_) continue;
    const std::string name = name_of(entry.topic);
    if (!is_topic_safe(name)) continue;
    names.insert(name);
    catalog_.bind_name(dialect_, name, entry.id);
    if (const BoundDevice* known = find(name); known != nullptr && known->id != entry.id) {
      forget(name, unheard);
    }
    BoundDevice* device = find(name);
    if (device == nullptr) {
      device = &make(name);
      describe(*device, {}, entry.capabilities, {}, unheard);
      fresh.push_back(name);
    }
    device->declared = true;
  }
  std::vector<std::string> gone;
  for (auto& [name, device] : devices_) {
    if (!device.declared || names.contains(name)) continue;
    device.declared = false;
    if (!device.heard) gone.push_back(name);
  }
  for (const std::string& name : gone) forget(name, unheard);
  return fresh;
}

}  // namespace attune::devices
