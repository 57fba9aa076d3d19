#include "devices/model/attribute_table.h"

namespace attune {

std::optional<AttributePath> parse_path(std::string_view text) {
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot == 0 || dot + 1 == text.size()) return std::nullopt;
  return AttributePath{DeviceId(std::string(text.substr(0, dot))),
                       std::string(text.substr(dot + 1))};
}

DeviceIndex AttributeTable::intern_device(const DeviceId& device) {
  if (const auto found = find_device(device.text())) return *found;
  const auto index = static_cast<DeviceIndex>(devices_.size());
  devices_.push_back({device, {}, {}});
  device_by_id_.emplace(devices_.back().id.text(), index);
  return index;
}

std::optional<DeviceIndex> AttributeTable::find_device(std::string_view device) const {
  const auto it = device_by_id_.find(device);
  if (it == device_by_id_.end()) return std::nullopt;
  return it->second;
}

AttributeId AttributeTable::intern(const DeviceId& device, std::string_view attribute) {
  const DeviceIndex owner = intern_device(device);
  DeviceEntry& entry = devices_[attune::index(owner)];
  if (const auto it = entry.by_name.find(attribute); it != entry.by_name.end()) return it->second;
  const auto id = static_cast<AttributeId>(entries_.size());
  entries_.push_back({{device, std::string(attribute)}, owner});
  entry.by_name.emplace(entries_.back().path.attribute, id);
  entry.attributes.push_back(id);
  return id;
}

std::optional<AttributeId> AttributeTable::find(std::string_view device,
                                                std::string_view attribute) const {
  const auto owner = find_device(device);
  if (!owner) return std::nullopt;
  const auto& by_name = devices_[attune::index(*owner)].by_name;
  const auto it = by_name.find(attribute);
  if (it == by_name.end()) return std::nullopt;
  return it->second;
}

const AttributePath& AttributeTable::path(AttributeId id) const {
  return entries_.at(attune::index(id)).path;
}

DeviceIndex AttributeTable::device_of(AttributeId id) const {
  return entries_.at(attune::index(id)).device;
}

const DeviceId& AttributeTable::device(DeviceIndex index) const {
  return devices_.at(attune::index(index)).id;
}

const std::vector<AttributeId>& AttributeTable::attributes_of(DeviceIndex device) const {
  return devices_.at(attune::index(device)).attributes;
}

}  // namespace attune
