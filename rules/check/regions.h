#pragma once
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "rules/check/search.h"

/// In which states a rule starts and in which it is active, as far as its conditions say.
///
/// Threading: owned by one check.
namespace attune::rules {

class Regions {
 public:
  explicit Regions(Facts& facts) : facts_(facts) {}

  /// It becomes active, or is, whatever was before.
  [[nodiscard]] Demands start(const Rule& rule, unsigned side = 1) const;
  /// It may be active, once started; delays let it go on outside.
  [[nodiscard]] Demands hold(const Rule& rule, unsigned side = 1) const;
  /// The same with the states in which only a delay or a missing acknowledgement keeps it.
  [[nodiscard]] Demands linger(const Rule& rule, unsigned side = 1) const;
  /// What it must never see is there.
  [[nodiscard]] Demands reached(const Interlock& lock, unsigned side = 1) const;
  /// For Search: what a signal says about what it is made of.
  [[nodiscard]] Demands implied(AttributeId attribute, bool is);

 private:
  [[nodiscard]] Demands permitted(const Rule& rule, unsigned side) const;
  [[nodiscard]] Demands said_by(const cel::Signal& signal, bool is);
  [[nodiscard]] const cel::Condition* between(const cel::Signal& signal);
  [[nodiscard]] const cel::Condition* compared(const cel::Signal& signal);

  Facts& facts_;
  std::deque<cel::Condition> made_;
  std::map<AttributeId, const cel::Condition*> of_signals_;
  /// An axis for what moves and is no attribute: the time of day, the sun's elevation.
  [[nodiscard]] AttributeId axis(std::string name);
  std::map<std::string, AttributeId> axes_;
};

/// `attribute = value` as a condition; empty for kinds of values that conditions do not compare.
[[nodiscard]] std::optional<cel::Condition> equals(AttributeId attribute, const Value& value);

/// Whether it is active while something holds: enabled, and begun by no trigger.
[[nodiscard]] bool is_level(const Rule& rule);

}  // namespace attune::rules
