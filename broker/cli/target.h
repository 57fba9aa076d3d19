#pragma once
#include <string>
#include <string_view>

#include "devices/model/result.h"

/// Paths of the API out of the names that people type.
namespace attune::cli {

/// `hall_lamp.on` -> `/api/v1/devices/hall_lamp/on`; `wall.l2.on` -> `../wall/l2.on`;
/// `settings.house` -> `/api/v1/settings/house`. Error "path" for a name without a dot.
[[nodiscard]] Result<std::string> attribute_target(std::string_view path);

/// `?device=..&attribute=..` of an attribute's name. Error "path".
[[nodiscard]] Result<std::string> attribute_query(std::string_view path);

}  // namespace attune::cli
