#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "broker/core/rule_runner.h"
#include "rules/state_view.h"

/// Finds the rules that what happened to an attribute can matter to.
namespace attune::core {

/// Remembers what rules last saw of each attribute of which some changes matter to some readers
/// only (rules/flip_index.h).
///
/// Invariant: every rule was evaluated on what is remembered, or is about to be.
class Flips {
 public:
  Flips(const RuleRunner& rules, const rules::StateView& state) : rules_(rules), state_(state) {}

  /// The rules were exchanged, and all of them are about to be evaluated.
  void load();
  /// Of an attribute whose value may have changed since it was last asked about: the rules to
  /// which that can matter, ascending. The answer lives until the next call.
  [[nodiscard]] std::span<const std::uint32_t> take(AttributeId touched);
  /// All that read it.
  [[nodiscard]] std::span<const std::uint32_t> readers(AttributeId touched) const;

 private:
  const RuleRunner& rules_;
  const rules::StateView& state_;
  std::vector<Value> seen_;  // by FlipIndex's places
  std::vector<std::uint32_t> found_;
};

}  // namespace attune::core
