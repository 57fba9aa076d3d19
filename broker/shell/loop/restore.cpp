#include "broker/shell/loop/restore.h"

#include <utility>

namespace attune::shell {

core::Restored restored(store::Recovered from) {
  return {from.next,
          from.last_command,
          std::move(from.state),
          std::move(from.tail),
          std::move(from.commands),
          std::move(from.claims),
          std::move(from.bases),
          std::move(from.rules),
          std::move(from.timers)};
}

}  // namespace attune::shell
