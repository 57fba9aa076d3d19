#pragma once
#include <string_view>
#include <vector>

/// Units as people and bridges write them, by their UCUM codes.
namespace attune::devices {

/// `Cel` of `°C`, `kW.h` of `kWh`, `ug/m3` of `µg/m³`; spaces around it do not count. Empty for
/// what nobody knows, and for what says that there is none.
[[nodiscard]] std::string_view ucum_code(std::string_view written);

/// The other way, as Home Assistant writes them: `°C` of `Cel`; empty for what nobody knows.
[[nodiscard]] std::string_view written_unit(std::string_view ucum);

/// The codes that convert to `ucum`, ascending, as a person may write them of a wire.
[[nodiscard]] std::vector<std::string_view> codes_like(std::string_view ucum);

}  // namespace attune::devices
