#include "rules/signals.h"

#include <utility>

namespace attune::rules {

std::string readable(const AttributePath& path) {
  return path.device.text() == kSignalDevice ? path.attribute : path.text();
}

AttributeId SignalTable::take(cel::Signal signal) {
  const AttributeId id = table_.intern(DeviceId(std::string(kSignalDevice)), signal.text);
  if (!known_.emplace(id, signals_.size()).second) return id;
  signal.id = id;
  signals_.push_back(std::move(signal));
  return id;
}

std::vector<std::string_view> SignalTable::rules() const {
  std::vector<std::string_view> rules;
  for (auto at = ids_.lower_bound({"rule", ""}); at != ids_.end(); ++at) {
    if (at->first.first != "rule") break;
    rules.push_back(at->first.second);
  }
  return rules;
}

void name_clocks(cel::Environment& names) {
  const auto add = [&](const std::string& id, std::initializer_list<const char*> attributes) {
    cel::Device device;
    device.id = id;
    device.label = id;
    for (const char* attribute : attributes) device.attributes[attribute] = {};
    names.devices.insert_or_assign(id, std::move(device));
  };
  add("sun", {"elevation", "azimuth", "up"});
  add("local", {"year", "month", "day", "hour", "minute"});
}

}  // namespace attune::rules
