#pragma once
#include "broker/core/core.h"

/// A core as a start would find it, for trying something out on another one.
namespace attune::core {

/// Everything of it that is not kept as named bytes: those are the store's, for the caller to add
/// (`lives` are there). What was just sent is not part of it.
[[nodiscard]] Restored snapshot(const Core& core);

}  // namespace attune::core
