#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/core.h"
#include "rules/rule_set.h"

/// Which conditions of rules and interlocks were ever true while the tests ran, which of their
/// parts, and which triggers ever started their rule.
namespace attune::cli {

/// A condition, or an operand of `&&`, `||` or `!` in one.
struct Branch {
  std::string rule;    ///< or interlock
  std::string clause;  ///< when, while, until, trigger; of an interlock: never
  std::string text;
  SourcePlace place;   ///< of the rule or interlock
  bool whole = false;  ///< the condition itself
  bool was_true = false;
};

/// Threading: one thread. `set` lives longer.
class Coverage {
 public:
  explicit Coverage(const rules::RuleSet& set) : set_(set) {}
  /// Looks at every condition as the core sees it now.
  void look(const core::Core& core);
  /// In the order of the rules and their sources; empty before the first look.
  [[nodiscard]] std::vector<Branch> branches() const;
  /// What was never true, for people: a line each, then how much was.
  [[nodiscard]] std::string text() const;

 private:
  /// A clause of a rule, by its place in the set; interlocks come after all rules.
  using Place = std::pair<std::size_t, std::string>;
  void look(const Place& place, const cel::Expression& condition, const rules::StateView& view);
  /// One that was not yet true.
  [[nodiscard]] Branch branch(const Place& place, std::string text, bool whole) const;
  void look_at_trigger(std::size_t rule, const core::Core& core);

  const rules::RuleSet& set_;
  std::map<Place, std::vector<Branch>> seen_;
};

}  // namespace attune::cli
