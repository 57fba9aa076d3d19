#pragma once
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "devices/model/change.h"
#include "store/absence.h"
#include "store/history/bounds.h"
#include "store/history/group.h"
#include "store/history/series.h"
#include "store/tables.h"

/// Takes every change of state into history, and history into the tables when it is told to.
namespace attune::store::history {

/// Bytes of keys and values, and how far a start may skip the log. Row of Kind::totals.
struct Totals {
  std::uint64_t raw_bytes = 0;
  std::uint64_t rollup_bytes = 0;
  Revision resume{};
  friend bool operator==(const Totals&, const Totals&) = default;
};

/// The attribute's name under which a device's availability is a series.
inline constexpr std::string_view kAvailability = "$availability";

/// Every series of a home: open blocks in memory, groups of series in turn into the tables.
///
/// A flush writes the groups whose turn it is, each at least every kWriteInterval if it changed:
/// its finished blocks and rollups, and the rest of it densely packed. All rows of a group are as
/// of one revision, so a start reads them and goes on with the log above resume_after().
///
/// Threading: the store's thread. Errors: those of Store.
/// Determinism: the same calls write the same rows.
class Recorder {
 public:
  explicit Recorder(const Bounds& bounds = {}) : bounds_(bounds) {}

  /// Forgets everything and reads what is open; then every change of the log above
  /// resume_after() is recorded again, and nothing is counted twice.
  [[nodiscard]] Status restore(const TableReader& tables);
  /// What the log has above it is read by a start; what it has let go by then is not known to
  /// history.
  [[nodiscard]] Revision resume_after() const;

  /// One committed change, in ascending order; those that are not about state pass by.
  void record(const Change& change);
  /// The changes of a turn, and what it was absent before some of them.
  void record(const std::vector<Change>& changes, const std::optional<Absence>& absence);

  /// Writes what is due. Call written() when the transaction was committed; without that the next
  /// flush writes it again. No change may be recorded between the two.
  [[nodiscard]] Status flush(TableWriter& tables, Millis now);
  void written();
  /// Makes every group due.
  void hurry() { hurried_ = true; }

  [[nodiscard]] std::optional<SeriesId> find(std::string_view path) const;
  [[nodiscard]] const Series& series(SeriesId id) const { return series_[id]; }
  [[nodiscard]] const std::string& path(SeriesId id) const { return names_[id]; }
  [[nodiscard]] std::size_t size() const { return series_.size(); }
  /// Values that were too long to be kept, since the start.
  [[nodiscard]] std::uint64_t too_long() const { return too_long_; }
  [[nodiscard]] const Totals& totals() const { return totals_; }
  void set_bounds(const Bounds& bounds) { bounds_ = bounds; }

 private:
  struct Group {
    Revision covered{};  ///< the rows of the group hold every change up to here
    bool changed = false;
    std::optional<Millis> wakes;  ///< something ends then, also without a change
    Millis written{};
    Day carried = 0;
    std::size_t waiting_bytes = 0;
  };
  Status restore_names(const TableReader& tables);
  SeriesId series_for(std::string_view path, Revision revision);
  void add(SeriesId id, const Change& change, const Value& value);
  void end_device(const Change& removal);
  void away(const Absence& absence);
  [[nodiscard]] bool is_due(const Group& group, Millis now) const;
  Status write_names(TableWriter& tables);
  Status write_group(TableWriter& tables, GroupId id, Millis now);
  Status write_blocks(TableWriter& tables, SeriesId id);
  Status write_rollups(TableWriter& tables, GroupId id);
  Status write_rollup(TableWriter& tables, const std::string& key, RollupRow row);
  Status carry(TableWriter& tables, GroupId id, Day day);
  [[nodiscard]] Revision resume_without(const std::vector<std::pair<GroupId, Day>>& staged) const;
  Status write_totals(TableWriter& tables);
  [[nodiscard]] std::pair<SeriesId, SeriesId> range(GroupId id) const;

  Bounds bounds_;
  std::deque<std::string> names_;  ///< stays where it is: ids_ looks at it
  std::unordered_map<std::string_view, SeriesId> ids_;
  std::vector<Series> series_;
  std::vector<Group> groups_;
  std::size_t named_ = 0;   ///< names below it are in the tables
  GroupId next_group_ = 0;  ///< whose turn it is
  Revision recorded_{};
  Totals totals_;  ///< as committed
  bool hurried_ = false;
  std::uint64_t too_long_ = 0;
  std::string path_;  ///< reused

  // Of the flush that runs.
  std::vector<std::pair<GroupId, Day>> staged_;
  Totals next_totals_;
  Millis flushed_at_{};
  std::size_t rows_put_ = 0;
};

}  // namespace attune::store::history
