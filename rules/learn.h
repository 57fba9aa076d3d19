#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "devices/model/attribute_table.h"
#include "devices/model/ids.h"
#include "devices/model/issue.h"

/// `learn`: a number of a rule's `want` that corrections by people may move, within bounds.
namespace attune::rules {

struct Learn {
  static constexpr std::uint32_t kAfterMax = 100;

  std::string id;  ///< `rule.attr`, as the file calls it
  SourcePlace place;
  std::string rule;    ///< as the file calls it; every instance of a `foreach` learns
  double literal = 0;  ///< what the file wants
  double min = 0, max = 0;
  double step = 0;               ///< above 0
  std::uint32_t after = 0;       ///< so many corrections to one side move it by a step
  std::vector<AttributeId> per;  ///< settings: for each of their values it learns by itself
  bool per_area = false;         ///< likewise for each area of its devices
  bool applies = false;          ///< `apply: auto`; else it asks

  struct Target {
    RuleId rule;
    AttributeId attribute{};
    std::string area;
  };
  std::vector<Target> targets;  ///< in the order of the file
};

}  // namespace attune::rules
