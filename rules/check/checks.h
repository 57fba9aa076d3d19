#pragma once
#include "rules/check/findings.h"
#include "rules/check/regions.h"

/// The parts of a check, and what they share.
namespace attune::rules {

struct Checking {
  explicit Checking(const Loaded& loaded, const Surroundings& around)
      : facts(loaded, around),
        regions(facts),
        search(facts, [this](AttributeId id, bool is) { return regions.implied(id, is); }),
        findings(facts) {}
  Checking(const Checking&) = delete;
  Checking& operator=(const Checking&) = delete;

  Facts facts;
  Regions regions;
  Search search;
  Findings findings;
};

void check_conflicts(Checking& checking);   ///< C4
void check_loops(Checking& checking);       ///< L5
void check_conditions(Checking& checking);  ///< S6: never true, never false, ends at once
void check_shadows(Checking& checking);     ///< S6: never wins
void check_interlocks(Checking& checking);  ///< I7
void check_tests(Checking& checking);       ///< T8
void check_unused(Checking& checking);      ///< W9

}  // namespace attune::rules
