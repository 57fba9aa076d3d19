#pragma once
#include <map>
#include <string>
#include <vector>

#include "broker/core/core.h"
#include "rules/rule_set.h"

/// Which conditions were ever true while the tests ran, and which of their parts.
namespace attune::cli {

/// A condition, or an operand of `&&`, `||` or `!` in one.
struct Branch {
  std::string rule;
  std::string clause;  ///< when, while, until
  std::string text;
  SourcePlace place;   ///< of the rule
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
  void look(const rules::Rule& rule, const char* clause, const cel::Expression& condition,
            const rules::StateView& view);

  const rules::RuleSet& set_;
  std::map<const cel::Program*, std::vector<Branch>> seen_;
};

}  // namespace attune::cli
