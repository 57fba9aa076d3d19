#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/cli/scenario.h"
#include "broker/cli/sources.h"
#include "broker/shell/config/surroundings.h"
#include "tests/unit/rules/small_house.h"

/// The tests in the rules of docs/ pass: of beside-home-assistant.md among the devices of
/// examples/stories, of rules.md among those of the small house.
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

void expect_passed(const Checked& checked, const Snippet& snippet) {
  ASSERT_TRUE(checked.set) << "line " << snippet.line << "\n" << render(checked.issues);
  ScenarioRunner runner(*checked.catalog, checked.set, checked.site);
  for (const auto& test : checked.set->tests) {
    const CaseResult result = runner.run(test);
    EXPECT_TRUE(result.passed) << test.name << "\n" << result.failure;
  }
}

void expect_sound(const Snippet& snippet) {
  Sources sources = gather({ATTUNE_SOURCE_DIR "/examples/stories"});
  sources.rules = {{"the snippet of line " + std::to_string(snippet.line), snippet.text}};
  const Checked checked = check(std::move(sources));
  EXPECT_EQ(render(checked.issues), "");
  expect_passed(checked, snippet);
  EXPECT_TRUE(checked.set && !checked.set->tests.empty()) << "line " << snippet.line;
}

/// The snippet among the devices that docs/rules.md speaks about.
Checked in_the_small_house(const Snippet& snippet) {
  Checked checked;
  checked.catalog = std::make_unique<devices::Catalog>();
  for (const auto& [id, device] : rules::SmallHouse().devices) checked.catalog->describe(device);
  rules::Loaded loaded =
      rules::load({{"docs/rules.md", snippet.text}}, config::surroundings(*checked.catalog));
  checked.set = loaded.set;
  checked.issues = std::move(loaded.issues);
  return checked;
}

TEST(RulesPage, EveryTestOnItPasses) {
  std::size_t tests = 0;
  for (const Snippet& snippet : snippets(ATTUNE_SOURCE_DIR "/docs/rules.md")) {
    const Checked checked = in_the_small_house(snippet);
    expect_passed(checked, snippet);
    if (checked.set) tests += checked.set->tests.size();
  }
  EXPECT_GE(tests, 3u);
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
