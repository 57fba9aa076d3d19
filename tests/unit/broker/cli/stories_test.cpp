#include <gmock/gmock.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "broker/cli/scenario.h"
#include "broker/cli/sources.h"

/// Every folder of examples/ that holds an attune.yaml, as `attune check` and `attune test` see it.
namespace attune::cli {
namespace {

namespace fs = std::filesystem;

const fs::path kExamples = fs::path(ATTUNE_SOURCE_DIR) / "examples";

std::vector<std::string> folders() {
  std::vector<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(kExamples)) {
    if (entry.path().filename() != "attune.yaml") continue;
    found.push_back(fs::relative(entry.path().parent_path(), kExamples).string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Examples : public testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] Checked checked() const {
    return check(gather({(kExamples / GetParam()).string()}));
  }
};

TEST_P(Examples, LoadWithoutAFinding) {
  const Checked loaded = checked();
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  EXPECT_TRUE(loaded.set);
}

TEST_P(Examples, PassTheirTests) {
  const Checked loaded = checked();
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  ASSERT_FALSE(loaded.set->tests.empty());
  ScenarioRunner runner(*loaded.catalog, loaded.set, loaded.site);
  for (const auto& test : loaded.set->tests) {
    const CaseResult result = runner.run(test);
    EXPECT_TRUE(result.passed) << test.name << ", line " << result.place.line << "\n"
                               << result.failure;
  }
}

std::string plain_name(const testing::TestParamInfo<std::string>& folder) {
  std::string name = folder.param;
  std::replace(name.begin(), name.end(), '/', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(All, Examples, testing::ValuesIn(folders()), plain_name);

std::string text_of(const fs::path& file) {
  std::stringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::set<std::string> lines_of(const fs::path& file) {
  std::istringstream in(text_of(file));
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with('#')) lines.insert(line);
  }
  return lines;
}

/// The folders below examples/stories that hold one story each.
std::vector<fs::path> stories() {
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(kExamples / "stories")) {
    if (fs::exists(entry.path() / "attune.yaml")) found.push_back(entry.path());
  }
  return found;
}

TEST(Stories, AreTwelveAndTheirPagesNameEveryTest) {
  EXPECT_EQ(stories().size(), 12u);
  for (const fs::path& story : stories()) {
    const std::string page = text_of(story / "README.md");
    const Checked checked = check(gather({story.string()}));
    ASSERT_TRUE(checked.set) << story;
    for (const auto& test : checked.set->tests) {
      EXPECT_THAT(page, testing::HasSubstr("`" + test.name + "`")) << story;
    }
  }
}

TEST(Stories, SayOfTheHouseWhatTheWholeHouseSays) {
  for (const char* part : {"devices.d/found.yaml", "devices.d/house.yaml", "rules.d/house.yaml"}) {
    const std::set<std::string> whole = lines_of(kExamples / "stories" / part);
    for (const fs::path& story : stories()) {
      if (!fs::exists(story / part)) continue;
      EXPECT_THAT(lines_of(story / part), testing::Each(testing::AnyOfArray(whole)))
          << story / part;
    }
  }
}

TEST(Stories, AsTheyWereOrderedLoadWithTheDevicesOfTheExample) {
  const fs::path ordered = fs::path(ATTUNE_SOURCE_DIR) / "../shared/rules/stories.yaml";
  if (!fs::exists(ordered)) GTEST_SKIP() << "there is no " << ordered;
  Sources sources = gather({(kExamples / "stories").string()});
  sources.rules.clear();
  Issues unreadable;
  for (auto& file : rules::read_files(ordered.string(), unreadable)) {
    sources.rules.push_back(std::move(file));
  }
  const Checked checked = check(std::move(sources));
  EXPECT_TRUE(checked.issues.empty()) << render(checked.issues);
  ASSERT_TRUE(checked.set);
  ScenarioRunner runner(*checked.catalog, checked.set, checked.site);
  for (const auto& test : checked.set->tests) {
    const CaseResult result = runner.run(test);
    EXPECT_TRUE(result.passed) << test.name << "\n" << result.failure;
  }
}

}  // namespace
}  // namespace attune::cli
