#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "broker/cli/scenario.h"
#include "broker/cli/sources.h"

/// The rules of docs/beside-home-assistant.md load, and their tests pass, with the devices of
/// examples/stories.
namespace attune::cli {
namespace {

struct Snippet {
  int line = 0;
  std::string text;
};

/// The page's YAML blocks; those of attune begin with `version: 1`.
std::vector<Snippet> snippets(const std::string& page) {
  std::ifstream in(page);
  std::vector<Snippet> found;
  bool inside = false;
  std::string line;
  for (int at = 1; std::getline(in, line); ++at) {
    if (line == "```yaml") {
      found.push_back({at + 1, {}});
      inside = true;
    } else if (line == "```") {
      inside = false;
    } else if (inside) {
      found.back().text += line + "\n";
    }
  }
  return found;
}

void expect_sound(const Snippet& snippet) {
  Sources sources = gather({ATTUNE_SOURCE_DIR "/examples/stories"});
  sources.rules = {{"the snippet of line " + std::to_string(snippet.line), snippet.text}};
  const Checked checked = check(std::move(sources));
  EXPECT_EQ(render(checked.issues), "");
  ASSERT_TRUE(checked.set) << "line " << snippet.line;
  EXPECT_FALSE(checked.set->tests.empty()) << "line " << snippet.line;
  ScenarioRunner runner(*checked.catalog, checked.set, checked.site);
  for (const auto& test : checked.set->tests) {
    const CaseResult result = runner.run(test);
    EXPECT_TRUE(result.passed) << test.name << "\n" << result.failure;
  }
}

TEST(BesideHomeAssistant, EveryRuleLoadsAndEveryTestPasses) {
  int ours = 0;
  int theirs = 0;
  for (const Snippet& snippet : snippets(ATTUNE_SOURCE_DIR "/docs/beside-home-assistant.md")) {
    const bool is_ours = snippet.text.starts_with("version: 1\n");
    ++(is_ours ? ours : theirs);
    if (is_ours) expect_sound(snippet);
  }
  EXPECT_EQ(ours, 10);
  EXPECT_EQ(theirs, ours) << "each case stands side by side";
}

}  // namespace
}  // namespace attune::cli
