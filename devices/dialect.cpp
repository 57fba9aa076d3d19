#include "devices/dialect.h"

namespace attune::devices {

void Decoded::clear() {
  readings.clear();
  desired.clear();
  historical.clear();
  events.clear();
  foreign.clear();
  unknown.clear();
  by_itself.clear();
  refusals.clear();
  availability.clear();
  rejections.clear();
  removed.clear();
  devices_changed = false;
  subscriptions_changed = false;
  pass_on = false;
  replies.clear();
  place = {};
  too_many_devices = false;
  keep_as.clear();
}

void Dialect::declare(std::span<const DeviceEntry>) {}

void Dialect::reconsider(Decoded&) {}

std::vector<Outgoing> Dialect::command(DeviceIndex device, std::span<const Reading> values,
                                       const Terms& /*terms*/) const {
  return encode(device, values);
}

}  // namespace attune::devices
