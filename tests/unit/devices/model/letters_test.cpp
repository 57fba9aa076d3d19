#include "devices/model/letters.h"

#include <gtest/gtest.h>

namespace attune {
namespace {

TEST(Letters, OfAsciiOnlyLoseTheirCase) {
  EXPECT_EQ(lower_case("AZ az 0_[@`{"), "az az 0_[@`{");
  EXPECT_EQ(lower_case("BÜRO"), "bÜro");
  EXPECT_EQ(lower_case(""), "");
}

}  // namespace
}  // namespace attune
