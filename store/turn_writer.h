#pragma once
#include <string>

#include "store/codec.h"
#include "store/tables.h"

/// Turns become rows of tables: the one place that decides what a commit writes.
namespace attune::store {

/// Final commands that stay readable; older ones leave with the commit that passes the bound.
inline constexpr std::size_t kFinalCommandsMax = 10'000;

/// Writes turns into the transactions of one store. Reuses its buffers from turn to turn.
///
/// Threading: the store's thread.
/// Errors: those of Store. After one the tables and `position` are half written: the caller
/// drops both.
class TurnWriter {
 public:
  /// All of `turn`, and the position after it. Revisions that do not ascend stop the process.
  [[nodiscard]] Status write(const Turn& turn, TableWriter& tables, Position& position);
  /// What a new store begins with.
  [[nodiscard]] Status create(const Identity& identity, TableWriter& tables);
  /// A start: from here on the store is unclean, and what this start gives out is never given
  /// out again, not even when nothing of it is committed.
  [[nodiscard]] Status start(TableWriter& tables, Position& position);

 private:
  Status log(const Turn& turn, TableWriter& tables, Position& position);
  Status row(const Write& write, TableWriter& tables, Position& position);
  Status count_command(const Command& command, bool erase, const TableWriter& tables,
                       Position& position) const;
  Status prune_commands(TableWriter& tables, Position& position);
  template <class R>
  Status put(const R& record, TableWriter& tables);

  std::string key_;
  std::string value_;
};

/// The first revision that a start from `position` may give out.
[[nodiscard]] Revision next_revision(const Position& position);

}  // namespace attune::store
