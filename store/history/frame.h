#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "devices/model/result.h"
#include "store/tables.h"

/// Keys and framed values of the tables history, rollups and symbols (store/FORMAT.md, "History").
namespace attune::store::history {

/// The id of a series: its place in Table::symbols. Given once, never to another name.
using SeriesId = std::uint32_t;
/// UTC days since 1970.
using Day = std::uint32_t;

/// The format whose records these are.
inline constexpr std::uint8_t kFrameFormat = 2;

/// `out` becomes a header; the payload is to be appended, then seal_frame completes it.
void begin_frame(Table table, std::string& out);
void seal_frame(std::string& out);
/// Errors: "corrupt" for a short value, a wrong checksum or another table's; "format".
[[nodiscard]] Result<std::string_view> frame_payload(Table table, std::string_view key,
                                                     std::string_view value);

/// What a key of Table::history is for: its first byte. Stored: append only.
enum class Kind : std::uint8_t { totals = 1, open, carry, block };

/// Keys are a kind and numbers of four bytes, big-endian.
class Key {
 public:
  explicit Key(Kind kind) : text_(1, static_cast<char>(kind)) {}
  Key() = default;
  Key& operator<<(std::uint32_t number);
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};
/// The n-th number behind the first `skip` bytes; 0 when the key is too short.
[[nodiscard]] std::uint32_t key_number(std::string_view key, std::size_t skip, std::size_t n);

}  // namespace attune::store::history
