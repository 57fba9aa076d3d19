#pragma once
#include <optional>
#include <string>

#include "devices/model/records.h"
#include "rules/rule_set.h"

/// One rule's life: idle, waiting for `for`, active, ending through `off_delay`.
namespace attune::rules {

/// How the condition evaluated last, for people.
struct Observed {
  cel::Truth when = cel::Truth::unknown;
  std::string error;  ///< of an expression that failed; empty: none
};

/// Deadlines of the rule after a step: set, cleared (empty), by TimerKind.
struct Deadlines {
  std::optional<Millis> for_, off_delay, unknown;  ///< Instant::steady
};

struct Advance {
  RuleState next;
  Deadlines deadlines;
  Observed seen;
};

/// The next state of `rule`, given its state and deadlines so far. Pure: the same input gives the
/// same answer, however often it is asked. A deadline at or before `now.steady` counts as passed.
[[nodiscard]] Advance advance(const Rule& rule, const RuleState& state, const Deadlines& armed,
                              const StateView& view, const Instant& now);

}  // namespace attune::rules
