#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/instant.h"
#include "devices/model/result.h"
#include "devices/model/value.h"
#include "store/history/answers.h"
#include "store/history/bits.h"

/// Blocks of samples of one series: times as differences of differences, values by what they are.
///
/// A block holds one kind of value. Numbers with few decimals are kept as whole numbers times a
/// power of ten and their differences, other reals as what differs from the bits before; booleans
/// as a bit; texts and lists as their place among the block's own symbols. A block of integers
/// that meets a number becomes one of numbers: 21 is then 21.0.
namespace attune::store::history {

inline constexpr std::size_t kBlockSamplesMax = 4'096;
/// A block is full when its bits and symbols reach this: four of them fill a page.
inline constexpr std::size_t kBlockBytes = 960;
inline constexpr std::size_t kSymbolBytesMax = 256;
inline constexpr std::size_t kSymbolNumbersMax = 32;
inline constexpr Millis kTimeMax{std::int64_t{1} << 46};  ///< in the year 4199

/// False for what history does not keep: a text over kSymbolBytesMax, a list over
/// kSymbolNumbersMax.
[[nodiscard]] bool is_kept(const Value& value);

/// How the values of a block are written. Stored: append only.
enum class Coding : std::uint8_t { gaps = 0, integers, decimals, reals, booleans, symbols };

/// What a writer and a reader remember from sample to sample.
struct Track {
  Coding coding = Coding::gaps;
  std::uint8_t scale = 0;  ///< decimals: power of ten, 0..6
  std::uint32_t count = 0;
  std::int64_t first = 0;  ///< ms, as the next three
  std::int64_t last = 0;
  std::uint64_t delta = 0;
  std::uint64_t previous = 0;  ///< the value before: whole number, or bits of the real
  std::uint8_t leading = 0;    ///< reals: the window of bits that differ; length 0: none yet
  std::uint8_t length = 0;
  bool wide = false;  ///< integers: one of them is no exact number
};

/// A block that still grows.
class OpenBlock {
 public:
  OpenBlock() = default;

  /// False when the sample must begin another block: of another kind, earlier than the last one,
  /// or this one is full. The first sample of a block always fits, if is_kept(value) and
  /// 0 <= at <= kTimeMax.
  [[nodiscard]] bool append(Millis at, const Value& value);
  [[nodiscard]] bool empty() const { return track_.count == 0; }
  [[nodiscard]] Millis first() const { return Millis(track_.first); }
  [[nodiscard]] Millis last() const { return Millis(track_.last); }
  [[nodiscard]] std::size_t count() const { return track_.count; }

  /// Appends the block as a payload to `out`.
  void encode(std::string& out) const;
  /// A block that goes on where the payload ends. Empty when the payload is no block.
  [[nodiscard]] static std::optional<OpenBlock> decode(std::string_view payload);

 private:
  [[nodiscard]] bool fits(const Value& value);
  [[nodiscard]] bool fits_number(double v);
  [[nodiscard]] bool recode(Coding coding, std::uint8_t scale);
  void begin_as(const Value& value);
  void put_time(std::int64_t at, bool gap);
  void put_value(const Value& value);
  void put_real(double v);
  void put_symbol(const Value& value);

  Track track_;
  BitWriter bits_;
  std::vector<Value> symbols_;
  std::size_t symbol_bytes_ = 0;
};

/// Reads a block sample by sample.
class BlockReader {
 public:
  /// `payload` outlives it. ok() is false when it is no block.
  explicit BlockReader(std::string_view payload);
  [[nodiscard]] Millis first() const { return Millis(track_.first); }
  /// Of the last sample, known before any is read.
  [[nodiscard]] Millis last() const { return Millis(end_); }
  [[nodiscard]] std::size_t count() const { return count_; }
  /// False at the end, or when the block is damaged: then ok() is false.
  [[nodiscard]] bool next(Sample& out);
  [[nodiscard]] bool ok() const { return ok_; }

 private:
  friend class OpenBlock;
  void read_header();
  [[nodiscard]] bool header_is_sane() const;
  void read_symbols(std::uint64_t count, std::string_view& left);
  [[nodiscard]] bool finish();
  [[nodiscard]] bool next_time(bool& gap);
  void next_value(Value& out);
  void take_whole(Value& out);
  void take_real(Value& out);

  std::string_view payload_;
  Track track_;
  BitReader bits_{std::string_view()};
  std::string_view bit_bytes_;
  std::vector<Value> symbols_;
  std::size_t symbols_seen_ = 0;
  std::uint32_t count_ = 0;
  std::int64_t end_ = 0;
  bool ok_ = true;
};

/// The whole of a block. Empty when it is none.
[[nodiscard]] std::optional<std::vector<Sample>> read_block(std::string_view payload);

}  // namespace attune::store::history
