#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/unit/rules/small_house.h"

/// What people read when rules are wrong: tests/golden/rules/<case>.yaml gives <case>.txt.
/// ATTUNE_UPDATE_GOLDEN=1 writes the texts anew; the difference is for review.
namespace attune::rules {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<fs::path> cases() {
  std::vector<fs::path> found;
  for (const auto& entry :
       fs::directory_iterator(fs::path(ATTUNE_SOURCE_DIR) / "tests/golden/rules")) {
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Golden : public testing::TestWithParam<fs::path> {};

TEST_P(Golden, SaysWhatIsWrongAndWhatToDo) {
  SmallHouse house;
  const Loaded loaded =
      load({{GetParam().filename().string(), read(GetParam())}}, house.surroundings());
  const std::string said = render(loaded.issues);
  fs::path golden = GetParam();
  golden.replace_extension(".txt");
  if (std::getenv("ATTUNE_UPDATE_GOLDEN") != nullptr) std::ofstream(golden) << said;
  EXPECT_EQ(said, read(golden));
  EXPECT_FALSE(loaded.set);
  for (const Issue& issue : loaded.issues) {
    EXPECT_TRUE(!issue.hint.empty() || issue.code.starts_with("E2")) << render(issue);
    EXPECT_GT(issue.place.line, 0);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, Golden, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.stem().string(); });

}  // namespace
}  // namespace attune::rules
