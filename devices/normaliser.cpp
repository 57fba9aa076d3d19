#include "devices/normaliser.h"

#include <algorithm>

#include "devices/dialects/json_mapped.h"
#include "devices/dialects/zigbee2mqtt.h"
#include "devices/json/reader.h"
#include "devices/model/limits.h"
#include "devices/topics.h"

namespace attune::devices {

Normaliser::Normaliser(Catalog& catalog, const DialectConfig& config) : catalog_(catalog) {
  if (config.zigbee2mqtt) {
    dialects_.push_back(std::make_unique<Zigbee2Mqtt>(catalog, config.zigbee2mqtt_base));
  }
  if (config.json) {
    auto json = std::make_unique<JsonMapped>(catalog);
    json_ = json.get();
    dialects_.push_back(std::move(json));
  }
}

Normaliser::~Normaliser() = default;

Status Normaliser::configure(const DevicesFile& file) {
  const auto taken = [&](std::string_view topic) -> std::string_view {
    for (const auto& dialect : dialects_) {
      if (dialect.get() != json_ && dialect->owns(topic)) return dialect->name();
    }
    return {};
  };
  if (json_ != nullptr) {
    if (Status checked = JsonMapped::check(file.json, taken); !checked) return checked;
  }
  catalog_.set_entries(file.entries);
  for (const auto& dialect : dialects_) dialect->declare(file.entries);
  if (json_ != nullptr) json_->configure(file.json);
  return {};
}

std::vector<std::string> Normaliser::subscriptions() const {
  std::vector<std::string> all;
  for (const auto& dialect : dialects_) {
    for (std::string& filter : dialect->subscriptions()) all.push_back(std::move(filter));
  }
  return without_covered(all);
}

void Normaliser::decode(const Message& message, Decoded& out) {
  out.clear();
  if (const std::string_view wrong = what_is_wrong_with_topic(message.topic); !wrong.empty()) {
    std::string shown(message.topic.substr(0, limits::kTopicBytesMax));
    if (!json::valid_utf8(shown)) shown.clear();
    out.rejections.push_back({std::move(shown), "", "topic", std::string(wrong)});
    return;
  }
  for (const auto& dialect : dialects_) {
    if (dialect->owns(message.topic)) return dialect->decode(message, out);
  }
  out.rejections.push_back({std::string(message.topic), "", "topic", "no dialect listens here"});
}

std::vector<Outgoing> Normaliser::encode(DeviceIndex device,
                                         std::span<const Reading> values) const {
  const DeviceInfo* info = catalog_.device(device);
  if (info == nullptr) return {};
  for (const auto& dialect : dialects_) {
    if (dialect->name() == info->dialect) return dialect->encode(device, values);
  }
  return {};
}

std::vector<Outgoing> Normaliser::ask(DeviceIndex device) const {
  const DeviceInfo* info = catalog_.device(device);
  if (info == nullptr) return {};
  for (const auto& dialect : dialects_) {
    if (dialect->name() == info->dialect) return dialect->ask(device);
  }
  return {};
}

}  // namespace attune::devices
