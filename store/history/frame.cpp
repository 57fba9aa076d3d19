#include "store/history/frame.h"

#include <fmt/format.h>

#include "store/codec.h"
#include "store/crc32c.h"

namespace attune::store::history {
namespace {

std::uint32_t checksum(std::string_view value) {
  return crc32c(crc32c(0, value.substr(0, 4)), value.substr(kHeaderBytes));
}

std::uint32_t stored_checksum(std::string_view value) {
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    v |= std::uint32_t{static_cast<unsigned char>(value[4 + i])} << (8 * i);
  }
  return v;
}

}  // namespace

void begin_frame(Table table, std::string& out) {
  out.assign({static_cast<char>(kFrameFormat), 0, static_cast<char>(table), 0, 0, 0, 0, 0});
}

void seal_frame(std::string& out) {
  reseal_value(out);
}

Result<std::string_view> frame_payload(Table table, std::string_view key, std::string_view value) {
  if (value.size() < kHeaderBytes) return corrupt(table, key, "is shorter than its header");
  if (checksum(value) != stored_checksum(value)) {
    return corrupt(table, key, "fails its checksum");
  }
  const auto format = static_cast<unsigned char>(value[0]);
  if (format != kFrameFormat) {
    return Error{"format", fmt::format("{} holds a record of format {}; this program reads format "
                                       "{}: start the version that wrote it, or a newer one",
                                       name(table), format, kFrameFormat)};
  }
  const bool own = value[1] == 0 && value[2] == static_cast<char>(table) && value[3] == 0;
  if (!own) return corrupt(table, key, "is of another table");
  return value.substr(kHeaderBytes);
}

Key& Key::operator<<(std::uint32_t number) {
  for (unsigned shift = 32; shift > 0; shift -= 8) {
    text_.push_back(static_cast<char>(number >> (shift - 8)));
  }
  return *this;
}

std::uint32_t key_number(std::string_view key, std::size_t skip, std::size_t n) {
  const std::size_t at = skip + 4 * n;
  if (key.size() < at + 4) return 0;
  std::uint32_t v = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    v = (v << 8) | static_cast<unsigned char>(key[at + i]);
  }
  return v;
}

}  // namespace attune::store::history
