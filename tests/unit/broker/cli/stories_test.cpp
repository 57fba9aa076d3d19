#include <gmock/gmock.h>

#include <set>

#include "broker/cli/scenario.h"
#include "broker/cli/sources.h"

namespace attune::cli {
namespace {

/// examples/stories as `attune check` and `attune test` see it.
Checked stories() {
  return check(gather({std::string(ATTUNE_SOURCE_DIR) + "/examples/stories"}));
}

/// What the language has and this program does not yet, each once.
std::set<std::string> unsupported(const Issues& issues) {
  std::set<std::string> words;
  for (const Issue& issue : issues) {
    if (issue.code == "E110") words.insert(issue.message);
  }
  return words;
}

TEST(Stories, LoadWithoutAFinding) {
  const Checked checked = stories();
  const std::set<std::string> missing = unsupported(checked.issues);
  if (!missing.empty()) {
    GTEST_SKIP() << testing::PrintToString(missing) << "\n" << render(checked.issues);
  }
  EXPECT_TRUE(checked.issues.empty()) << render(checked.issues);
  EXPECT_TRUE(checked.set);
}

TEST(Stories, EveryTestOfTheirsPasses) {
  const Checked checked = stories();
  if (!checked.set) GTEST_SKIP() << "the stories do not load";
  ASSERT_FALSE(checked.set->tests.empty());
  ScenarioRunner runner(*checked.catalog, checked.set, checked.site);
  for (const auto& test : checked.set->tests) {
    const CaseResult result = runner.run(test);
    EXPECT_TRUE(result.passed) << test.name << ", line " << result.place.line << "\n"
                               << result.failure;
  }
}

}  // namespace
}  // namespace attune::cli
