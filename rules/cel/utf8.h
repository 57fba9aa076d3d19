#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

/// Text by code points. All functions but valid_utf8 are given valid UTF-8.
namespace attune::cel {

[[nodiscard]] bool valid_utf8(std::string_view text);
[[nodiscard]] std::size_t code_points(std::string_view text);
/// Bytes of the code point that begins at `text[at]`.
[[nodiscard]] std::size_t code_point_bytes(std::string_view text, std::size_t at);
[[nodiscard]] char32_t code_point(std::string_view text, std::size_t at);
/// The byte offset of each code point, and of the end.
[[nodiscard]] std::vector<std::size_t> code_point_offsets(std::string_view text);
/// False, and nothing appended, for surrogates and numbers above 0x10FFFF.
[[nodiscard]] bool append_code_point(std::string& out, char32_t point);

}  // namespace attune::cel
