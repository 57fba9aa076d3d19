#include "rules/check/check.h"

#include "rules/check/checks.h"

namespace attune::rules {

Issues check(const Loaded& loaded, const Surroundings& around) {
  Checking checking(loaded, around);
  check_conflicts(checking);
  check_loops(checking);
  check_conditions(checking);
  check_shadows(checking);
  check_interlocks(checking);
  check_tests(checking);
  check_unused(checking);
  return checking.findings.take();
}

}  // namespace attune::rules
