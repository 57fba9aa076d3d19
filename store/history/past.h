#pragma once
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "store/history/group.h"
#include "store/history/recorder.h"

/// Walks the samples of series, wherever they are: blocks of days in the tables, blocks in memory.
///
/// One for each query: it keeps what it read of a day's beginning.
/// Threading: the store's thread. Errors: those of Store.
namespace attune::store::history {

class Past {
 public:
  /// Both outlive it; nothing is written meanwhile.
  Past(const TableReader& tables, const Recorder& recorder);

  /// Samples with from <= at < to while `visit` answers true; ascending but for what was recorded
  /// while the clock was set back.
  [[nodiscard]] Status samples(SeriesId id, Millis from, Millis to,
                               const std::function<bool(const Sample&)>& visit);
  /// Empty: nothing is known.
  [[nodiscard]] Result<std::optional<Held>> at(SeriesId id, Millis at);
  /// The first day of which any block is in the tables; empty: none.
  [[nodiscard]] Result<std::optional<Day>> first_day();

 private:
  /// Keys and values, not checked yet.
  using Frames = std::vector<std::pair<std::string_view, std::string_view>>;
  /// The blocks of one day that begin before `end`. `next` becomes the day to go on with.
  Status day_blocks(Day day, SeriesId id, Millis end, std::optional<Day>& next);
  Status visit_day(Day& day, SeriesId id, Millis from, Millis to,
                   const std::function<bool(const Sample&)>& visit, bool& more);
  [[nodiscard]] Result<bool> at_day(Day day, SeriesId id, Millis at, Held& held);
  [[nodiscard]] Result<bool> carried(Day day, SeriesId id, Held& held);
  /// The blocks in memory that begin before `end`.
  [[nodiscard]] std::vector<std::string> recent(SeriesId id, Millis end) const;

  const TableReader& tables_;
  const Recorder& recorder_;
  std::optional<std::pair<Day, GroupId>> carry_of_;
  Carry carry_;
  Frames frames_;  ///< of the day that is looked at
  std::optional<std::optional<Day>> first_day_;
};

}  // namespace attune::store::history
