#include "rules/check/influences.h"

namespace attune::rules {

namespace {

std::string_view last_word(std::string_view attribute) {
  return attribute.substr(attribute.rfind('.') + 1);
}

}  // namespace

const std::vector<Influence>& influences() {
  static const std::vector<Influence> kInfluences = {
      {"light", "on", "illuminance"},
      {"light", "brightness", "illuminance"},
      {"climate", "hvac_mode", "temperature"},
      {"climate", "target_temperature", "temperature"},
      {"climate", "target_temperature_low", "temperature"},
      {"climate", "target_temperature_high", "temperature"},
      {"climate", "target_humidity", "humidity"},
      {"humidifier", "on", "humidity"},
      {"humidifier", "target_humidity", "humidity"},
  };
  return kInfluences;
}

Influenced::Influenced(const Facts& facts) : facts_(facts) {
  for (const auto& [id, device] : facts.around.devices) {
    for (const Influence& influence : influences()) {
      const auto known = facts.around.table.find(id.text(), influence.changes);
      if (!known || device.find(influence.changes) == nullptr) continue;
      const std::string place = device.area.empty() ? "." + id.text() : device.area;
      auto& all = sensors_[{place, std::string(influence.changes)}];
      if (all.empty() || all.back() != *known) all.push_back(*known);
    }
  }
}

std::vector<AttributeId> Influenced::by(AttributeId driven) const {
  const DeviceInfo* const device = facts_.device(driven);
  if (device == nullptr) return {};
  const std::string_view word = last_word(facts_.around.table.path(driven).attribute);
  const std::string place = device->area.empty() ? "." + device->id.text() : device->area;
  for (const Influence& influence : influences()) {
    if (word != influence.drives || !device->has_capability(influence.capability)) continue;
    const auto found = sensors_.find({place, std::string(influence.changes)});
    return found == sensors_.end() ? std::vector<AttributeId>() : found->second;
  }
  return {};
}

}  // namespace attune::rules
