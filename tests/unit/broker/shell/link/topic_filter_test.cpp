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

TEST(TopicFilter, OnlyWhatIsNotThereYetIsMissing) {
  using Filters = std::vector<std::string>;
  EXPECT_EQ(missing_from({"b", "a/#"}, {"c", "a/#", "a/b", "b", "B"}), (Filters{"c", "a/b", "B"}));
  EXPECT_EQ(missing_from({}, {"b", "a"}), (Filters{"b", "a"}));
  EXPECT_TRUE(missing_from({"a"}, {}).empty());
}

}  // namespace
}  // namespace attune::link
