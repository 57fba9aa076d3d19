#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// Streams of bits, highest bit first, and numbers in them whose length fits their size.
namespace attune::store::history {

/// Widths of a coded number, ascending: the n-th is announced by n ones and a zero (by ones alone
/// when it is the last).
using Widths = std::span<const std::uint8_t>;

/// Appends bits. The free bits of the last byte are zero.
class BitWriter {
 public:
  BitWriter() = default;
  /// Goes on behind the first `bits` of `bytes`; the rest of them must be zero.
  BitWriter(std::string_view bytes, std::size_t bits);
  /// The lowest `count` bits of `v`; 0..64.
  void put(std::uint64_t v, unsigned count);
  /// `v` in the first width that holds it; the last one holds all.
  void put_coded(std::uint64_t v, Widths widths);
  void put_ones(unsigned count) { put(~std::uint64_t{0}, count); }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::size_t bits() const { return bytes_.size() * 8 - free_; }

 private:
  std::string bytes_;
  unsigned free_ = 0;  ///< bits of the last byte that are not taken
};

/// Takes bits, believing nothing: after a read past the end ok() is false and reads are 0.
class BitReader {
 public:
  explicit BitReader(std::string_view bytes) : bytes_(bytes) {}
  [[nodiscard]] std::uint64_t get(unsigned count);
  /// False also for a number that a smaller width would have held.
  [[nodiscard]] std::uint64_t get_coded(Widths widths);
  /// How many ones come before the next zero, which is taken too; at most `max`: then no zero.
  [[nodiscard]] unsigned get_ones(unsigned max);
  [[nodiscard]] std::uint64_t get_width(Widths widths, unsigned which);
  void fail() { ok_ = false; }
  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] std::size_t position() const { return at_; }
  /// Everything was read but for zero bits of the last byte.
  [[nodiscard]] bool done() const;

 private:
  std::string_view bytes_;
  std::size_t at_ = 0;  ///< in bits
  bool ok_ = true;
};

}  // namespace attune::store::history
