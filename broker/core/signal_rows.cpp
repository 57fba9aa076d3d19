#include "broker/core/signal_rows.h"

#include <charconv>

#include "broker/core/packed_value.h"

namespace attune::core {

namespace {

constexpr std::string_view kFormat = "1";
constexpr Millis kTimeMax{std::int64_t{1} << 53U};  // sums of it with any window are still times

/// FNV-1a, in hexadecimal.
std::string hash_of(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  std::string out(16, '0');
  for (std::size_t i = 16; i-- > 0; hash >>= 4U) out[i] = "0123456789abcdef"[hash & 15U];
  return out;
}

/// Words between single blanks; the last may hold blanks.
class Words {
 public:
  explicit Words(std::string_view text) : left_(text) {}
  std::string_view next() {
    const std::size_t blank = left_.find(' ');
    ok_ = ok_ && blank != std::string_view::npos;
    if (!ok_) return {};
    const std::string_view word = left_.substr(0, blank);
    left_.remove_prefix(blank + 1);
    return word;
  }
  template <class Number>
  Number number() {
    return parse<Number>(next());
  }
  template <class Number>
  Number parse(std::string_view word) {
    Number out{};
    const auto read = std::from_chars(word.data(), word.data() + word.size(), out);
    require(read.ec == std::errc() && read.ptr == word.data() + word.size());
    return ok_ ? out : Number{};
  }
  void require(bool holds) { ok_ = ok_ && holds; }
  [[nodiscard]] std::string_view rest() const { return left_; }
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  std::string_view left_;
  bool ok_ = true;
};

}  // namespace

std::string signal_key(std::string_view text) {
  return hash_of(text);
}

std::string piece_key(std::string_view text, std::uint64_t serial) {
  return hash_of(text) + "#" + std::to_string(serial % Series::kSerials);
}

std::string_view signal_of_piece(std::string_view key) {
  const std::size_t mark = key.find('#');
  return mark == std::string_view::npos ? std::string_view() : key.substr(0, mark);
}

std::string pack(const SignalRow& row) {
  const Instant since = row.since.value_or(Instant{});
  std::string out(kFormat);
  out += row.since ? " 1 " : " 0 ";
  out += std::to_string(since.wall.count()) + " " + std::to_string(since.steady.count()) + " ";
  out += std::to_string(number(row.revision)) + " " + std::to_string(number(row.context)) + " ";
  return out + row.text;
}

std::optional<SignalRow> unpack_signal(std::string_view bytes) {
  Words words(bytes);
  SignalRow row;
  words.require(words.next() == kFormat);
  const auto has_since = words.number<int>();
  words.require(has_since == 0 || has_since == 1);
  Instant since;
  since.wall = Millis(words.number<std::int64_t>());
  since.steady = Millis(words.number<std::int64_t>());
  words.require(since.steady >= -kTimeMax && since.steady <= kTimeMax);
  if (has_since == 1) row.since = since;
  row.revision = static_cast<Revision>(words.number<std::uint64_t>());
  row.context = static_cast<Revision>(words.number<std::uint64_t>());
  row.text = words.rest();
  return words.ok() && !row.text.empty() ? std::optional(std::move(row)) : std::nullopt;
}

std::string pack(const Series::Piece& piece) {
  return std::string(kFormat) + " " + std::to_string(piece.serial) + " " +
         std::to_string(piece.start.count()) + " " + shortest(piece.share) + " " +
         pack_value(piece.value);
}

std::optional<Series::Piece> unpack_piece(std::string_view bytes) {
  Words words(bytes);
  Series::Piece piece;
  words.require(words.next() == kFormat);
  piece.serial = words.number<std::uint64_t>();
  piece.start = Millis(words.number<std::int64_t>());
  piece.share = words.number<double>();
  words.require(piece.share >= 0 && piece.share <= 1);
  words.require(piece.start >= -kTimeMax && piece.start <= kTimeMax);
  auto value = unpack_value(words.rest());
  words.require(value.has_value());
  if (value) piece.value = std::move(*value);
  return words.ok() ? std::optional(std::move(piece)) : std::nullopt;
}

}  // namespace attune::core
