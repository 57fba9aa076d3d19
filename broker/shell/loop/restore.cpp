#include "broker/shell/loop/restore.h"

#include <utility>

namespace attune::shell {

namespace {

/// Far more than can be said within a settle window before a stop.
constexpr std::uint64_t kRecentChanges = 256;

std::vector<Change> recent(const store::Store& store, Revision head) {
  const std::uint64_t from = number(head) > kRecentChanges ? number(head) - kRecentChanges : 0;
  auto changes = store.log_after(static_cast<Revision>(from), kRecentChanges);
  return changes ? std::move(*changes) : std::vector<Change>{};
}

}  // namespace

core::Restored restored(const store::Store& store, store::Recovered from) {
  std::vector<Change> last = recent(store, from.head);
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
