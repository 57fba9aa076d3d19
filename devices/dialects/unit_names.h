#pragma once
#include <string_view>

/// Units as people and devices write them, by their UCUM codes.
namespace attune::devices {

/// The UCUM code of `°C`, `kWh`, `µg/m³`, `ppm`; of a code itself that code. Empty for a text that
/// is no unit that we know.
[[nodiscard]] std::string_view ucum_of(std::string_view written);

}  // namespace attune::devices
