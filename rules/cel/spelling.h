#pragma once
#include <string>
#include <string_view>
#include <vector>

/// "Did you mean ...?"
namespace attune::cel {

/// The candidate nearest to `word`, the first of equals; empty when none is near (at most a third
/// of the word's letters differ, two for short words).
[[nodiscard]] std::string nearest(std::string_view word,
                                  const std::vector<std::string_view>& candidates);

/// `did you mean 'x'?`, or nothing.
[[nodiscard]] std::string did_you_mean(std::string_view word,
                                       const std::vector<std::string_view>& candidates);

}  // namespace attune::cel
