#include "broker/shell/loop/restore.h"

#include <algorithm>
#include <utility>

#include "broker/core/ages.h"
#include "broker/core/attendance.h"
#include "broker/core/drive.h"
#include "broker/core/learned.h"
#include "broker/core/notices.h"
#include "broker/core/rule_memory.h"
#include "broker/core/seen_writes.h"
#include "broker/core/signals.h"

namespace attune::shell {

namespace {

/// What a settle window can hold at 4,000 changes a second.
constexpr std::uint64_t kRecentChanges = 8'192;

/// The last moment that what is kept tells of.
HybridTime last_moment(const store::Recovered& from, const std::vector<Change>& last) {
  HybridTime latest{from.at.wall, 0};
  const auto note = [&latest](const HybridTime& clock) { latest = std::max(latest, clock); };
  for (const StateRow& row : from.state) note(std::max(row.clock, row.desired_clock));
  for (const Change& change : from.tail) note(change.clock);
  for (const Change& change : last) note(change.clock);
  return latest;
}

/// Of these, what was just sent.
void keep_unsettled(std::vector<Change>& changes, const Instant& at) {
  std::erase_if(changes, [&](const Change& change) {
    return change.at.steady + core::kSettleWindow < at.steady;
  });
}

/// Reads the rows of one part of the core after the other; after an error none.
class Spaces {
 public:
  explicit Spaces(const store::Store& store) : store_(store) {}
  std::vector<Blob> operator[](std::string_view space) {
    if (!status_) return {};
    auto found = store_.blobs(std::string(space));
    if (found) return std::move(*found);
    status_ = found.error();
    return {};
  }
  [[nodiscard]] const Status& status() const { return status_; }

 private:
  const store::Store& store_;
  Status status_;
};

}  // namespace

Result<core::Restored> restored(const store::Store& store, store::Recovered from) {
  auto found = store.log_newest(kRecentChanges);
  if (!found) return found.error();
  std::vector<Change> last = std::move(*found);
  const HybridTime clock = last_moment(from, last);
  keep_unsettled(last, from.at);
  Spaces spaces(store);
  core::Restored all{from.next,
                     from.last_command,
                     clock,
                     std::move(from.state),
                     std::move(from.tail),
                     std::move(last),
                     std::move(from.commands),
                     std::move(from.claims),
                     std::move(from.bases),
                     std::move(from.rules),
                     std::move(from.timers),
                     std::move(from.tombstones),
                     spaces[core::Conflicts::kSpace],
                     spaces[core::SeenWrites::kSpace],
                     spaces[core::RuleMemory::kSpace],
                     spaces[core::Interlocks::kSpace],
                     spaces[core::Limits::kSpace],
                     spaces[core::Notices::kSpace],
                     spaces[core::Signals::kSpace],
                     spaces[core::Learned::kSpace],
                     spaces[core::Attendance::kSpace],
                     spaces[core::Ages::kSpace],
                     spaces[core::Drive::kFailureSpace],
                     from.at};
  if (!spaces.status()) return spaces.status().error();
  return all;
}

}  // namespace attune::shell
