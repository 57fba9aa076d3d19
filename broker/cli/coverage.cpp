#include "broker/cli/coverage.h"

#include <algorithm>

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

void Coverage::look(const rules::Rule& rule, const char* clause, const cel::Expression& condition,
                    const rules::StateView& view) {
  if (condition.empty()) return;
  const cel::Explained whole = cel::explain(condition, view);
  std::vector<const cel::Explained*> parts;
  flatten(whole, true, parts);
  std::vector<Branch>& branches = seen_[condition.program()];
  if (branches.empty()) {
    for (const cel::Explained* part : parts) {
      branches.push_back(
          {rule.id.text(), clause, part->text, rule.place, part == parts.front(), false});
    }
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    branches[i].was_true = branches[i].was_true || parts[i]->truth == cel::Truth::yes;
  }
}

void Coverage::look(const core::Core& core) {
  for (const rules::Rule& rule : set_.rules) {
    look(rule, "when", rule.when, core.image());
    if (rule.extras->while_) look(rule, "while", *rule.extras->while_, core.image());
    if (rule.until) look(rule, "until", *rule.until, core.image());
  }
}

std::vector<Branch> Coverage::branches() const {
  std::vector<Branch> all;
  const auto take = [&](const cel::Expression& condition) {
    const auto found = seen_.find(condition.program());
    if (found == seen_.end()) return;
    all.insert(all.end(), found->second.begin(), found->second.end());
  };
  for (const rules::Rule& rule : set_.rules) {
    take(rule.when);
    if (rule.extras->while_) take(*rule.extras->while_);
    if (rule.until) take(*rule.until);
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
            " never true: `" + printable(branch.text) + "`\n";
  }
  return text + std::to_string(covered) + " of " + std::to_string(all.size()) +
         " conditions and parts were true in some test\n";
}

}  // namespace attune::cli
