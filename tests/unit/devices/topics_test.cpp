#include "devices/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

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
  EXPECT_TRUE(covers("a/#", "a/+/c"));
  EXPECT_TRUE(covers("+/+", "a/+"));
  EXPECT_FALSE(covers("a/+", "+/b"));
}

TEST(Topics, CoveredFiltersAreDropped) {
  EXPECT_THAT(without_covered({"a/b", "a/#", "c", "c", "a/b/d"}), ElementsAre("a/#", "c"));
}

TEST(Topics, WildcardsInFrontLeaveTheBrokersOwnTopicsAlone) {
  EXPECT_FALSE(covers("#", "$SYS/#"));
  EXPECT_FALSE(covers("+/x", "$SYS/x"));
  EXPECT_TRUE(covers("$SYS/#", "$SYS/x"));
  EXPECT_THAT(without_covered({"#", "$SYS/x", "a"}), ElementsAre("#", "$SYS/x"));
}

TEST(Topics, WhatIsCoveredMayStandBeforeOrBehind) {
  EXPECT_THAT(without_covered({"z/a", "z/#", "z/#", "y/+", "+/b"}),
              ElementsAre("z/#", "y/+", "+/b"));
  EXPECT_THAT(without_covered({"a/+/c", "a/b/c", "a/#", "+/#"}), ElementsAre("+/#"));
  EXPECT_TRUE(without_covered({}).empty());
}

/// By definition: kept is what no other filter covers, and of equal ones the first.
std::vector<std::string> each_against_each(const std::vector<std::string>& filters) {
  std::vector<std::string> kept;
  for (std::size_t i = 0; i < filters.size(); ++i) {
    bool covered = false;
    for (std::size_t j = 0; j < filters.size(); ++j) {
      const bool equal = filters[i] == filters[j];
      covered = covered || (equal ? j < i : covers(filters[j], filters[i]));
    }
    if (!covered) kept.push_back(filters[i]);
  }
  return kept;
}

TEST(Topics, CoveringIsDecidedAsIfEachMetEach) {
  const std::vector<std::string> levels = {"a", "b", "+", "#", "$s", ""};
  std::vector<std::string> all;
  for (const std::string& first : levels) {
    all.push_back(first);
    for (const std::string& second : levels) {
      if (first != "#") all.push_back(first + "/" + second);
    }
  }
  for (std::size_t from = 0; from < all.size(); ++from) {
    for (const std::size_t stride : {1u, 3u, 7u, 11u}) {
      std::vector<std::string> some;
      for (std::size_t i = 0; i < 9; ++i) some.push_back(all[(from + i * stride) % all.size()]);
      some.push_back(some.front());
      EXPECT_EQ(without_covered(some), each_against_each(some)) << from << " by " << stride;
    }
  }
}

TEST(Topics, SplitIntoLevelsNoneOfThemEmpty) {
  std::array<std::string_view, 3> levels;
  EXPECT_EQ(split_levels("a/b/c", levels), 3u);
  EXPECT_EQ(levels[2], "c");
  EXPECT_EQ(split_levels("a", levels), 1u);
  EXPECT_EQ(levels[0], "a");
  for (const char* topic : {"a/b/c/d", "a//c", "/a", "a/", ""}) {
    EXPECT_EQ(split_levels(topic, levels), 0u) << topic;
  }
}

}  // namespace
}  // namespace attune::devices
