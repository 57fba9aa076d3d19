#pragma once
#include <string>

#include "broker/cli/simulated_home.h"
#include "devices/catalog.h"
#include "rules/rule_set.h"

/// Compares what a step of a test expects with a home, and says in words what is wrong.
namespace attune::cli {

/// Threading: one thread. All three live longer.
class Judge {
 public:
  Judge(const SimulatedHome& home, const devices::Catalog& catalog, const rules::RuleSet& set)
      : home_(home), catalog_(catalog), set_(set) {}

  /// What is wrong with the step's expectations, a line each; empty: nothing.
  [[nodiscard]] std::string judge(const rules::TestStep& step) const;

 private:
  [[nodiscard]] std::optional<AttributeId> find(const AttributePath& path) const;
  [[nodiscard]] bool same(std::optional<AttributeId> id, const Value& a, const Value& b) const;
  [[nodiscard]] const Claim* winner(const AttributePath& path) const;
  [[nodiscard]] std::string judge_value(const AttributePath& path, const Value& expected) const;
  [[nodiscard]] bool is_held_by(const Claim& claim, const std::string& by) const;
  [[nodiscard]] std::string judge_holder(const AttributePath& path, const std::string& by) const;
  [[nodiscard]] std::string judge_why(const AttributePath& path, const std::string& text) const;
  [[nodiscard]] std::string judge_commands(const AttributePath& path,
                                           const std::vector<Value>& expected) const;
  [[nodiscard]] std::string holder_text(const AttributePath& path) const;
  /// The rule that `by` names, or the one that came nearest to what was expected.
  [[nodiscard]] std::string nearest_rule(const rules::TestStep& step) const;
  [[nodiscard]] std::string nearest_rule(const AttributePath& path, const Value& expected) const;

  const SimulatedHome& home_;
  const devices::Catalog& catalog_;
  const rules::RuleSet& set_;
};

}  // namespace attune::cli
