#include "broker/shell/loop/restore.h"

#include <algorithm>
#include <utility>

#include "broker/core/drive.h"
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

std::vector<Change> recent(const store::Store& store, Revision head) {
  const std::uint64_t from = number(head) > kRecentChanges ? number(head) - kRecentChanges : 0;
  auto changes = store.log_after(static_cast<Revision>(from), kRecentChanges);
  return changes ? std::move(*changes) : std::vector<Change>();
}

/// Of these, what was just sent.
void keep_unsettled(std::vector<Change>& changes, const Instant& at) {
  std::erase_if(changes, [&](const Change& change) {
    return change.at.steady + core::kSettleWindow < at.steady;
  });
}

/// recover() has read the store already; a hole here only costs what these rows tell.
std::vector<Blob> blobs(const store::Store& store, std::string_view space) {
  auto found = store.blobs(std::string(space));
  return found ? std::move(*found) : std::vector<Blob>();
}

}  // namespace

core::Restored restored(const store::Store& store, store::Recovered from) {
  std::vector<Change> last = recent(store, from.head);
  const HybridTime clock = last_moment(from, last);
  keep_unsettled(last, from.at);
  return {from.next,
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
          blobs(store, core::Conflicts::kSpace),
          blobs(store, core::SeenWrites::kSpace),
          blobs(store, core::RuleMemory::kSpace),
          blobs(store, core::Interlocks::kSpace),
          blobs(store, core::Limits::kSpace),
          blobs(store, core::Notices::kSpace),
          blobs(store, core::Signals::kSpace)};
}

}  // namespace attune::shell
