#include "tests/support/story.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

/// Every file of tests/golden/stories is played, and must read exactly as it stands.
/// ATTUNE_UPDATE_GOLDEN=1 writes the answers of now; the difference is for review.
namespace attune {
namespace {

namespace fs = std::filesystem;

std::string read(const fs::path& path) {
  std::ifstream in(path);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::vector<std::string> stories() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(ATTUNE_SOURCE_DIR "/tests/golden/stories")) {
    names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

class Stories : public testing::TestWithParam<std::string> {};

TEST_P(Stories, ReadAsTheyStand) {
  const fs::path path =
      fs::path(ATTUNE_SOURCE_DIR) / "tests/golden/stories" / (GetParam() + ".txt");
  const std::string text = read(path);
  ASSERT_FALSE(text.empty());
  const std::string told = support::Story().run(text);
  if (std::getenv("ATTUNE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << told;
  EXPECT_EQ(told, read(path));
}

TEST_P(Stories, AreTheSameWhenToldTwice) {
  const std::string text =
      read(fs::path(ATTUNE_SOURCE_DIR) / "tests/golden/stories" / (GetParam() + ".txt"));
  EXPECT_EQ(support::Story().run(text), support::Story().run(text));
}

INSTANTIATE_TEST_SUITE_P(Core, Stories, testing::ValuesIn(stories()),
                         [](const auto& story) { return story.param; });

}  // namespace
}  // namespace attune
