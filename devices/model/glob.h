#pragma once
#include <string_view>

/// Patterns as people write them: `hall_*`, `*.on`.
namespace attune {

/// `*` is any text, `?` any one byte. Linear in the text for each star.
[[nodiscard]] bool glob(std::string_view pattern, std::string_view text);

}  // namespace attune
