#include "devices/message_rates.h"

#include <utility>

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
  for (const AttributeId unknown : out.unknown) note(table.device_of(unknown));
  for (const AvailabilityReport& report : out.availability) note(report.device);
  return several ? std::nullopt : only;
}

/// It tells of devices, and does not speak as one.
bool tells_of_devices(const Decoded& out, const std::optional<DeviceIndex>& by) {
  const bool of_some = !(out.readings.empty() && out.unknown.empty() && out.availability.empty());
  const bool of_several = !by && of_some;
  return !out.keep_as.empty() || of_several || out.subscriptions_changed;
}

}  // namespace

bool MessageRates::is_refused(Verdict verdict) {
  return verdict == Verdict::held || verdict == Verdict::lost;
}

std::size_t MessageRates::new_speaker(std::optional<DeviceIndex> device) {
  const TokenBucket full(limits::kDeviceMessagesPerSecond, limits::kDeviceMessagesBurst);
  const TokenBucket tolerance(kToleratedPerSecond, kToleratedPerSecond);
  speakers_.push_back({full, tolerance, device});
  return speakers_.size() - 1;
}

std::size_t MessageRates::speaker_of(DeviceIndex device) {
  const auto known = by_device_.find(index(device));
  if (known != by_device_.end()) return known->second;
  return by_device_.emplace(index(device), new_speaker(device)).first->second;
}

void MessageRates::begin_anew() {
  by_topic_.clear();
  by_device_.clear();
  speakers_.clear();
}

MessageRates::Verdict MessageRates::admit(const Message& message, bool others_wait) {
  if (is_free(message)) return Verdict::taken;
  const auto known = by_topic_.find(message.topic);
  if (known == by_topic_.end()) return Verdict::unheard;
  if (known->second == kNowhere) return Verdict::taken;
  return judge(known->second, message, others_wait);
}

MessageRates::Verdict MessageRates::learn(const Message& message, const Decoded& out,
                                          const AttributeTable& table, bool others_wait) {
  if (out.too_many_devices) return Verdict::taken;
  if (by_topic_.size() >= kTopicsMax) {
    if (!floods_.empty()) return Verdict::taken;
    begin_anew();
  }
  const auto by = speaker(out, table);
  if (tells_of_devices(out, by)) {
    by_topic_.emplace(message.topic, kNowhere);
    return Verdict::taken;
  }
  const std::size_t whose = by ? speaker_of(*by) : new_speaker(std::nullopt);
  by_topic_.emplace(message.topic, whose);
  return judge(whose, message, others_wait);
}

MessageRates::Verdict MessageRates::judge(std::size_t speaker, const Message& message,
                                          bool others_wait) {
  const auto flood = floods_.find(speaker);
  const bool waits_behind = flood != floods_.end() && !flood->second.held.empty();
  if (waits_behind) return hold(flood->second, message);
  Speaker& who = speakers_[speaker];
  if (who.tokens.take(message.at.steady)) return Verdict::taken;
  if (!others_wait && who.tolerance.take(message.at.steady)) return Verdict::tolerated;
  if (flood == floods_.end()) began_ = who.device;
  return hold(floods_.try_emplace(speaker, room_).first->second, message);
}

MessageRates::Verdict MessageRates::hold(Flood& flood, const Message& message) {
  const auto added = flood.held.add(message.topic, message.payload);
  flood.lost |= added != WaitingMessages::Added::alone;
  return added == WaitingMessages::Added::no_room ? Verdict::lost : Verdict::held;
}

std::optional<WaitingMessage> MessageRates::take(Millis now) {
  for (auto flood = floods_.begin(); flood != floods_.end(); ++flood) {
    auto& [speaker, what] = *flood;
    if (what.held.empty() || !speakers_[speaker].tokens.take(now)) continue;
    std::optional<WaitingMessage> message = what.held.take();
    if (what.held.empty() && !what.lost) floods_.erase(flood);
    return message;
  }
  return std::nullopt;
}

std::optional<DeviceIndex> MessageRates::take_began() {
  return std::exchange(began_, std::nullopt);
}

std::optional<DeviceIndex> MessageRates::take_to_ask(Millis now) {
  for (auto flood = floods_.begin(); flood != floods_.end();) {
    const auto& [speaker, what] = *flood;
    const bool is_over = what.held.empty() && speakers_[speaker].tokens.full(now) <= now;
    if (!is_over) {
      ++flood;
      continue;
    }
    const std::optional<DeviceIndex> device = speakers_[speaker].device;
    flood = floods_.erase(flood);
    if (device) return device;
  }
  return std::nullopt;
}

std::optional<Millis> MessageRates::next(Millis now) const {
  std::optional<Millis> due;
  for (const auto& [speaker, flood] : floods_) {
    const TokenBucket& tokens = speakers_[speaker].tokens;
    const Millis at = flood.held.empty() ? tokens.full(now) : tokens.next(now);
    if (!due || at < *due) due = at;
  }
  return due;
}

}  // namespace attune::devices
