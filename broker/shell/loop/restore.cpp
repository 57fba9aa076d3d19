#include "broker/shell/loop/restore.h"

#include <utility>

#include "broker/core/drive.h"

namespace attune::shell {

namespace {

/// What a settle window can hold at 4,000 changes a second.
constexpr std::uint64_t kRecentChanges = 8'192;

std::vector<Change> recent(const store::Store& store, Revision head, const Instant& at) {
  const std::uint64_t from = number(head) > kRecentChanges ? number(head) - kRecentChanges : 0;
  auto changes = store.log_after(static_cast<Revision>(from), kRecentChanges);
  if (!changes) return {};
  std::erase_if(*changes, [&](const Change& change) {
    return change.at.steady + core::kSettleWindow < at.steady;
  });
  return std::move(*changes);
}

}  // namespace

core::Restored restored(const store::Store& store, store::Recovered from) {
  std::vector<Change> last = recent(store, from.head, from.at);
  return {from.next,
          from.last_command,
          std::move(from.state),
          std::move(from.tail),
          std::move(last),
          std::move(from.commands),
          std::move(from.claims),
          std::move(from.bases),
          std::move(from.rules),
          std::move(from.timers)};
}

}  // namespace attune::shell
