#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/model/ids.h"
#include "store/history/series.h"
#include "store/tables.h"

/// The rows that hold a group of neighbouring series: what of them is open, and what they were at
/// the beginning of a day.
namespace attune::store::history {

/// Series that are written together.
inline constexpr SeriesId kGroupSeries = 128;
using GroupId = std::uint32_t;
[[nodiscard]] constexpr GroupId group_of(SeriesId series) {
  return series / kGroupSeries;
}

/// Series are kept here as of `covered`: a start goes on with the changes above it.
struct OpenGroup {
  Revision covered{};
  Day carried = 0;  ///< the last day whose beginning was written
  std::vector<std::pair<SeriesId, std::string>> series;  ///< ascending; packed
};

/// Replaces the rows of the group. Errors: those of Store.
[[nodiscard]] Status write_open(TableWriter& tables, GroupId group, const OpenGroup& rows);
/// Every group there is, ascending. Errors: those of Store.
[[nodiscard]] Result<std::vector<std::pair<GroupId, OpenGroup>>> read_open(
    const TableReader& tables);

using Carry = std::vector<std::pair<SeriesId, Held>>;
/// What series of the group were when `day` began, those that did not change on it. Answers the
/// bytes of the rows.
[[nodiscard]] Result<std::uint64_t> write_carry(TableWriter& tables, Day day, GroupId group,
                                                const Carry& carry);
/// Empty when none was written. Errors: those of Store.
[[nodiscard]] Result<Carry> read_carry(const TableReader& tables, Day day, GroupId group);

}  // namespace attune::store::history
