#include "devices/dialect.h"

namespace attune::devices {

void Decoded::clear() {
  readings.clear();
  events.clear();
  foreign.clear();
  availability.clear();
  rejections.clear();
  devices_changed = false;
  keep_as.clear();
}

void Dialect::declare(std::span<const DeviceEntry>) {}

}  // namespace attune::devices
