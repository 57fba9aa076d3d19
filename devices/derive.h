#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "devices/bands.h"
#include "devices/model/device.h"

/// `state` and `level` in one word each, as people say it: active, medium.
namespace attune::devices {

struct Derived {
  std::string state;  ///< active idle open partially_open closed locked ...; empty: has none
  std::string level;  ///< off low medium high, or heating cooling ...; empty: has none
  friend bool operator==(const Derived&, const Derived&) = default;
};

/// Reads attributes through `value` (none: unknown). `before` gives bands their hysteresis and a
/// lock that is turning its last state; `percent` are the device's own cuts, or empty.
[[nodiscard]] Derived derive(const DeviceInfo& device,
                             const std::function<const Value&(std::string_view)>& value,
                             const Derived& before, std::span<const Cut> percent = {});

}  // namespace attune::devices
