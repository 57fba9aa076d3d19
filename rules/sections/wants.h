#pragma once
#include <vector>

#include "rules/sections/reader.h"

/// What a rule wants: values and live expressions of attributes.
namespace attune::rules {

/// The claims of a `want` map, in the file's order; a group stands for its members.
[[nodiscard]] std::vector<Want> read_wants(Reader& reader, const yaml::Node& node);

}  // namespace attune::rules
