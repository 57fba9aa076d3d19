#include "rules/check/facts.h"

namespace attune::rules {

Facts::Facts(const Loaded& loaded, const Surroundings& against)
    : set(*loaded.set),
      conditions(*loaded.conditions),
      around(against),
      known_(against.table.size(), nullptr),
      asked_(against.table.size(), false) {
  for (const Setting& setting : set.settings) settings_.emplace(setting.id, &setting.info);
  for (const cel::Signal& signal : set.signals) signals_.emplace(index(signal.id), &signal);
}

const cel::Signal* Facts::signal(AttributeId attribute) const {
  const auto found = signals_.find(index(attribute));
  return found == signals_.end() ? nullptr : found->second;
}

const DeviceInfo* Facts::device(AttributeId attribute) const {
  const auto found = around.devices.find(around.table.path(attribute).device);
  return found == around.devices.end() ? nullptr : &found->second;
}

const AttributeInfo* Facts::look_up(AttributeId attribute) const {
  const AttributePath& path = around.table.path(attribute);
  if (is_setting(attribute)) {
    const auto setting = settings_.find(path.attribute);
    return setting == settings_.end() ? nullptr : setting->second;
  }
  const DeviceInfo* const owner = device(attribute);
  return owner == nullptr ? nullptr : owner->find(path.attribute);
}

const AttributeInfo* Facts::info(AttributeId attribute) {
  const std::size_t at = index(attribute);
  if (at >= known_.size()) return nullptr;  // an axis that only a check knows
  if (!asked_[at]) known_[at] = look_up(attribute);
  asked_[at] = true;
  return known_[at];
}

std::string Facts::name(AttributeId attribute) const {
  const cel::Signal* const made = signal(attribute);
  return made == nullptr ? around.table.path(attribute).text() : made->text;
}

bool Facts::is_setting(AttributeId attribute) const {
  return around.table.path(attribute).device.text() == kSettingsDevice;
}

Default Facts::end_of(AttributeId attribute) const {
  const auto said = set.defaults.find(attribute);
  if (said != set.defaults.end()) return said->second;
  const DeviceInfo* const owner = device(attribute);
  if (owner == nullptr || around.default_for == nullptr) return {};
  return around.default_for(*owner, around.table.path(attribute).attribute).value_or(Default{});
}

}  // namespace attune::rules
