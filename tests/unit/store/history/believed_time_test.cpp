#include "store/history/believed_time.h"

#include <gtest/gtest.h>

namespace attune::store::history {
namespace {

using namespace std::chrono_literals;

constexpr Millis kWall{1'768'500'000'000};

TEST(BelievedTime, GoesWithTheWallClock) {
  BelievedTime time;
  EXPECT_EQ(time.at({kWall, 0ms}), kWall);
  EXPECT_EQ(time.at({kWall + 10min, 10min}), kWall + 10min);
  EXPECT_EQ(time.at({kWall + 20min - 5s, 20min}), kWall + 20min - 5s);
}

TEST(BelievedTime, AJumpCountsOnlyWhenItLasts) {
  BelievedTime time;
  (void)time.at({kWall, 0ms});
  const Millis later = kWall + 24h * 400;
  EXPECT_EQ(time.at({later, 1min}), kWall + 1min);
  EXPECT_EQ(time.at({later + 23h, 1min + 23h}), kWall + 1min + 23h);
  EXPECT_EQ(time.at({later + 24h, 1min + 24h}), later + 24h);
}

TEST(BelievedTime, AJumpThatIsTakenBackNeverWas) {
  BelievedTime time;
  (void)time.at({kWall, 0ms});
  (void)time.at({Millis(0), 1min});
  EXPECT_EQ(time.at({kWall + 2min, 2min}), kWall + 2min);
  (void)time.at({Millis(0), 3min});
  EXPECT_EQ(time.at({Millis(23h), 3min + 23h}), kWall + 3min + 23h) << "the patience begins anew";
}

}  // namespace
}  // namespace attune::store::history
