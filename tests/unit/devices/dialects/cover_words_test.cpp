#include "devices/dialects/cover_words.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace attune::devices {
namespace {

std::string meaning(const WordPairs& words, std::string_view wire) {
  const auto found = std::ranges::find(words, wire, [](const auto& word) { return word.first; });
  return found == words.end() ? "none" : found->second;
}

TEST(CoverWords, AnEndIsOpenOrClosedAndStandsStill) {
  EXPECT_EQ(meaning(cover_open_words(), "closed"), "false");
  EXPECT_EQ(meaning(cover_movement_words(), "closed"), "stopped");
  EXPECT_EQ(meaning(cover_open_words(), "open"), "true");
}

TEST(CoverWords, WhatMovesOrStoppedSaysNothingOfBeingOpen) {
  for (const char* word : {"opening", "closing", "stopped"}) {
    EXPECT_EQ(meaning(cover_open_words(), word), "") << word;
    EXPECT_EQ(meaning(cover_movement_words(), word), word);
  }
}

TEST(CoverWords, BothKnowTheSameWords) {
  ASSERT_EQ(cover_open_words().size(), cover_movement_words().size());
  for (const auto& [wire, meant] : cover_open_words()) {
    EXPECT_NE(meaning(cover_movement_words(), wire), "none") << wire;
  }
}

}  // namespace
}  // namespace attune::devices
