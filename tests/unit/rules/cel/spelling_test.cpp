#include "rules/cel/spelling.h"

#include <gtest/gtest.h>

namespace attune::cel {
namespace {

TEST(Spelling, FindsTheNearestWord) {
  EXPECT_EQ(nearest("tempreature", {"humidity", "temperature"}), "temperature");
  EXPECT_EQ(nearest("hall_lmp", {"hall_lamp", "hall_motion"}), "hall_lamp");
  EXPECT_EQ(nearest("no", {"on"}), "on");
}

TEST(Spelling, SaysNothingWhenNothingIsNear) {
  EXPECT_EQ(nearest("kitchen", {"hall", "bath"}), "");
  EXPECT_EQ(nearest("x", {"on"}), "");
  EXPECT_EQ(did_you_mean("kitchen", {}), "");
  EXPECT_EQ(nearest(std::string(100, 'a'), {std::string_view("aaaa")}), "");
}

}  // namespace
}  // namespace attune::cel
