#pragma once
#include <string_view>

/// The short names that Home Assistant's discovery lets a configuration use.
namespace attune::devices::ha {

/// The whole name of a key of an entity; a whole name is itself.
[[nodiscard]] std::string_view full_name(std::string_view key);
/// The same within `device`, `origin`.
[[nodiscard]] std::string_view full_device_name(std::string_view key);

}  // namespace attune::devices::ha
