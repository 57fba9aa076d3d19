#include "devices/model/glob.h"

#include <gtest/gtest.h>

#include <string>

namespace attune {
namespace {

TEST(Glob, StarsAndQuestionMarks) {
  EXPECT_TRUE(glob("", ""));
  EXPECT_TRUE(glob("*", ""));
  EXPECT_TRUE(glob("hall_*", "hall_lamp"));
  EXPECT_TRUE(glob("*_l?mp", "hall_lamp"));
  EXPECT_TRUE(glob("a*b*c", "aXbbXc"));
  EXPECT_FALSE(glob("a*b*c", "aXbbX"));
  EXPECT_FALSE(glob("hall_", "hall_lamp"));
  EXPECT_FALSE(glob("?", ""));
}

TEST(Glob, ManyStarsStayCheap) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  EXPECT_FALSE(glob(pattern + "b", std::string(4000, 'a')));
}

}  // namespace
}  // namespace attune
