#include "rules/check/check.h"

#include "rules/check/checks.h"

namespace attune::rules {

Issues check(const Loaded& loaded, const Surroundings& around) {
  Checking checking(loaded, around);
  for (const auto part : {check_conflicts, check_loops, check_conditions, check_shadows,
                          check_interlocks, check_tests, check_unused}) {
    checking.search.begin_part();
    part(checking);
    if (checking.search.is_spent()) checking.findings.left_out("conditions: there are too many");
  }
  return checking.findings.take();
}

}  // namespace attune::rules
