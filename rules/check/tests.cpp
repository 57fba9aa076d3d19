#include <algorithm>
#include <set>

#include "rules/check/checks.h"

// T801, T802: tests that cannot say anything about the rules.
namespace attune::rules {

namespace {

using Driven = std::set<AttributePath>;

void add(Driven& driven, const AttributeTable& table, const std::vector<Want>& wants) {
  for (const Want& want : wants) driven.insert(table.path(want.attribute));
}

Driven driven_by(const Rule& rule, const AttributeTable& table) {
  Driven driven;
  add(driven, table, rule.want);
  for (const Step& step : rule.extras->sequence) add(driven, table, step.want);
  for (const Turn& turn : rule.extras->turns) driven.insert(table.path(turn.attribute));
  return driven;
}

Driven driven_by_all(const RuleSet& set, const AttributeTable& table) {
  Driven driven;
  for (const Rule& rule : set.rules) driven.merge(driven_by(rule, table));
  for (const Interlock& lock : set.interlocks) add(driven, table, lock.want);
  for (const auto& entry : set.defaults) driven.insert(table.path(entry.first));
  return driven;
}

/// What people change in a test is driven too.
Driven by_hand(const TestCase& test) {
  Driven driven;
  for (const TestStep& step : test.steps) {
    for (const auto& entry : step.manual) driven.insert(entry.first);
  }
  return driven;
}

class Tests {
 public:
  explicit Tests(Checking& checking)
      : checking_(checking),
        driven_(driven_by_all(checking.facts.set, checking.facts.around.table)) {}

  void look_at(const TestCase& test) {
    const Driven hands = by_hand(test);
    for (const TestStep& step : test.steps) {
      check_expected(step, hands);
      check_by(step);
    }
  }

 private:
  void check_expected(const TestStep& step, const Driven& hands);
  void check_by(const TestStep& step);

  Checking& checking_;
  Driven driven_;
};

void Tests::check_expected(const TestStep& step, const Driven& hands) {
  for (const auto& [path, value] : step.expect) {
    const bool moves =
        driven_.contains(path) || hands.contains(path) || path.device.text() == kSettingsDevice;
    if (moves) continue;
    checking_.findings.warning(
        step.place, {"T801", "nothing drives " + path.text() + ": no rule wants it",
                     "expect what a rule wants, or remove it: it is what the test reported"});
  }
}

void Tests::check_by(const TestStep& step) {
  const RuleSet& set = checking_.facts.set;
  const auto rules = set.all_of(step.by);
  if (rules.empty() || step.expect.empty()) return;
  Driven driven;
  for (const std::uint32_t at : rules) {
    driven.merge(driven_by(set.rules[at], checking_.facts.around.table));
  }
  const bool wants = std::any_of(step.expect.begin(), step.expect.end(),
                                 [&](const auto& entry) { return driven.contains(entry.first); });
  if (wants) return;
  checking_.findings.warning(step.place,
                             {"T802", step.by + " wants nothing of what is expected here",
                              "name the rule that wants " + step.expect.front().first.text()});
}

}  // namespace

void check_tests(Checking& checking) {
  Tests tests(checking);
  for (const TestCase& test : checking.facts.set.tests) tests.look_at(test);
}

}  // namespace attune::rules
