#include "broker/cli/vocabulary.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

/// ATTUNE_UPDATE_GOLDEN=1 writes docs/vocabulary.md anew; the difference is for review, and
/// kVocabularyVersion rises with it.
namespace attune::cli {
namespace {

TEST(VocabularyPage, IsWhatTheProgramPrints) {
  const std::string path = ATTUNE_SOURCE_DIR "/docs/vocabulary.md";
  if (std::getenv("ATTUNE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << vocabulary_page();
  std::ifstream in(path);
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), vocabulary_page());
}

TEST(VocabularyPage, SaysItsVersionFirst) {
  EXPECT_EQ(vocabulary_page().find("# Vocabulary\n\nVersion 1."), 0u);
}

}  // namespace
}  // namespace attune::cli
