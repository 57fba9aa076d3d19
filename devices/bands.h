#pragma once
#include <string_view>

/// Numbers as people say them: 70 % is medium.
namespace attune::devices {

/// The band of `value` on a scale: percent, battery, temperature, humidity, illuminance, co2,
/// pm25, voc_index, power. A band is left only 2 % of a span (of percent: 2 points) past its edge,
/// so a value that trembles there does not flap; `before` is the band so far, or empty. 0 on the
/// percent scale is exact. Empty for an unknown scale.
[[nodiscard]] std::string_view band(std::string_view scale, double value, std::string_view before);

}  // namespace attune::devices
