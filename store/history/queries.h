#pragma once
#include "store/history/answers.h"
#include "store/history/recorder.h"

/// Questions about the past, answered from the tables and from what is not in them yet.
///
/// Each reads one consistent view and a bounded part of it: ask on for the rest. A name that
/// history does not know has an empty answer.
/// Threading: the store's thread. Errors: those of Store.
namespace attune::store::history {

inline constexpr std::size_t kRangeSamplesMax = 10'000;
inline constexpr std::size_t kBucketsMax = 10'000;

/// The samples with from <= at < to, at most `max` (1..kRangeSamplesMax), and what held before.
[[nodiscard]] Result<Range> read_range(const TableReader& tables, const Recorder& recorder,
                                       std::string_view path, Millis from, Millis to,
                                       std::size_t max);

/// At most `count` (1..kBucketsMax) periods that cover [from, to): from samples while these are
/// few enough and still there, else from whole hours or days.
[[nodiscard]] Result<Buckets> read_buckets(const TableReader& tables, const Recorder& recorder,
                                           std::string_view path, Millis from, Millis to,
                                           std::size_t count);

/// What the series was at a moment; empty: nothing is known of it.
[[nodiscard]] Result<std::optional<Held>> read_at(const TableReader& tables,
                                                  const Recorder& recorder, std::string_view path,
                                                  Millis at);

/// Every series that is known of at a moment, from series `from` (0 to begin) on, in the order in
/// which they first appeared.
[[nodiscard]] Result<HomePage> read_home(const TableReader& tables, const Recorder& recorder,
                                         Millis at, std::uint32_t from);

}  // namespace attune::store::history
