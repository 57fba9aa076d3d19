#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "rules/check/check.h"
#include "tests/unit/rules/small_house.h"

/// What people read of rules that are wrong together: tests/golden/check.
/// ATTUNE_UPDATE_GOLDEN=1 writes the text anew; the difference is for review.
namespace attune::rules {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

TEST(CheckGolden, ShowsEachFindingWithItsLineAndWhatToDo) {
  const fs::path folder = fs::path(ATTUNE_SOURCE_DIR) / "tests/golden/check";
  SmallHouse house;
  const Loaded loaded =
      load({{"findings.yaml", read(folder / "findings.yaml")}}, house.surroundings());
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  const Issues found = check(loaded, house.surroundings());
  if (std::getenv("ATTUNE_UPDATE_GOLDEN") != nullptr) {
    std::ofstream(folder / "findings.txt") << render(found);
  }
  EXPECT_EQ(render(found), read(folder / "findings.txt"));
  for (const Issue& issue : found) EXPECT_FALSE(issue.hint.empty()) << render(issue);
}

}  // namespace
}  // namespace attune::rules
