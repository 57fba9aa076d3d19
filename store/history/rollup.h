#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "store/history/block.h"
#include "store/history/frame.h"

/// What a numeric series did in an hour, a day or any other period.
///
/// A series is a staircase: a value holds until the next sample. So least, greatest and mean are
/// those of the staircase, with what was brought along from before; the mean weighs each value by
/// how long it held. Count and sum are of the samples alone. Booleans count as 0 and 1.
namespace attune::store::history {

struct Rollup {
  double min = 0;
  double max = 0;
  double sum = 0;              ///< of the samples
  double last = 0;             ///< the value that held last
  double weighted = 0;         ///< values times the milliseconds that they held
  std::uint64_t count = 0;     ///< samples
  std::uint64_t known_ms = 0;  ///< how long any value held
  bool seen = false;           ///< any value held: min, max and last say something
  bool open = false;           ///< `last` still held at the end
  /// By time; the last value where none held for any time.
  [[nodiscard]] double mean() const;
  /// This and what came after it, as one.
  void merge(const Rollup& later);
  friend bool operator==(const Rollup&, const Rollup&) = default;
};

/// The number that rollups take for a value; empty: none (a gap, a text, a list).
[[nodiscard]] std::optional<double> rollup_number(const Value& value);

/// Rolls one series up, period by period.
class Accumulator {
 public:
  Accumulator() = default;
  /// Begins at `start`; `held`: the value that is brought along.
  Accumulator(Millis start, std::optional<double> held);
  /// A sample. One from before the last time counts as of that time.
  void add(Millis at, std::optional<double> number);
  /// Up to `end`, then begins anew there. Empty when no sample fell into the period.
  [[nodiscard]] std::optional<Rollup> roll(Millis end);
  /// The period so far, as of `at`.
  [[nodiscard]] Rollup until(Millis at) const;
  [[nodiscard]] Millis start() const { return start_; }
  [[nodiscard]] std::optional<double> held() const { return held_; }
  [[nodiscard]] bool touched() const { return touched_; }

  void encode(std::string& out) const;
  /// Nothing but a whole one changes the accumulator.
  [[nodiscard]] bool decode(class ByteReader& reader);
  friend bool operator==(const Accumulator&, const Accumulator&) = default;

 private:
  void hold(Rollup& rollup, Millis until) const;
  Millis start_{};
  Millis since_{};
  std::optional<double> held_;
  Rollup so_far_;
  bool touched_ = false;
};

/// Stored: append only.
enum class Level : std::uint8_t { hour = 1, day };
[[nodiscard]] constexpr Millis length(Level level) {
  return level == Level::hour ? Millis(3'600'000) : Millis(86'400'000);
}
/// The start of the period that `at` falls into.
[[nodiscard]] constexpr Millis floor_to(Millis at, Millis period) {
  return at - at % period;
}

/// Neighbouring series whose rollups of one period are one row of Table::rollups.
inline constexpr SeriesId kRollupSeries = 16;
/// Byte level, n4 hours or days since 1970, n4 series / kRollupSeries.
[[nodiscard]] std::string rollup_key(Level level, Millis start, SeriesId series);
using RollupRow = std::map<SeriesId, Rollup>;
/// `out` becomes the whole value.
void encode_rollups(const RollupRow& row, std::string& out);
/// Errors: "corrupt", "format".
[[nodiscard]] Result<RollupRow> decode_rollups(std::string_view key, std::string_view value);

}  // namespace attune::store::history
