#pragma once
#include <vector>

#include "rules/rule_set.h"
#include "rules/sections/reader.h"

/// `do`: a list of steps, one after the other.
namespace attune::rules {

[[nodiscard]] std::vector<Step> read_sequence(Reader& reader, const yaml::Node& node);

}  // namespace attune::rules
