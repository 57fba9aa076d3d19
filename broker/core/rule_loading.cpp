#include <utility>

#include "broker/core/fit.h"
#include "broker/core/inference.h"
#include "rules/machine.h"

// A rule set takes the place of another: what stays goes on, what is gone ends.
namespace attune::core {

void Inference::load(std::shared_ptr<const rules::RuleSet> set) {
  const auto over = rules_.replace(std::move(set));
  signals_.load();
  flips_.load();
  for (const RuleState& state : over) retire(state);
  drop_orphans();
  arbitration_.rules_loaded();
  first_settings();
  const Because loaded{{CauseKind::system, "rules loaded", {}}, {}};
  const bool first = !std::exchange(loaded_, true);
  for (std::uint32_t i = 0; i < rules_.set().rules.size(); ++i) {
    if (first && rules_.set().rules[i].aborts_at_start &&
        rules::holds_claims(rules_.at(i).state.phase)) {
      abort_sequence(i, loaded);
    }
    if (!rules_.at(i).memory->planned) plan(i);
    arm_again(i);
    agenda_.evaluate(i, {std::nullopt, loaded});
  }
}

/// A rule that is gone, or means something else now: what it held goes.
void Inference::retire(const RuleState& state) {
  for (const TimerKind kind :
       {TimerKind::rule_for, TimerKind::rule_off_delay, TimerKind::rule_max_time,
        TimerKind::rule_unknown, TimerKind::rule_cooldown}) {
    timers_.cancel(kind, state.rule.text(), journal_.out());
  }
  journal_.erase(Blob{std::string(RuleMemory::kSpace), state.rule.text(), ""});
  const bool gone = !rules_.set().index_of(state.rule.text());
  if (gone) {
    timers_.cancel(TimerKind::rule_mode, state.rule.text(), journal_.out());
    journal_.erase(state);
  }
  if (!rules::holds_claims(state.phase)) return;
  const Because changed{{CauseKind::system, gone ? "rule removed" : "rule changed", {}}, {}};
  const Because ended = announce(state.rule, "ended", changed.cause.id, changed);
  withdraw_all(state.rule, ended, changed.cause.id);
  notices_.end(state.rule, nullptr, ended);
}

/// Claims of rules that no longer exist, or that no longer hold: left by an older program.
void Inference::drop_orphans() {
  const Because orphaned{{CauseKind::system, "rules loaded", {}}, {}};
  for (const AttributeId attribute : claims_.claimed(catalog_.table())) {
    const auto claims = claims_.on(attribute);
    for (const Claim& claim : claims) {
      if (claim.by != ClaimBy::rule) continue;
      const auto rule = rules_.set().index_of(claim.source);
      if (rule && rules::holds_claims(rules_.at(*rule).state.phase)) continue;
      arbitration_.withdraw(attribute, ClaimBy::rule, claim.source, orphaned, "no rule holds it");
    }
  }
}

void Inference::first_settings() {
  const Because loaded{{CauseKind::system, "rules loaded", {}}, {}};
  for (const rules::Setting& setting : rules_.set().settings) {
    const auto id = catalog_.table().find(kSettingsDevice, setting.id);
    if (!id || !setting.initial.has_value()) continue;
    const Value& current = image_.at(*id).value;
    if (current.has_value() && fit(setting.info, current)) continue;
    set_setting(*id, setting.initial, loaded);
  }
}

}  // namespace attune::core
