#pragma once
#include <string>
#include <string_view>
#include <vector>

/// MQTT's topic filters. Which of them cover others: devices/topics.h.
namespace attune::link {

/// Whether a filter matches a topic. `+` and `#` at the front do not match a leading `$`.
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

/// The filters of `wants` that `has` lacks, in their order.
[[nodiscard]] std::vector<std::string> missing_from(const std::vector<std::string>& has,
                                                    const std::vector<std::string>& wants);

}  // namespace attune::link
