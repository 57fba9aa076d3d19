#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "devices/model/records.h"
#include "devices/model/result.h"
#include "store/absence.h"
#include "store/history/archive.h"
#include "store/history/bounds.h"

/// What is kept: the log of changes and the rows beside it, one turn at a time, whole or not at
/// all.
///
/// Threading: one thread owns a store and makes every call.
/// Errors: Error::code is one of
///   "full"     disk, quota or map full; nothing was written, the same turn may be tried again
///   "io"       a write or sync failed; what is on disk is unsure: the process must stop
///   "corrupt"  a record fails its checksum or cannot be read; message names the table and key
///   "format"   written in a format this program does not know; message says which reads it
///   "locked"   another process has this store open
///   "open"     the folder cannot be used; message says why and what to do
namespace attune::store {

/// Up to where the inbox ring was consumed. Only means something for the ring with that id.
struct InboxPosition {
  std::uint64_t ring = 0;
  std::uint64_t position = 0;
  friend bool operator==(const InboxPosition&, const InboxPosition&) = default;
};

/// What the log may forget (store/compaction.h). Both bounds are passed by at most a batch.
struct Retention {
  std::optional<Millis> before;      ///< Instant::steady; older entries may leave; empty: none
  Revision held{~std::uint64_t{0}};  ///< above it, age alone lets nothing go: a client wants it
  std::uint64_t max_bytes = ~std::uint64_t{0};  ///< above it the oldest leave, whoever wants them
  std::uint64_t entries_min = 8'192;  ///< revisions that always stay: what a start looks back at
  std::size_t batch = 2'048;          ///< entries that leave together
};

/// Everything that one turn makes durable.
struct Turn {
  std::vector<Change> changes;  ///< ascending revisions, all above the store's head
  std::vector<Write> writes;    ///< in order; the last write of a key wins
  std::optional<InboxPosition> inbox;
  Instant at;  ///< becomes Recovered::at
  /// Set when `writes` hold the StateRow of every attribute that changed since the last fold:
  /// a start then replays the log from here on.
  std::optional<Revision> folded_through;
  /// The last turn of a clean stop: the revision line continues without a gap.
  bool clean = false;
  /// What may leave the log with it; empty: nothing.
  std::optional<Retention> retention = std::nullopt;
  /// Of history, nothing is known of it; what stood before it stands after it. It comes before the
  /// first change that is not older than its end.
  std::optional<Absence> absence = std::nullopt;
};

/// What a start begins with.
struct Recovered {
  std::string store_uuid;         ///< 36 characters, for the life of this store
  std::uint64_t incarnation = 1;  ///< changes when the store may have gone back (restore)
  Revision head{};                ///< of the last committed change
  /// The first revision that may be given out: head + 1 after a clean stop, else
  /// head + kUncommittedRevisionsMax + 1, so that no revision ever means two things. Higher by
  /// as much again for each unclean start before it that committed no change.
  Revision next{};
  bool clean = true;  ///< a new store is clean
  Instant at;         ///< of the last commit
  std::optional<InboxPosition> inbox;
  std::vector<StateRow> state;    ///< folded rows; `tail` comes after them
  std::vector<Change> tail;       ///< log entries above the last fold, ascending
  std::vector<Command> commands;  ///< those without a final state, ascending id
  CommandId last_command{};       ///< highest id ever committed
  std::vector<Claim> claims;
  std::vector<Base> bases;
  std::vector<RuleState> rules;
  std::vector<Timer> timers;
  std::vector<Tombstone> tombstones;  ///< ascending revisions
};

class Store {
 public:
  virtual ~Store() = default;

  /// All of `turn`, durable when this returns ok (full sync), or nothing of it.
  [[nodiscard]] virtual Status commit(const Turn& turn) = 0;

  /// Reads everything a start needs, and marks the store unclean from here on (one small
  /// commit): what this start gives out may be seen before it is committed. Called once, before
  /// the first commit.
  [[nodiscard]] virtual Result<Recovered> recover() = 0;

  /// Log entries with `after < revision`, ascending, at most `max`.
  [[nodiscard]] virtual Result<std::vector<Change>> log_after(Revision after,
                                                              std::size_t max) const = 0;
  /// The newest `max` log entries, ascending, whatever gaps lie between their revisions.
  [[nodiscard]] virtual Result<std::vector<Change>> log_newest(std::size_t max) const = 0;
  /// The entry with exactly this revision; empty when there is none (or it was compacted).
  [[nodiscard]] virtual Result<std::optional<Change>> change(Revision revision) const = 0;
  /// Nothing at or below it can be asked for. Resuming *at* the floor is valid.
  [[nodiscard]] virtual Revision floor() const = 0;

  /// The newest final commands of an attribute ("" = all), newest first.
  [[nodiscard]] virtual Result<std::vector<Command>> finished_commands(const std::string& path,
                                                                       std::size_t max) const = 0;

  /// Every blob of a space, ascending keys.
  [[nodiscard]] virtual Result<std::vector<Blob>> blobs(const std::string& space) const = 0;

  /// What was, and when: every state that was committed. It is there from recover() on, and written
  /// with the folds.
  [[nodiscard]] virtual const history::Archive& history() const = 0;
  /// What history lets go from the next fold on.
  virtual void bound_history(const history::Bounds& bounds) = 0;

  struct Usage {
    std::uint64_t bytes_written = 0;  ///< by commits since open; 0 when the system does not tell
    std::uint64_t file_bytes = 0;
    double map_used_ratio = 0;
    /// Of whoever reads the store for longest (a backup, say), seconds, as far as usage() saw it:
    /// what was freed meanwhile is not used again, and the file grows.
    double oldest_reader_seconds = 0;
    bool is_removed = false;  ///< somebody deleted or replaced the file: what is written is lost
  };
  [[nodiscard]] virtual Usage usage() const = 0;
  /// How long the last commit took to be written out and synced; 0 without a disk.
  [[nodiscard]] virtual std::chrono::nanoseconds last_sync() const { return {}; }
};

/// The store on disk, in LMDB (store/FORMAT.md). Creates it when `folder` holds none.
struct LmdbOptions {
  std::string folder;
  std::uint64_t map_bytes = sizeof(void*) == 8 ? (std::uint64_t{16} << 30) : (512u << 20);
};
[[nodiscard]] Result<std::unique_ptr<Store>> open_lmdb(const LmdbOptions& options);

/// The in-memory twin: same behaviour, and it can be told to fail or to "crash".
class MemoryStore : public Store {
 public:
  /// The next commit answers this error and changes nothing; empty: succeed again.
  virtual void fail_commits(std::optional<Error> error) = 0;
  /// What usage() tells from now on of its map.
  virtual void pretend_used(double map_used_ratio) = 0;
  /// A new store as a restart would find it: everything committed, nothing else.
  [[nodiscard]] virtual std::unique_ptr<MemoryStore> reopen() const = 0;
};
[[nodiscard]] std::unique_ptr<MemoryStore> make_memory_store();

}  // namespace attune::store
