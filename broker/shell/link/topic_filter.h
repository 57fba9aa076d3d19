#pragma once
#include <string>
#include <string_view>
#include <vector>

/// MQTT's topic filters.
namespace attune::link {

/// Whether a filter matches a topic. `+` and `#` at the front do not match a leading `$`.
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

/// Whether every topic that `narrow` matches is one of `wide`'s.
[[nodiscard]] bool covers(std::string_view wide, std::string_view narrow);

/// Without those that another one covers, in the same order: for each subscription that matches,
/// a broker may send a message once more.
[[nodiscard]] std::vector<std::string> without_covered(const std::vector<std::string>& filters);

}  // namespace attune::link
