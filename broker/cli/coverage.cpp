#include "broker/cli/coverage.h"

#include <algorithm>
#include <utility>

#include "rules/cel/explain.h"

namespace attune::cli {
namespace {

/// The parts in the order of the source: each before its operands.
void flatten(const cel::Explained& part, bool whole, std::vector<const cel::Explained*>& out) {
  out.push_back(&part);
  // `x` of `!x`, and what a name of `vars` stands for, are no branches of their own.
  const bool joins = part.joins == cel::Joins::all || part.joins == cel::Joins::any;
  if (!joins && !whole) return;
  for (const auto& operand : part.operands) {
    if (joins) flatten(operand, false, out);
  }
}

}  // namespace

Branch Coverage::branch(const Place& place, std::string text, bool whole) const {
  const auto& [at, clause] = place;
  if (at < set_.rules.size()) {
    const rules::Rule& rule = set_.rules[at];
    return {rule.id.text(), clause, std::move(text), set_.place_of(rule), whole, false};
  }
  const rules::Interlock& lock = set_.interlocks[at - set_.rules.size()];
  return {lock.id, clause, std::move(text), lock.place, whole, false};
}

void Coverage::look(const Place& place, const cel::Expression& condition,
                    const rules::StateView& view) {
  if (condition.empty()) return;
  const cel::Explained whole = cel::explain(condition, view);
  std::vector<const cel::Explained*> parts;
  flatten(whole, true, parts);
  std::vector<Branch>& branches = seen_[place];
  if (branches.empty()) {
    for (const cel::Explained* part : parts) {
      branches.push_back(branch(place, part->text, part == parts.front()));
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    branches[i].was_true = branches[i].was_true || parts[i]->truth == cel::Truth::yes;
  }
}

/// An instant is over when it is looked for; that its rule started stays.
void Coverage::look_at_trigger(std::size_t rule, const core::Core& core) {
  const auto& trigger = set_.rules[rule].extras->trigger;
  if (!trigger) return;
  std::vector<Branch>& branches = seen_[{rule, "trigger"}];
  if (branches.empty()) {
    branches.push_back(branch({rule, "trigger"}, trigger->text, true));
  }
  const RuleState& state = core.rules().at(static_cast<std::uint32_t>(rule)).state;
  branches.front().was_true = branches.front().was_true || !(state.active_since == Instant{});
}

void Coverage::look(const core::Core& core) {
  for (std::size_t i = 0; i < set_.rules.size(); ++i) {
    const rules::Rule& rule = set_.rules[i];
    look_at_trigger(i, core);
    look({i, "when"}, rule.when, core.image());
    if (rule.extras->while_) look({i, "while"}, *rule.extras->while_, core.image());
    if (!rule.until.empty()) look({i, "until"}, rule.until, core.image());
  }
  for (std::size_t i = 0; i < set_.interlocks.size(); ++i) {
    look({set_.rules.size() + i, "never"}, set_.interlocks[i].never, core.image());
  }
}

std::vector<Branch> Coverage::branches() const {
  std::vector<Branch> all;
  for (std::size_t i = 0; i < set_.rules.size() + set_.interlocks.size(); ++i) {
    for (const char* clause : {"trigger", "when", "while", "until", "never"}) {
      const auto found = seen_.find({i, clause});
      if (found != seen_.end()) all.insert(all.end(), found->second.begin(), found->second.end());
    }
  }
  return all;
}

std::string Coverage::text() const {
  const std::vector<Branch> all = branches();
  std::string text;
  std::size_t covered = 0;
  for (const Branch& branch : all) {
    covered += branch.was_true;
    if (branch.was_true) continue;
    text += printable(branch.place.file) + ":" + std::to_string(branch.place.line) + ": " +
            branch.rule + ": " + branch.clause + (branch.whole ? " was" : ": a part was") +
            (branch.clause == "trigger" ? " never due: `" : " never true: `") +
            printable(branch.text) + "`\n";
  }
  return text + std::to_string(covered) + " of " + std::to_string(all.size()) +
         " conditions and parts were true in some test\n";
}

}  // namespace attune::cli
