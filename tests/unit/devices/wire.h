#pragma once
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/normaliser.h"

/// A catalog and a normaliser with both ends in a test's hands.
namespace attune::devices {

struct Wire {
  explicit Wire(const DialectConfig& config = {}) : normaliser(catalog, config) {}

  /// Feeds one message and remembers its values. The answer lives until the next call.
  const Decoded& hear(std::string_view topic, std::string_view payload, bool retained = false) {
    normaliser.decode({topic, payload, retained}, decoded);
    for (const AttributeId id : decoded.unknown) values.erase(catalog.table().path(id).text());
    for (const Reading& reading : decoded.readings) values[path(reading)] = reading.value;
    return decoded;
  }

  [[nodiscard]] std::string path(const Reading& reading) const {
    return catalog.table().path(reading.attribute).text();
  }

  /// The last value of `device.attribute`; none when it never came, or is not known any more.
  [[nodiscard]] const Value& value(const std::string& path) const {
    static const Value kNone;
    const auto found = values.find(path);
    return found == values.end() ? kNone : found->second;
  }

  /// The messages, `topic payload`, that set these attributes.
  std::vector<std::string> drive(std::string_view device,
                                 const std::vector<std::pair<std::string, Value>>& wanted) {
    std::vector<std::string> sent;
    const auto index = catalog.table().find_device(device);
    if (!index) return sent;
    std::vector<Reading> readings;
    for (const auto& [name, value] : wanted) {
      const auto id = catalog.table().find(device, name);
      if (id) readings.push_back({*id, value});
    }
    for (const Outgoing& out : normaliser.encode(*index, readings)) {
      sent.push_back(out.topic + " " + out.payload);
    }
    return sent;
  }

  /// What the last message said of whether a device is there; unknown: nothing.
  [[nodiscard]] Availability availability(std::string_view device) const {
    for (const AvailabilityReport& report : decoded.availability) {
      if (report.device == catalog.table().find_device(device)) return report.availability;
    }
    return Availability::unknown;
  }
  /// The last message's events, `path=word`.
  [[nodiscard]] std::vector<std::string> events() const { return texts(decoded.events); }
  /// What the device says that it did by itself; `!` where it protects itself.
  [[nodiscard]] std::vector<std::string> by_itself() const {
    std::vector<std::string> all;
    for (const OwnDoing& own : decoded.by_itself) {
      all.push_back(catalog.table().path(own.attribute).text() + (own.protection ? "!" : ""));
    }
    return all;
  }
  /// What somebody else was heard to command, `path=value`.
  [[nodiscard]] std::vector<std::string> foreign() const { return texts(decoded.foreign); }
  [[nodiscard]] std::vector<std::string> texts(const std::vector<Reading>& readings) const {
    std::vector<std::string> all;
    for (const Reading& r : readings) {
      const bool text = r.value.kind() == ValueKind::text;
      all.push_back(path(r) + "=" + (text ? r.value.as_text() : to_json(r.value)));
    }
    return all;
  }
  /// The last message's rejections, `reason attribute`.
  [[nodiscard]] std::vector<std::string> rejected() const {
    std::vector<std::string> all;
    for (const Rejection& r : decoded.rejections) {
      all.push_back(r.reason + (r.attribute.empty() ? "" : " " + r.attribute));
    }
    return all;
  }

  Catalog catalog;
  Normaliser normaliser;
  Decoded decoded;
  std::map<std::string, Value> values;
};

/// A devices file that maps attributes of one device.
inline DevicesFile mapped_file(const char* id, const char* dialect, const char* topic,
                               std::vector<MappedAttribute> mapped) {
  DevicesFile file;
  DeviceEntry& entry = file.entries.emplace_back();
  entry.id = DeviceId(id);
  entry.dialect = dialect;
  entry.topic = topic;
  entry.mapped = std::move(mapped);
  return file;
}

}  // namespace attune::devices
