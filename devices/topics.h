#pragma once
#include <string>
#include <string_view>
#include <vector>

/// What may stand in a topic, and which filters cover which.
namespace attune::devices {

/// Why a name cannot be a topic; empty when it can. Bounds: limits.h. Wildcards, NUL and bytes
/// that are no UTF-8 are no part of a topic.
[[nodiscard]] std::string_view what_is_wrong_with_topic(std::string_view topic);

/// Whether every topic that `narrow` matches is matched by `wide`. Both are valid filters.
[[nodiscard]] bool covers(std::string_view wide, std::string_view narrow);

/// The filters that no other one of them covers, in their order.
[[nodiscard]] std::vector<std::string> without_covered(std::vector<std::string> filters);

}  // namespace attune::devices
