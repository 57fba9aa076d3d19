#include "broker/shell/api/match.h"

#include <gtest/gtest.h>

#include <string>

namespace attune::api {
namespace {

TEST(Match, StarsAndQuestionMarks) {
  EXPECT_TRUE(glob("", ""));
  EXPECT_TRUE(glob("*", ""));
  EXPECT_TRUE(glob("hall_*", "hall_lamp"));
  EXPECT_TRUE(glob("*_l?mp", "hall_lamp"));
  EXPECT_TRUE(glob("a*b*c", "aXbbXc"));
  EXPECT_FALSE(glob("a*b*c", "aXbbX"));
  EXPECT_FALSE(glob("hall_", "hall_lamp"));
  EXPECT_FALSE(glob("?", ""));
}

TEST(Match, ManyStarsStayCheap) {
  std::string pattern;
  for (int i = 0; i < 500; ++i) pattern += "*a";
  EXPECT_FALSE(glob(pattern + "b", std::string(4000, 'a')));
}

TEST(Match, ADotAsksForTheAttribute) {
  const Match match("hall_*,*.brightness");
  EXPECT_TRUE(match.attribute("hall_lamp", "on"));
  EXPECT_TRUE(match.attribute("desk", "brightness"));
  EXPECT_FALSE(match.attribute("desk", "on"));
  EXPECT_TRUE(match.device("desk"));
  EXPECT_TRUE(Match().attribute("anything", "at_all"));
  EXPECT_FALSE(Match("hall_*").device("desk"));
}

}  // namespace
}  // namespace attune::api
