#include "devices/dialects/homie_words.h"

#include <gtest/gtest.h>

#include "devices/vocabulary.h"

namespace attune::devices::homie {
namespace {

TEST(HomieWords, ANameIsTakenApartInLowerCase) {
  EXPECT_EQ(words_of("Door-Open 2"), (Words{"door", "open", "2"}));
  EXPECT_TRUE(words_of("--").empty());
}

TEST(HomieWords, WhatStandsBesideATruthMayChangeIt) {
  EXPECT_TRUE(holds_all(words_of("door-open"), "open"));
  EXPECT_TRUE(holds_only(words_of("door-open-1"), "open"));
  EXPECT_FALSE(holds_only(words_of("power-on-delay"), "on"));
  EXPECT_FALSE(holds_all(words_of("door"), "open"));
}

TEST(HomieWords, ALimitIsNoValue) {
  EXPECT_TRUE(is_about(words_of("max-temperature")));
  EXPECT_FALSE(is_about(words_of("temperature")));
}

TEST(HomieWords, EveryRowNamesACanonicalAttributeOfItsKind) {
  for (const NameRow& row : number_rows()) {
    ASSERT_NE(find_word(row.attribute), nullptr) << row.attribute;
    EXPECT_NE(find_word(row.attribute)->type, ValueType::boolean) << row.attribute;
  }
  for (const NameRow& row : truth_rows()) {
    ASSERT_NE(find_word(row.attribute), nullptr) << row.attribute;
  }
}

}  // namespace
}  // namespace attune::devices::homie
