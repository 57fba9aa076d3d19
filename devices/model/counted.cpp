#include "devices/model/counted.h"

#include <charconv>

namespace attune {

void put_counted(std::string& out, std::string_view field) {
  out += std::to_string(field.size());
  out += ':';
  out += field;
}

std::optional<std::string_view> take_counted(std::string_view& left) {
  std::size_t size = 0;
  const char* const end = left.data() + left.size();
  const auto read = std::from_chars(left.data(), end, size);
  if (read.ec != std::errc() || read.ptr == end || *read.ptr != ':') return std::nullopt;
  const std::string_view behind = left.substr(static_cast<std::size_t>(read.ptr - left.data()) + 1);
  if (size > behind.size()) return std::nullopt;
  left = behind.substr(size);
  return behind.substr(0, size);
}

}  // namespace attune
