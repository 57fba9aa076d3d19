#pragma once
#include <memory>
#include <string>

#include "broker/cli/coverage.h"
#include "devices/catalog.h"
#include "rules/rule_set.h"

/// Runs the tests that stand in rule files: the pure core on simulated time, with simulated
/// devices that obey at once unless the test says otherwise.
///
/// Determinism: the same set and case give the same result. No clock, file or thread is used.
namespace attune::cli {

struct CaseResult {
  const rules::TestCase* test = nullptr;
  bool passed = false;
  SourcePlace place;    ///< of the step that failed
  std::string failure;  ///< what was expected and what is, for people; several lines, printable
};

/// Threading: one thread. `catalog` is the one that `set` was loaded with.
class ScenarioRunner {
 public:
  /// The house stands at `site`, and times of tests are of its clocks. With `coverage`, which lives
  /// longer, the tests tell it what they see; they are slower then.
  ScenarioRunner(devices::Catalog& catalog, std::shared_ptr<const rules::RuleSet> set,
                 core::Site site = {}, Coverage* coverage = nullptr);
  /// `test` is one of the set's. Stops at the first step that fails.
  [[nodiscard]] CaseResult run(const rules::TestCase& test);

 private:
  devices::Catalog& catalog_;
  std::shared_ptr<const rules::RuleSet> set_;
  core::Site site_;
  Coverage* coverage_;
};

}  // namespace attune::cli
