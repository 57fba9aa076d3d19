#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// Whole numbers in as few bytes as they need: LEB128, 7 bits a byte, lowest first, high bit =
/// more.
namespace attune::store {

/// Small magnitudes become small numbers: 0 -1 1 -2 .. as 0 1 2 3 ..
[[nodiscard]] constexpr std::uint64_t zigzag(std::uint64_t v) {
  return (v << 1) ^ (0 - (v >> 63));
}
[[nodiscard]] constexpr std::uint64_t unzigzag(std::uint64_t v) {
  return (v >> 1) ^ (0 - (v & 1));
}

void append_varint(std::string& out, std::uint64_t v);
/// Takes one from the front of `left`. Empty: it is cut off, above 64 bits, or not in its shortest
/// form; what `left` is then means nothing.
[[nodiscard]] std::optional<std::uint64_t> take_varint(std::string_view& left);

}  // namespace attune::store
