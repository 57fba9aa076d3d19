#pragma once
#include <string>
#include <unordered_map>
#include <vector>

#include "rules/load.h"

/// What is known about attributes and rules before any state is: types, ranges, words, areas.
///
/// Threading: owned by one check.
namespace attune::rules {

class Facts {
 public:
  Facts(const Loaded& loaded, const Surroundings& around);

  /// Null for what is neither a setting nor an attribute that its device shows.
  [[nodiscard]] const AttributeInfo* info(AttributeId attribute);
  /// Null for settings and for what no device is.
  [[nodiscard]] const DeviceInfo* device(AttributeId attribute) const;
  [[nodiscard]] std::string name(AttributeId attribute) const;
  [[nodiscard]] bool is_setting(AttributeId attribute) const;
  /// What follows the last claim; `leave` when nothing says it.
  [[nodiscard]] Default end_of(AttributeId attribute) const;

  /// Null for what devices report and people set.
  [[nodiscard]] const cel::Signal* signal(AttributeId attribute) const;

  const RuleSet& set;
  const cel::Conditions& conditions;
  const Surroundings& around;

 private:
  [[nodiscard]] const AttributeInfo* look_up(AttributeId attribute) const;
  std::unordered_map<std::string_view, const AttributeInfo*> settings_;
  std::unordered_map<std::size_t, const cel::Signal*> signals_;
  std::vector<const AttributeInfo*> known_;
  std::vector<bool> asked_;
};

}  // namespace attune::rules
