#include "broker/shell/api/match.h"

#include <gtest/gtest.h>

#include <string>

namespace attune::api {
namespace {

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
