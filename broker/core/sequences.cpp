#include <algorithm>

#include "broker/core/inference.h"

// The steps of `do`: what is done is claimed like a `want`, and how far it has come is remembered.
namespace attune::core {

namespace {

using Kind = rules::Step::Kind;

bool wants(const std::vector<rules::Want>& all, AttributeId attribute) {
  return std::any_of(all.begin(), all.end(),
                     [&](const rules::Want& want) { return want.attribute == attribute; });
}

}  // namespace

bool Inference::is_true(const cel::Expression& condition, RuleRunner::Standing& standing) const {
  std::string error;
  const bool yes = condition.truth(image_, &error) == cel::Truth::yes;
  if (!error.empty()) standing.error.set(std::move(error));
  return yes;
}

/// As far as it goes now. True: it has just come to its end.
bool Inference::go_on(std::uint32_t index, const Because& because) {
  const auto& sequence = rules_.set().rules[index].extras->sequence;
  if (rules_.at(index).memory->step >= sequence.size()) return false;
  RuleMemory& memory = rules_.at(index).memory.edit();
  const RuleMemory before = memory;
  while (memory.step < sequence.size() && take_step(index, sequence[memory.step], because)) {
    ++memory.step;
    memory.waits_since.reset();
  }
  keep_memory(index, before);
  arm_again(index);
  return memory.step >= sequence.size();
}

/// True: the next one may follow.
bool Inference::take_step(std::uint32_t index, const rules::Step& step, const Because& because) {
  RuleMemory& memory = rules_.at(index).memory.edit();
  switch (step.kind) {
    case Kind::want:
      for (const rules::Want& want : step.want) claim_one(index, want, because, true);
      return true;
    case Kind::notify:
      for (const rules::NoticePlan& plan : step.notify) notices_.tell(index, plan, because);
      return true;
    case Kind::wait_until:
      if (is_true(step.until, rules_.at(index))) return true;
      break;
    case Kind::wait:
      break;
  }
  if (!memory.waits_since) memory.waits_since = journal_.now();
  if (!step.wait || journal_.now().steady < memory.waits_since->steady + *step.wait) return false;
  if (step.kind == Kind::wait || !step.aborts) return true;
  memory.step = static_cast<std::uint32_t>(rules_.set().rules[index].extras->sequence.size());
  memory.waits_since.reset();
  return false;
}

/// A step that was taken says what is wanted of it, until the sequence is over.
bool Inference::is_in_sequence(std::uint32_t index, AttributeId attribute) const {
  const auto& sequence = rules_.set().rules[index].extras->sequence;
  const std::uint32_t taken = rules_.at(index).memory->step;
  if (taken >= sequence.size()) return false;
  return std::any_of(sequence.begin(), sequence.begin() + taken,
                     [&](const rules::Step& step) { return wants(step.want, attribute); });
}

/// Its claims end with it; those of the rule itself stay.
void Inference::end_sequence(std::uint32_t index, const Because& because, bool rule_ends) {
  const rules::Rule& rule = rules_.set().rules[index];
  for (const rules::Step& step : rule.extras->sequence) {
    for (const rules::Want& want : step.want) {
      if (!rule_ends && wants(rule.want, want.attribute)) continue;
      arbitration_.withdraw(want.attribute, ClaimBy::rule, rule.id.text(), because,
                            "the sequence is over");
    }
  }
  if (!rule_ends) claim_all(index, because, false);
}

/// What the sequence's end means for its rule: the rule's end, or with `until` nothing.
void Inference::sequence_is_over(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  if (!rule.until.empty()) return end_sequence(index, because, false);
  rules::Occasion occasion;
  occasion.finished = true;
  evaluate(index, {{std::nullopt, because}}, occasion);
}

/// None of its steps is left.
void Inference::abort_sequence(std::uint32_t index, const Because& because) {
  RuleMemory& memory = rules_.at(index).memory.edit();
  const RuleMemory before = memory;
  memory.step = static_cast<std::uint32_t>(rules_.set().rules[index].extras->sequence.size());
  memory.waits_since.reset();
  keep_memory(index, before);
  sequence_is_over(index, because);
}

/// From the first step again.
void Inference::begin_again(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  RuleRunner::Standing& standing = rules_.at(index);
  const RuleMemory before = *standing.memory;
  const Because again =
      announce(rule.id, "active", "again: " + rule.extras->trigger->text, because);
  standing.state.active_since = journal_.now();
  standing.memory.edit().step = 0;
  standing.memory.edit().waits_since.reset();
  keep_memory(index, before);
  end_sequence(index, again, false);
  if (go_on(index, again)) sequence_is_over(index, again);
}

}  // namespace attune::core
