#include "broker/core/agenda.h"

#include <algorithm>

namespace attune::core {

void Agenda::touch(AttributeId attribute, Because because) {
  touched_.emplace_back(attribute, std::move(because));
}

void Agenda::happen(Happening event) {
  happenings_.push_back(std::move(event));
}

void Agenda::evaluate(std::uint32_t rule, Reason reason) {
  rules_[rule].push_back(std::move(reason));
}

void Agenda::contest(AttributeId attribute, Because because) {
  for (auto& [known, reason] : contested_) {
    if (known != attribute) continue;
    reason = std::move(because);  // the last claim that moved decides what follows
    return;
  }
  contested_.emplace_back(attribute, std::move(because));
}

void Agenda::drive(DeviceIndex device) {
  if (std::find(devices_.begin(), devices_.end(), device) == devices_.end()) {
    devices_.push_back(device);
  }
}

std::vector<std::pair<AttributeId, Because>> Agenda::take_touched() {
  return std::exchange(touched_, {});
}
std::vector<Happening> Agenda::take_happenings() {
  return std::exchange(happenings_, {});
}
std::map<std::uint32_t, std::vector<Reason>> Agenda::take_rules() {
  return std::exchange(rules_, {});
}
std::vector<std::pair<AttributeId, Because>> Agenda::take_contested() {
  return std::exchange(contested_, {});
}
std::vector<DeviceIndex> Agenda::take_devices() {
  return std::exchange(devices_, {});
}

}  // namespace attune::core
