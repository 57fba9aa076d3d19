#include "broker/core/inference.h"

#include <algorithm>
#include <utility>

#include "broker/core/packed.h"
#include "rules/machine.h"

namespace attune::core {

namespace {

bool is_setting(const AttributePath& path) {
  return path.device.text() == kSettingsDevice;
}

/// Not a sensor and not a person: what attune did comes back to it.
bool is_own_doing(const Because& because) {
  return because.cause.kind != CauseKind::message && because.cause.kind != CauseKind::person;
}

std::optional<Millis> rests_until(const rules::Rule& rule, const RuleMemory& memory) {
  if (rule.extras->cooldown == Millis(0) || !memory.ended) return std::nullopt;
  return memory.ended->steady + rule.extras->cooldown;
}

Blob memory_row(const RuleId& rule, std::string bytes) {
  return {std::string(RuleMemory::kSpace), rule.text(), std::move(bytes)};
}

/// A clock and the first look after a start are nobody's doing that could go round in a circle.
bool by_attune(const Because& because) {
  return because.cause.kind == CauseKind::rule || because.cause.kind == CauseKind::command ||
         number(because.cause.parent) != 0;
}

Because because_of(const RuleState& state, const rules::Rule& rule) {
  return {{CauseKind::rule, rule.id.text(), state.revision}, state.context};
}

std::string reason_of(const rules::Rule& rule) {
  if (!rule.extras->words.because.empty()) return rule.extras->words.because;
  return rule.extras->trigger ? rule.extras->trigger->text : std::string(rule.when.source());
}

}  // namespace

void Inference::evaluate(std::uint32_t index, const std::vector<Reason>& reasons) {
  rules::Occasion occasion;
  for (const Reason& reason : reasons) occasion.triggered = occasion.triggered || reason.triggered;
  plan_anew(index, reasons);
  evaluate(index, reasons, occasion);
}

void Inference::evaluate(std::uint32_t index, const std::vector<Reason>& reasons,
                         rules::Occasion occasion) {
  const rules::Rule& rule = rules_.set().rules[index];
  RuleRunner::Standing& standing = rules_.at(index);
  const RuleState before = standing.state;
  occasion.rests_until = rests_until(rule, *standing.memory);
  occasion.triggered = is_edge(rule, standing) || occasion.triggered;
  bool acts = false;
  if (rules_.mode(index) == RuleMode::disabled) {
    standing.state.phase = RulePhase::idle;
    standing.state.unknown_since.reset();
  } else {
    rules::Advance step = rules::advance(rule, before, image_, journal_.now(), occasion);
    standing.state = std::move(step.next);
    standing.see(std::move(step.seen));
    acts = step.acts;
    ++rules_.counts().evaluations;
    rules_.counts().errors += !standing.error->empty();
  }
  const bool moved = before.phase != standing.state.phase;
  const Because& because = moved || acts ? decisive(rule, reasons) : reasons.front().because;
  const bool held = rules::holds_claims(before.phase);
  const bool holds_now = rules::holds_claims(standing.state.phase);
  const bool begins = acts || (!held && holds_now);
  if (begins && is_own_doing(because) && by_attune(because) && storms(standing)) {
    standing.state = before;
    return quarantine(index, because);
  }
  if (acts) {
    act_once(index, because);
  } else if (begins) {
    started(index, because);
  } else if (held && !holds_now) {
    ended(index, because);
  } else if (holds_now) {
    goes_on(index, occasion, because);
  } else if (moved) {
    standing.state.revision = because.cause.parent;  // what its deadline will cite
    standing.state.context = because.context;
  }
  const bool changed = moved || standing.state != before;
  if (changed && rules_.mode(index) != RuleMode::disabled) look_again(index, because);
  keep(rule, before, standing.state);
  if (begins && holds_now && go_on(index, because_of(standing.state, rule))) {
    sequence_is_over(index, because_of(standing.state, rule));
  }
}

/// What it would find if somebody woke it for nothing is found now: how often a rule is looked at,
/// and that it is after a restart, changes nothing.
void Inference::look_again(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  RuleRunner::Standing& standing = rules_.at(index);
  rules::Occasion occasion;
  occasion.rests_until = rests_until(rule, *standing.memory);
  constexpr int kLooksMax = 4;  // each settles something that the one before had left open
  for (int look = 0; look < kLooksMax; ++look) {
    auto again = rules::advance(rule, standing.state, image_, journal_.now(), occasion);
    if (again.next.phase != standing.state.phase) {
      return agenda_.evaluate(index, {std::nullopt, because});
    }
    standing.see(std::move(again.seen));
    if (again.next == standing.state) return;
    standing.state = std::move(again.next);
  }
}

void Inference::started(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  RuleState& state = rules_.at(index).state;
  ++rules_.counts().fired;
  const Because active = announce(rule.id, "active", reason_of(rule), because);
  state.revision = active.cause.parent;
  state.context = active.context;
  claim_all(index, active, true);
  notices_.begin(index, active);
}

void Inference::ended(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  RuleRunner::Standing& standing = rules_.at(index);
  const Because end = announce(rule.id, "ended", reason_of(rule), because);
  standing.state.revision = end.cause.parent;
  const RuleMemory before = *standing.memory;
  RuleMemory after;
  after.planned = before.planned;
  if (rule.extras->cooldown > Millis(0)) after.ended = journal_.now();
  standing.memory.set(after);
  keep_memory(index, before);
  arm_again(index);
  for (const rules::Want& want : rule.want) {
    arbitration_.withdraw(want.attribute, ClaimBy::rule, rule.id.text(), end, "rule ended");
  }
  end_sequence(index, end, true);
  notices_.end(rule.id, &rule, end);
}

void Inference::goes_on(std::uint32_t index, const rules::Occasion& occasion,
                        const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  claim_all(index, because, false);
  const bool again = occasion.triggered && rule.restarts &&
                     (rule.when.empty() || rule.when.truth(image_) == cel::Truth::yes);
  if (again) {
    begin_again(index, because);
  } else if (go_on(index, because)) {
    sequence_is_over(index, because);
  }
}

void Inference::keep_memory(std::uint32_t index, const RuleMemory& before) {
  const RuleMemory& memory = *rules_.at(index).memory;
  if (memory == before) return;
  const Blob row = memory_row(rules_.set().rules[index].id, pack(memory));
  memory == RuleMemory{} ? journal_.erase(row) : journal_.put(row);
}

/// The deadlines that are no rows: they follow from the memory.
void Inference::arm_again(std::uint32_t index) {
  const rules::Rule& rule = rules_.set().rules[index];
  const auto rests = rests_until(rule, *rules_.at(index).memory);
  if (rests && *rests > journal_.now().steady) {
    timers_.arm(TimerKind::rule_cooldown, rule.id.text(), *rests, journal_.out());
  } else {
    timers_.cancel(TimerKind::rule_cooldown, rule.id.text(), journal_.out());
  }
  arm_moment(index);
  arm_step(index);
}

/// The next moment of its trigger; where none is known, the next look for one.
void Inference::arm_moment(std::uint32_t index) {
  const rules::Rule& rule = rules_.set().rules[index];
  if (!rule.extras->trigger || !rule.extras->trigger->is_timed()) return;
  constexpr Millis kLookAgain = std::chrono::hours(24);
  const Instant& now = journal_.now();
  const auto& planned = rules_.at(index).memory->planned;
  const Millis due = now.steady + (planned ? *planned - now.wall : kLookAgain);
  timers_.arm(TimerKind::rule_trigger, rule.id.text(), due, journal_.out());
}

void Inference::arm_step(std::uint32_t index) {
  const rules::Rule& rule = rules_.set().rules[index];
  const RuleMemory& memory = *rules_.at(index).memory;
  const bool waits = memory.waits_since && memory.step < rule.extras->sequence.size() &&
                     rule.extras->sequence[memory.step].wait;
  if (waits) {
    const Millis due = memory.waits_since->steady + *rule.extras->sequence[memory.step].wait;
    timers_.arm(TimerKind::rule_step, rule.id.text(), due, journal_.out());
  } else {
    timers_.cancel(TimerKind::rule_step, rule.id.text(), journal_.out());
  }
}

/// Its notices fall silent. A rule that waits for a person to end ends, when its end has come.
bool Inference::acknowledge(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  RuleRunner::Standing& standing = rules_.at(index);
  const bool told = notices_.acknowledge(index, because);
  if (told) {
    const RuleMemory before = *standing.memory;
    standing.memory.edit().acknowledged = true;
    keep_memory(index, before);
  }
  if (!rule.reset_by_ack || standing.state.phase != RulePhase::ending) return told;
  rules::Occasion occasion;
  occasion.acknowledged = true;
  evaluate(index, {{std::nullopt, because}}, occasion);
  return told || standing.state.phase == RulePhase::idle;
}

bool Inference::storms(RuleRunner::Standing& standing) const {
  RuleRunner::Starts& starts = standing.starts.edit();
  const double seconds =
      std::chrono::duration<double>(journal_.now().steady - starts.refilled).count();
  starts.left = std::min(RuleRunner::kStartsMax, starts.left + seconds) - 1;
  starts.refilled = journal_.now().steady;
  return starts.left < 0;
}

void Inference::quarantine(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  rules_.at(index).starts.edit().left =
      RuleRunner::kStartsMax;  // for when somebody enables it again
  journal_.out().rejections.push_back(
      {"", rule.id.text(), "storm",
       "rule " + rule.id.text() +
           " started more than 30 times in a row and was disabled: it undoes its own condition, "
           "or fights another rule; `attune why` shows the chain, `attune enable` lets it go on"});
  Because guard = because;
  guard.cause.kind = CauseKind::system;
  guard.cause.id = "storm guard";
  set_mode(index, RuleMode::disabled, std::nullopt, guard);
}

void Inference::keep(const rules::Rule& rule, const RuleState& before, RuleState& now) {
  if (before == now) return;
  sync_timers(rule, before, now);
  journal_.put(now);
}

void Inference::sync_timers(const rules::Rule& rule, const RuleState& before,
                            const RuleState& now) {
  const rules::Deadlines was = rules::deadlines(rule, before);
  const rules::Deadlines is = rules::deadlines(rule, now);
  const auto sync = [&](TimerKind kind, const auto& old, const auto& fresh) {
    if (old == fresh) return;
    if (fresh) {
      timers_.arm(kind, rule.id.text(), *fresh, journal_.out());
    } else {
      timers_.cancel(kind, rule.id.text(), journal_.out());
    }
  };
  sync(TimerKind::rule_for, was.for_, is.for_);
  sync(TimerKind::rule_off_delay, was.off_delay, is.off_delay);
  sync(TimerKind::rule_max_time, was.max_time, is.max_time);
  sync(TimerKind::rule_unknown, was.unknown, is.unknown);
}

Because Inference::announce(const RuleId& rule, std::string status, std::string detail,
                            const Because& because) {
  Change change;
  change.kind = ChangeKind::rule;
  change.device = rule.text();
  change.status = std::move(status);
  change.detail = std::move(detail);
  Because consequence = journal_.write(std::move(change), because);
  consequence.cause.kind = CauseKind::rule;
  consequence.cause.id = rule.text();
  return consequence;
}

void Inference::claim_all(std::uint32_t rule, const Because& because, bool started) {
  for (const rules::Want& want : rules_.set().rules[rule].want) {
    if (started || !is_in_sequence(rule, want.attribute)) claim_one(rule, want, because, started);
  }
}

void Inference::claim_one(std::uint32_t index, const rules::Want& want, const Because& because,
                          bool started) {
  const rules::Rule& rule = rules_.set().rules[index];
  const bool shadow = rules_.mode(index) == RuleMode::shadow;
  const bool setting = is_setting(catalog_.table().path(want.attribute));
  if (setting && (!started || shadow)) return;  // a setting is written once, at the start
  if (catalog_.is_gone(catalog_.table().path(want.attribute).device)) return;
  const Claim* current = claims_.find(want.attribute, ClaimBy::rule, rule.id.text());
  const std::optional<Wish> wish = wished(rule, want, current);
  if (!wish) return;  // unknown: what it wanted last stays
  if (setting) {
    set_setting(want.attribute, wish->value, because);
    return;
  }
  if (current != nullptr && wish_of(*current) == *wish && current->shadow == shadow &&
      current->priority == rule.priority) {
    return;
  }
  Claim claim;
  claim.source = rule.id.text();
  claim.value = wish->value;
  claim.min = wish->min;
  claim.max = wish->max;
  claim.priority = rule.priority;
  claim.since = rules_.at(index).state.active_since;
  claim.shadow = shadow;
  claim.reason = reason_of(rule) + learning_.note(rule, want);
  Because cited = because;
  cited.cause.kind = CauseKind::rule;
  cited.cause.id = rule.id.text();
  arbitration_.claim(want.attribute, std::move(claim), cited);
}

std::optional<Wish> Inference::wished(const rules::Rule& rule, const rules::Want& want,
                                      const Claim* current) {
  if (auto learned = learning_.wish(rule, want)) return learned;
  auto wish = core::evaluate(want, catalog_.attribute(want.attribute), image_, current);
  if (wish) return *wish;
  journal_.out().rejections.push_back({"", catalog_.table().path(want.attribute).text(),
                                       wish.error().code,
                                       "rule " + rule.id.text() + ": " + wish.error().message});
  return std::nullopt;
}

void Inference::withdraw_all(const RuleId& rule, const Because& because, std::string_view reason) {
  for (const AttributeId attribute : claims_.claimed(catalog_.table())) {
    arbitration_.withdraw(attribute, ClaimBy::rule, rule.text(), because, std::string(reason));
  }
}

Because Inference::set_mode(std::uint32_t index, std::optional<RuleMode> mode,
                            std::optional<Millis> duration, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  RuleState& state = rules_.at(index).state;
  const RuleState before = state;
  state.mode = mode;
  const RuleMode effective = rules_.mode(index);
  Because consequence = announce(rule.id, std::string(name(effective)),
                                 duration ? "for " + format_duration(*duration) : "", because);
  if (duration) {
    timers_.arm(TimerKind::rule_mode, rule.id.text(), journal_.now().steady + *duration,
                journal_.out());
  } else {
    timers_.cancel(TimerKind::rule_mode, rule.id.text(), journal_.out());
  }
  keep(rule, before, state);
  agenda_.evaluate(index, {std::nullopt, consequence});
  return consequence;
}

bool Inference::set_setting(AttributeId setting, const Value& value, const Because& because) {
  const AttributeState& state = image_.at(setting);
  if (state.value == value) return false;
  Change change = about(ChangeKind::setting, catalog_.table().path(setting));
  change.previous = state.value;
  change.value = value;
  agenda_.touch(setting, journal_.write(std::move(change), because));
  return true;
}

}  // namespace attune::core
