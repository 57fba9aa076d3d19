#pragma once
#include "broker/core/core.h"
#include "store/store.h"

namespace attune::shell {

/// What the core begins with, out of what the store kept.
[[nodiscard]] core::Restored restored(store::Recovered from);

}  // namespace attune::shell
