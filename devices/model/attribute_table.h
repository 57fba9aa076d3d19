#pragma once
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/model/ids.h"

/// Dense numbers for devices and attributes, so that hot paths index arrays instead of hashing.
namespace attune {

/// `hall_lamp` + `on`, or `wall` + `l2.on`.
struct AttributePath {
  DeviceId device;
  std::string attribute;
  [[nodiscard]] std::string text() const { return device.text() + "." + attribute; }
  friend auto operator<=>(const AttributePath&, const AttributePath&) = default;
  friend bool operator==(const AttributePath&, const AttributePath&) = default;
};

/// Splits `device.attribute` or `device.endpoint.attribute` at the first dot. Empty without one.
[[nodiscard]] std::optional<AttributePath> parse_path(std::string_view text);

/// Threading: owned by one thread. Numbers are given in order of first use and never taken back.
class AttributeTable {
 public:
  AttributeId intern(const DeviceId& device, std::string_view attribute);
  AttributeId intern(const AttributePath& path) { return intern(path.device, path.attribute); }
  [[nodiscard]] std::optional<AttributeId> find(std::string_view device,
                                                std::string_view attribute) const;
  /// References stay valid for the table's life.
  [[nodiscard]] const AttributePath& path(AttributeId id) const;
  [[nodiscard]] DeviceIndex device_of(AttributeId id) const;
  [[nodiscard]] std::size_t size() const { return entries_.size(); }

  DeviceIndex intern_device(const DeviceId& device);
  [[nodiscard]] std::optional<DeviceIndex> find_device(std::string_view device) const;
  [[nodiscard]] const DeviceId& device(DeviceIndex index) const;
  [[nodiscard]] std::size_t device_count() const { return devices_.size(); }
  /// Every attribute of the device that was ever interned, in order of first use.
  [[nodiscard]] const std::vector<AttributeId>& attributes_of(DeviceIndex device) const;

 private:
  struct Entry {
    AttributePath path;
    DeviceIndex device;
  };
  struct DeviceEntry {
    DeviceId id;
    std::vector<AttributeId> attributes;
    std::unordered_map<std::string_view, AttributeId> by_name;  // keys live in entries_
  };
  std::deque<Entry> entries_;
  std::deque<DeviceEntry> devices_;
  std::unordered_map<std::string_view, DeviceIndex> device_by_id_;  // keys live in devices_
};

}  // namespace attune
