#include "rules/machine.h"

namespace attune::rules {

namespace {

using cel::Truth;

bool passed(const std::optional<Millis>& deadline, const Instant& now) {
  return deadline && *deadline <= now.steady;
}

/// One evaluation of a rule: reads the conditions it needs, and decides for the unknown ones.
class Evaluation {
 public:
  Evaluation(const Rule& rule, const RuleState& state, const StateView& view, const Instant& now,
             const Occasion& occasion)
      : rule_(rule), view_(view), now_(now), occasion_(occasion) {
    out_.next = state;
  }

  Advance run() {
    holds_claims(out_.next.phase) ? while_active() : before_start();
    if (!unknown_) out_.next.unknown_since.reset();
    return std::move(out_);
  }

 private:
  void before_start() {
    if (rule_.extras->trigger) return at_the_instant();
    const bool holds = condition();
    const bool start = holds && permitted(false) && !ended_by_until(false);
    if (!start) return rest(holds);
    if (out_.next.spent) return;
    if (out_.next.phase == RulePhase::idle && rule_.for_ > Millis(0)) {
      return enter(RulePhase::waiting);
    }
    if (out_.next.phase == RulePhase::waiting && !passed(due().for_, now_)) return;
    if (occasion_.rests_until && *occasion_.rests_until > now_.steady) return;
    out_.next.active_since = now_;
    enter(RulePhase::active);
  }

  /// What holds before and after does not matter.
  void at_the_instant() {
    if (out_.next.phase != RulePhase::idle) enter(RulePhase::idle);
    if (!occasion_.triggered || !holds_now() || !permitted(false)) return;
    if (ended_by_until(false)) return;
    if (occasion_.rests_until && *occasion_.rests_until > now_.steady) return;
    out_.next.active_since = now_;
    out_.acts = !rule_.lives_on();
    if (!out_.acts) enter(RulePhase::active);
  }

  bool holds_now() {
    if (rule_.when.empty()) return true;
    out_.seen.when = rule_.when.truth(view_, &out_.seen.error);
    if (out_.seen.when == Truth::yes || out_.seen.when == Truth::no) {
      return out_.seen.when == Truth::yes;
    }
    return rule_.on_unknown == OnUnknown::assume_true;
  }

  bool has_ended() {
    if (!rule_.until.empty()) return ended_by_until(grace_is_over());
    return !rule_.extras->trigger && !condition();
  }

  void while_active() {
    if (occasion_.finished) return rule_.extras->trigger ? rest(false) : spend();
    if (!rule_.until.empty() && !rule_.when.empty())
      out_.seen.when = rule_.when.truth(view_, nullptr);  // only to be shown
    const bool end = has_ended();
    if (!permitted(true)) return rest(!end);
    if (passed(due().max_time, now_)) return spend();
    if (!end) {
      if (out_.next.phase == RulePhase::ending) enter(RulePhase::active);
      return;
    }
    const bool ending = out_.next.phase == RulePhase::ending;
    const bool held_long_enough =
        rule_.off_delay == Millis(0) || (ending && passed(due().off_delay, now_));
    if (held_long_enough && may_end()) return until_unknown_ ? spend() : rest(false);
    if (!ending) enter(RulePhase::ending);
  }

  /// With `reset: ack` the end has come, and waits for a person.
  [[nodiscard]] bool may_end() const { return !rule_.reset_by_ack || occasion_.acknowledged; }

  /// Its time is up. What made it start must go before it starts again, if it still holds.
  void spend() {
    out_.next.spent = !rule_.extras->trigger && condition();
    enter(RulePhase::idle);
  }

  /// `when`, or what stands for it while it is unknown.
  bool condition() {
    out_.seen.when = rule_.when.truth(view_, &out_.seen.error);
    if (out_.seen.when == Truth::yes || out_.seen.when == Truth::no) {
      out_.next.last_truth = out_.seen.when == Truth::yes;
      return out_.next.last_truth;
    }
    if (rule_.on_unknown != OnUnknown::keep) return rule_.on_unknown == OnUnknown::assume_true;
    if (!out_.next.last_truth) return false;  // nothing to keep
    note_unknown();
    return !grace_is_over();
  }

  /// Unknown: an active rule goes on for the grace time, another does not start.
  bool permitted(bool active) {
    if (!rule_.extras->while_) return true;
    const Truth truth = rule_.extras->while_->truth(view_, &out_.seen.error);
    if (truth == Truth::yes || truth == Truth::no) return truth == Truth::yes;
    if (!active) return false;
    note_unknown();
    return !grace_is_over();
  }

  bool ended_by_until(bool when_unknown) {
    if (rule_.until.empty()) return false;
    const Truth truth = rule_.until.truth(view_, &out_.seen.error);
    if (truth == Truth::yes || truth == Truth::no) return truth == Truth::yes;
    if (holds_claims(out_.next.phase)) note_unknown();
    until_unknown_ = true;
    return when_unknown;
  }

  void note_unknown() {
    unknown_ = true;
    if (!out_.next.unknown_since) out_.next.unknown_since = now_;
  }

  [[nodiscard]] Deadlines due() const { return deadlines(rule_, out_.next); }
  [[nodiscard]] bool grace_is_over() const { return passed(due().unknown, now_); }

  void rest(bool holds) {
    if (!holds) {
      out_.next.spent = false;
      if (!rule_.until.empty())
        out_.next.last_truth = false;  // an unknown `when` starts no ended latch
    }
    if (out_.next.phase != RulePhase::idle) enter(RulePhase::idle);
  }

  void enter(RulePhase phase) {
    out_.next.phase = phase;
    out_.next.since = now_;
  }

  const Rule& rule_;
  const StateView& view_;
  const Instant& now_;
  const Occasion& occasion_;
  Advance out_;
  bool unknown_ = false;
  bool until_unknown_ = false;  ///< for too long: an end, after which a start must be a new one
};

}  // namespace

Advance advance(const Rule& rule, const RuleState& state, const StateView& view, const Instant& now,
                const Occasion& occasion) {
  return Evaluation(rule, state, view, now, occasion).run();
}

bool holds_claims(RulePhase phase) {
  return phase == RulePhase::active || phase == RulePhase::ending;
}

Deadlines deadlines(const Rule& rule, const RuleState& state) {
  Deadlines due;
  if (state.phase == RulePhase::waiting) due.for_ = state.since.steady + rule.for_;
  if (state.phase == RulePhase::ending && rule.off_delay > Millis(0)) {
    due.off_delay = state.since.steady + rule.off_delay;
  }
  if (rule.extras->max_time && holds_claims(state.phase)) {
    due.max_time = state.active_since.steady + *rule.extras->max_time;
  }
  if (state.unknown_since) due.unknown = state.unknown_since->steady + kUnknownGrace;
  return due;
}

}  // namespace attune::rules
