#pragma once
#include "devices/model/issue.h"
#include "rules/load.h"

/// What is wrong with rules that are each right for themselves: conflicts, loops, rules that never
/// win or never hold, tests and names that are of no use.
///
/// Determinism: a function of the set and the devices; bounded by budgets, never by a clock.
namespace attune::rules {

/// Findings of a loaded set, which is there, ascending by place. `around` is what it was loaded
/// against. An error (C401) means that the set should not run.
[[nodiscard]] Issues check(const Loaded& loaded, const Surroundings& around);

}  // namespace attune::rules
