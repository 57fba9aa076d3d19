#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "tests/unit/rules/small_house.h"

/// Every YAML of docs/rules.md loads as it stands there.
namespace attune::rules {
namespace {

struct Snippet {
  int line = 0;
  std::string text;
};

std::vector<Snippet> snippets(const std::string& path) {
  std::ifstream in(path);
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

TEST(RulesPage, EverySnippetLoadsWithoutAWarning) {
  const auto all = snippets(ATTUNE_SOURCE_DIR "/docs/rules.md");
  EXPECT_GE(all.size(), 10u);
  for (const Snippet& snippet : all) {
    SmallHouse house;
    const Loaded loaded = load({{"docs/rules.md", snippet.text}}, house.surroundings());
    EXPECT_TRUE(loaded.set) << "the snippet of line " << snippet.line;
    EXPECT_EQ(render(loaded.issues), "") << "the snippet of line " << snippet.line;
  }
}

}  // namespace
}  // namespace attune::rules
