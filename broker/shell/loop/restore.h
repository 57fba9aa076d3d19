#pragma once
#include "broker/core/core.h"
#include "store/store.h"

namespace attune::shell {

/// What the core begins with, out of what `store` has recovered. Errors: those of Store.
[[nodiscard]] Result<core::Restored> restored(const store::Store& store, store::Recovered from);

}  // namespace attune::shell
