#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// What may stand in a topic, and which filters cover which.
namespace attune::devices {

/// Why a name cannot be a topic; empty when it can. Bounds: limits.h. Wildcards, NUL and bytes
/// that are no UTF-8 are no part of a topic.
[[nodiscard]] std::string_view what_is_wrong_with_topic(std::string_view topic);

/// The levels of a topic into the front of `levels`, and how many they are; 0 where there are more
/// than fit, or one is empty.
[[nodiscard]] std::size_t split_levels(std::string_view topic, std::span<std::string_view> levels);

/// Whether every topic that `narrow` matches is matched by `wide`. Both are valid filters. `+` and
/// `#` at the front do not match a leading `$`.
[[nodiscard]] bool covers(std::string_view wide, std::string_view narrow);

/// The filters that no other one of them covers, each once, in their order: for each subscription
/// that matches, a broker may send a message once more. Takes n log n for n plain topics, and for
/// each filter with a wildcard another n.
[[nodiscard]] std::vector<std::string> without_covered(const std::vector<std::string>& filters);

}  // namespace attune::devices
