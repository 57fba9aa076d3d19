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

struct Advance {
  RuleState next;
  bool acts = false;  ///< a rule with a trigger that does not live on: it acts now
  Observed seen;
};

/// What a rule's life depends on beside its state and what it reads.
struct Occasion {
  std::optional<Millis> rests_until;  ///< Instant::steady: no start before, of `cooldown`
  bool acknowledged = false;          ///< a person says: it may end now
  bool triggered = false;             ///< the instant of its trigger is now
  bool finished = false;              ///< its sequence has come to its end
};

/// The next state of `rule`. Pure: the same input gives the same answer, however often it is
/// asked. A deadline at or before `now.steady` counts as passed.
[[nodiscard]] Advance advance(const Rule& rule, const RuleState& state, const StateView& view,
                              const Instant& now, const Occasion& occasion = {});

/// Whether a rule in this phase acts: its claims stand.
[[nodiscard]] bool holds_claims(RulePhase phase);

/// When a rule in this state must be looked at again although nothing that it reads has changed:
/// Instant::steady, each empty when it does not run.
struct Deadlines {
  std::optional<Millis> for_, off_delay, max_time, unknown;
};
[[nodiscard]] Deadlines deadlines(const Rule& rule, const RuleState& state);

}  // namespace attune::rules
