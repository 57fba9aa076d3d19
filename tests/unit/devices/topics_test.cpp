#include "devices/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace attune::devices {
namespace {

using ::testing::ElementsAre;

TEST(Topics, HaveBoundsAndNoWildcards) {
  for (const char* good : {"a", "a/b c/ü", "/a", "a//b", "$SYS/x"}) {
    EXPECT_EQ(what_is_wrong_with_topic(good), "") << good;
  }
  for (const std::string& bad :
       {std::string(), std::string("a/+"), std::string("#"), std::string("a\0b", 3),
        std::string(513, 'x'), std::string(65535, 'x'), std::string(16, '/'),
        std::string(1000, '/'), std::string("a\xff")}) {
    EXPECT_NE(what_is_wrong_with_topic(bad), "") << bad.substr(0, 20);
  }
  EXPECT_EQ(what_is_wrong_with_topic(std::string(15, '/')), "");
}

TEST(Topics, FiltersCoverWhatTheyMatch) {
  EXPECT_TRUE(covers("#", "a/b"));
  EXPECT_TRUE(covers("a/#", "a"));
  EXPECT_TRUE(covers("a/#", "a/b/#"));
  EXPECT_TRUE(covers("a/+/c", "a/b/c"));
  EXPECT_TRUE(covers("a/+", "a/+"));
  EXPECT_FALSE(covers("a/+", "a/#"));
  EXPECT_FALSE(covers("a/b", "a/+"));
  EXPECT_FALSE(covers("a/+", "a/b/c"));
  EXPECT_FALSE(covers("a/b/c", "a/b"));
  EXPECT_FALSE(covers("ab/#", "a/b"));
}

TEST(Topics, CoveredFiltersAreDropped) {
  EXPECT_THAT(without_covered({"a/b", "a/#", "c", "c", "a/b/d"}), ElementsAre("a/#", "c"));
}

}  // namespace
}  // namespace attune::devices
