#pragma once
#include <optional>
#include <string>

#include "store/codec.h"
#include "store/tables.h"

/// Turns become rows of tables: the one place that decides what a commit writes.
namespace attune::store {

/// Final commands that stay readable. The older ones leave when there are `kPruneStep` too many:
/// finding them means reading past those that just left.
inline constexpr std::size_t kFinalCommandsMax = 10'000;
inline constexpr std::size_t kPruneStep = 1'000;

/// Writes turns into the transactions of one store. Reuses its buffers from turn to turn.
///
/// Threading: the store's thread.
/// Errors: those of Store. After one the tables and `position` are half written: the caller
/// drops both.
class TurnWriter {
 public:
  /// All of `turn` and the position after it: its changes to `log`, all else to `rows`.
  /// Revisions that do not ascend stop the process.
  /// With `history`, up to where history has written, what may leave the log leaves it now, else
  /// with a later turn.
  [[nodiscard]] Status write(const Turn& turn, TableWriter& log, TableWriter& rows,
                             Position& position, std::optional<Revision> history);
  /// The last turn that could let go of the log found that history must be written first.
  [[nodiscard]] bool waits_for_history() const { return waits_for_history_; }
  /// The last write() is committed: only then does what it appended count.
  void written() { appended_ = appends_; }
  /// What a new store begins with.
  [[nodiscard]] Status create(const Identity& identity, TableWriter& rows);
  /// Writes the name of the store, in this program's format.
  [[nodiscard]] Status name_store(const Identity& identity, TableWriter& rows);
  /// A start: from here on the store is unclean, and what this start gives out is never given
  /// out again, not even when nothing of it is committed.
  [[nodiscard]] Status start(TableWriter& rows, Position& position);

 private:
  Status append(const Turn& turn, TableWriter& log, Position& position);
  Status write_row(const Write& write, TableWriter& rows, Position& position);
  Status count_command(const Command& command, bool erase, const TableReader& rows,
                       Position& position) const;
  Status prune_commands(TableWriter& rows, Position& position);
  template <class R>
  Status put(const R& record, TableWriter& rows);

  std::size_t appended_ = 0;  ///< to the log by turns that let go of some, since they did
  std::size_t appends_ = 0;   ///< the same, with the turn that write() wrote last
  bool waits_for_history_ = false;
  std::string key_;
  std::string value_;
};

/// The first revision that a start from `position` may give out.
[[nodiscard]] Revision next_revision(const Position& position);

}  // namespace attune::store
