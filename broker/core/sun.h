#pragma once
#include <functional>
#include <optional>

#include "broker/core/site.h"

/// Where the sun stands, by the formulas of NOAA's solar calculator (after Meeus); within about
/// 0.02 degrees between 1950 and 2050.
///
/// Determinism: a function of place and moment.
namespace attune::core {

struct SunPosition {
  double elevation = 0;  ///< degrees above the horizon, of the centre, lifted by refraction
  double azimuth = 0;    ///< degrees from north over east, 0 to 360
  double geometric = 0;  ///< elevation without refraction
  /// Its upper edge is above a flat horizon, as almanacs count.
  [[nodiscard]] bool up() const { return geometric >= -0.833; }
};

/// `wall`: UTC since 1970.
[[nodiscard]] SunPosition sun_at(const Place& place, Millis wall);

/// What of the sun moves, and against what.
using SunTest = std::function<bool(const SunPosition&)>;

/// The first moment after `wall` at which `test` has another answer, to the second, looking no
/// further than two days. Empty: it has the same answer all along (as in a polar night).
[[nodiscard]] std::optional<Millis> next_flip(const Place& place, Millis wall, const SunTest& test);

}  // namespace attune::core
