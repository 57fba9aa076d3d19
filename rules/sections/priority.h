#pragma once
#include <optional>

#include "rules/sections/reader.h"

/// The weights that a rule or an interlock may have.
namespace attune::rules {

/// `mode`, `mode+1`, `comfort-9`; E303 for anything else.
[[nodiscard]] std::optional<Priority> read_priority(Reader& reader, const yaml::Node& node);

}  // namespace attune::rules
