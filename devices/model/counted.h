#pragma once
#include <optional>
#include <string>
#include <string_view>

/// Texts one after the other in one text, each with its size before it: `5:hello`.
namespace attune {

void put_counted(std::string& out, std::string_view field);
/// The first of `left`, which goes on behind it. Empty, and `left` unchanged: none stands there.
[[nodiscard]] std::optional<std::string_view> take_counted(std::string_view& left);

}  // namespace attune
