#include "devices/message_rates.h"

#include <optional>

#include "devices/model/limits.h"

namespace attune::devices {

namespace {

constexpr std::size_t kNowhere = ~std::size_t{0};

/// Retained, or of no known time: what a start feeds again.
bool is_free(const Message& message) {
  return message.retained || message.at == Instant{};
}

/// The one device that a message is about; empty: none, or several.
std::optional<DeviceIndex> speaker(const Decoded& out, const AttributeTable& table) {
  std::optional<DeviceIndex> only;
  bool several = false;
  const auto note = [&](DeviceIndex device) {
    several |= only && *only != device;
    only = device;
  };
  for (const Reading& reading : out.readings) note(table.device_of(reading.attribute));
  for (const Reading& event : out.events) note(table.device_of(event.attribute));
  for (const AvailabilityReport& report : out.availability) note(report.device);
  return several ? std::nullopt : only;
}

/// It tells of devices, and does not speak as one.
bool tells_of_devices(const Decoded& out, const std::optional<DeviceIndex>& by) {
  const bool of_several = !by && !(out.readings.empty() && out.availability.empty());
  return !out.keep_as.empty() || of_several || out.subscriptions_changed;
}

}  // namespace

std::size_t MessageRates::new_bucket() {
  buckets_.emplace_back(limits::kDeviceMessagesPerSecond, limits::kDeviceMessagesBurst);
  return buckets_.size() - 1;
}

std::size_t MessageRates::bucket_of(DeviceIndex device) {
  const auto known = by_device_.find(index(device));
  if (known != by_device_.end()) return known->second;
  return by_device_.emplace(index(device), new_bucket()).first->second;
}

bool MessageRates::admits(const Message& message) {
  if (is_free(message)) return true;
  const auto known = by_topic_.find(std::string(message.topic));
  if (known == by_topic_.end() || known->second == kNowhere) return true;
  return buckets_[known->second].take(message.at.steady);
}

bool MessageRates::learn(const Message& message, const Decoded& out, const AttributeTable& table) {
  if (is_free(message) || out.too_many_devices) return true;
  std::string topic(message.topic);
  if (by_topic_.contains(topic)) return true;
  if (by_topic_.size() >= kTopicsMax) *this = MessageRates();
  const auto by = speaker(out, table);
  if (tells_of_devices(out, by)) {
    by_topic_.emplace(std::move(topic), kNowhere);
    return true;
  }
  const std::size_t bucket = by ? bucket_of(*by) : new_bucket();
  by_topic_.emplace(std::move(topic), bucket);
  return buckets_[bucket].take(message.at.steady);
}

}  // namespace attune::devices
