#include "broker/shell/link/topic_filter.h"

#include <gtest/gtest.h>

namespace attune::link {
namespace {

TEST(TopicFilter, MatchesAsMqttSays) {
  EXPECT_TRUE(matches("a/b", "a/b"));
  EXPECT_FALSE(matches("a/b", "a/b/c"));
  EXPECT_FALSE(matches("a/b/c", "a/b"));
  EXPECT_TRUE(matches("a/+", "a/b"));
  EXPECT_TRUE(matches("a/+", "a/"));
  EXPECT_FALSE(matches("a/+", "a"));
  EXPECT_FALSE(matches("a/+", "a/b/c"));
  EXPECT_TRUE(matches("a/#", "a/b/c"));
  EXPECT_TRUE(matches("a/#", "a")) << "the parent level too";
  EXPECT_TRUE(matches("#", "a/b"));
  EXPECT_TRUE(matches("+/+", "/a"));
  EXPECT_FALSE(matches("+", "a/b"));
  EXPECT_FALSE(matches("", "a"));
}

TEST(TopicFilter, WildcardsInFrontLeaveTheBrokersOwnTopicsAlone) {
  EXPECT_FALSE(matches("#", "$SYS/x"));
  EXPECT_FALSE(matches("+/x", "$SYS/x"));
  EXPECT_TRUE(matches("$SYS/#", "$SYS/x"));
}

TEST(TopicFilter, CoversWhatItIncludes) {
  EXPECT_TRUE(covers("a/#", "a/+/c"));
  EXPECT_TRUE(covers("a/#", "a"));
  EXPECT_TRUE(covers("+/+", "a/+"));
  EXPECT_FALSE(covers("a/+", "a/#"));
  EXPECT_FALSE(covers("a/+", "+/b"));
  EXPECT_FALSE(covers("#", "$SYS/#"));
}

TEST(TopicFilter, OneSubscriptionIsEnoughForATopic) {
  EXPECT_EQ(without_covered({"z/a", "z/#", "z/#", "y/+", "+/b"}),
            (std::vector<std::string>{"z/#", "y/+", "+/b"}));
  EXPECT_TRUE(without_covered({}).empty());
}

}  // namespace
}  // namespace attune::link
