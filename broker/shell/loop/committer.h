#pragma once
#include <chrono>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/event.h"
#include "broker/core/image.h"
#include "store/store.h"

/// What is stepped and not yet durable, and when it must become so.
///
/// Threading: owned by the loop's thread.
/// Errors: a full disk keeps everything for the next try (stuck()); an I/O error is final, the
/// caller stops the process.
namespace attune::shell {

class Committer {
 public:
  /// State rows are folded this often, and at a clean stop.
  static constexpr Millis kFoldInterval{60'000};
  /// More changes than this are committed before the interval is over: one transaction stays small
  /// enough to fit again into a disk that was full.
  static constexpr std::size_t kChangesMax = 8'192;
  /// Writes to the same row are merged when there are more than this.
  static constexpr std::size_t kMergeFrom = 1'024;

  /// `commit_interval` 0: every turn.
  Committer(store::Store& store, Millis commit_interval);

  /// Takes over what both hold. `now`: when the interval of what waits begins.
  void add(std::vector<Change>& changes, std::vector<Write>& writes, const Instant& now);
  /// Rows that nobody waits for: their interval begins with the next due().
  void add(std::vector<Write> writes);

  /// Whether it is time, although nothing urgent waits.
  [[nodiscard]] bool due(const Instant& now);
  /// Instant::steady of the next time that due() can become true; empty: nothing waits.
  [[nodiscard]] std::optional<Millis> due_at() const;
  /// The last commit failed for want of space: the same is tried again, nothing may leave.
  [[nodiscard]] bool stuck() const { return stuck_; }

  /// What each commit from now on may let go of the log; empty: nothing.
  void retain(std::optional<store::Retention> retention) { turn_.retention = retention; }

  /// Nobody listened in that time.
  void was_away(const store::Absence& absence) { turn_.absence = absence; }

  /// Everything added so far and the inbox position, in one transaction.
  [[nodiscard]] Status commit(const Instant& now, core::Image& image,
                              const store::InboxPosition& inbox, bool clean);

  /// Changes not yet committed, ascending.
  [[nodiscard]] const std::vector<Change>& pending() const { return turn_.changes; }
  /// Commands that ended among them, newest first; of one attribute, or with "" of all.
  [[nodiscard]] std::vector<Command> pending_ends(const std::string& path) const;

 private:
  [[nodiscard]] static std::pair<std::size_t, std::string> place(const Record& record);
  void merge_writes();
  void fold(const Instant& now, core::Image& image, bool clean);

  store::Store& store_;
  const Millis interval_;
  store::Turn turn_;
  std::optional<Millis> waiting_since_;
  Millis folded_at_{};
  std::optional<Revision> newest_;  ///< change that was added; none yet: the log is what it was
  std::size_t merged_ = 0;          ///< writes that the last merge left
  bool stuck_ = false;
};

}  // namespace attune::shell
