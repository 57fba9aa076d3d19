#pragma once
#include "devices/model/instant.h"

/// When something arrived, read in the callback: both of the machine's clocks.
namespace attune::inbox {

struct Stamp {
  Millis wall{};  ///< CLOCK_REALTIME; may jump either way
  Millis boot{};  ///< CLOCK_BOOTTIME; counts sleep, starts again at a reboot
  friend bool operator==(const Stamp&, const Stamp&) = default;
};

/// Threading: any thread.
[[nodiscard]] Stamp stamp_now() noexcept;

/// Time from `before` to `after`: the boot clock's, or over a reboot the wall's. Never negative.
[[nodiscard]] Millis elapsed(const Stamp& before, const Stamp& after) noexcept;

}  // namespace attune::inbox
