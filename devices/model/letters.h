#pragma once
#include <string>
#include <string_view>

/// Words whose case does not count.
namespace attune {

/// A to Z as a to z; every other byte stays, so UTF-8 does too.
[[nodiscard]] std::string lower_case(std::string_view text);

}  // namespace attune
