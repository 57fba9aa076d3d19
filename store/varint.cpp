#include "store/varint.h"

namespace attune::store {

void append_varint(std::string& out, std::uint64_t v) {
  for (; v >= 0x80; v >>= 7) out.push_back(static_cast<char>(v | 0x80));
  out.push_back(static_cast<char>(v));
}

std::optional<std::uint64_t> take_varint(std::string_view& left) {
  std::uint64_t v = 0;
  for (unsigned shift = 0; shift < 64 && !left.empty(); shift += 7) {
    const auto b = static_cast<unsigned char>(left.front());
    left.remove_prefix(1);
    v |= static_cast<std::uint64_t>(b & 0x7F) << shift;
    if ((b & 0x80) != 0) continue;
    // A zero last byte, or bits beyond the 64th, would be a second spelling of some number.
    if ((shift > 0 && b == 0) || (shift == 63 && b > 1)) break;
    return v;
  }
  return std::nullopt;
}

}  // namespace attune::store
