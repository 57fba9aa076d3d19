#include "devices/model/counted.h"

#include <gtest/gtest.h>

namespace attune {
namespace {

TEST(Counted, FieldsComeBackWhateverIsInThem) {
  std::string text;
  for (const std::string_view field : {"hello", "", "5:x", "a\nb"}) put_counted(text, field);
  std::string_view left = text;
  for (const std::string_view field : {"hello", "", "5:x", "a\nb"}) {
    EXPECT_EQ(take_counted(left), field);
  }
  EXPECT_TRUE(left.empty());
}

TEST(Counted, WhatIsNoneStays) {
  for (const std::string_view text :
       {"", ":", "5", "5:abcd", "x:a", "-1:a", " 1:a", "99999999999999999999:a"}) {
    std::string_view left = text;
    EXPECT_FALSE(take_counted(left)) << text;
    EXPECT_EQ(left, text);
  }
}

}  // namespace
}  // namespace attune
