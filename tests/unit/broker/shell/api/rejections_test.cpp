#include "broker/shell/api/rejections.h"

#include <gtest/gtest.h>

#include <string>

namespace attune::api {
namespace {

TEST(RecentRejections, CountsWhatRepeatsAndBringsItToTheFront) {
  RecentRejections recent;
  recent.add({"a", "", "json", "1"}, Millis(1));
  recent.add({"b", "", "json", "2"}, Millis(2));
  recent.add({"a", "", "json", "3"}, Millis(3));
  ASSERT_EQ(recent.entries().size(), 2u);
  const auto& newest = recent.entries().front();
  EXPECT_EQ(newest.rejection.topic, "a");
  EXPECT_EQ(newest.rejection.detail, "3");
  EXPECT_EQ(newest.count, 2u);
  EXPECT_EQ(newest.first, Millis(1));
  EXPECT_EQ(newest.last, Millis(3));
}

TEST(RecentRejections, ForgetsTheOldestAndKeepsCounting) {
  RecentRejections recent;
  for (int i = 0; i < 1000; ++i) {
    recent.add({"topic" + std::to_string(i), "", "json", ""}, Millis(i));
  }
  EXPECT_EQ(recent.entries().size(), RecentRejections::kEntriesMax);
  EXPECT_EQ(recent.entries().front().rejection.topic, "topic999");
  EXPECT_EQ(recent.total(), 1000u);
  recent.add({"topic0", "", "json", ""}, Millis(1000));
  EXPECT_EQ(recent.entries().front().count, 1u);
}

}  // namespace
}  // namespace attune::api
