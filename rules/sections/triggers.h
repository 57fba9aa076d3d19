#pragma once
#include <optional>
#include <vector>

#include "rules/sections/reader.h"
#include "rules/trigger.h"

/// `trigger`, and what it may turn: `toggle`, `cycle`.
namespace attune::rules {

[[nodiscard]] std::optional<Trigger> read_trigger(Reader& reader, const yaml::Node& node);
[[nodiscard]] std::vector<Turn> read_toggle(Reader& reader, const yaml::Node& node);
[[nodiscard]] std::vector<Turn> read_cycle(Reader& reader, const yaml::Node& node);
/// `07:00` as minutes since midnight; E203 for anything else.
[[nodiscard]] std::optional<int> read_time_of_day(Reader& reader, const yaml::Node& node);

}  // namespace attune::rules
