#include "devices/model/hybrid_clock.h"

#include <gtest/gtest.h>

#include <limits>

namespace attune {
namespace {

using namespace std::chrono_literals;

const Millis kNoon = *parse_utc("2026-01-15T12:00:00");

TEST(HybridClock, CountsWithinOneMillisecond) {
  HybridClock clock;
  EXPECT_EQ(clock.tick(kNoon), (HybridTime{kNoon, 0}));
  EXPECT_EQ(clock.tick(kNoon), (HybridTime{kNoon, 1}));
  EXPECT_EQ(clock.tick(kNoon + 1ms), (HybridTime{kNoon + 1ms, 0}));
}

TEST(HybridClock, NeverRunsBackWithTheWallClock) {
  HybridClock clock;
  const HybridTime before = clock.tick(kNoon);
  const HybridTime after = clock.tick(kNoon - 1h);
  EXPECT_GT(after, before);
  EXPECT_EQ(after.wall, kNoon);
}

TEST(HybridClock, GoesOnAfterARestart) {
  HybridClock clock;
  clock.restore({kNoon, 7});
  EXPECT_EQ(clock.tick(kNoon - 1h), (HybridTime{kNoon, 8}));
}

TEST(HybridClock, IsLaterThanWhatItReceived) {
  HybridClock clock;
  ASSERT_TRUE(clock.receive({kNoon + 5s, 3}, kNoon).ok());
  EXPECT_EQ(clock.tick(kNoon), (HybridTime{kNoon + 5s, 4}));
}

TEST(HybridClock, RefusesAClockMoreThanFiveSecondsAheadAndNotesNothing) {
  HybridClock clock;
  const Status refused = clock.receive({kNoon + 5s + 1ms, 0}, kNoon);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "clock_ahead");
  EXPECT_EQ(clock.tick(kNoon), (HybridTime{kNoon, 0}));
}

TEST(HybridClock, IsNotPushedAheadStepByStep) {
  HybridClock clock;
  ASSERT_TRUE(clock.receive({kNoon + 5s, 0}, kNoon).ok());
  EXPECT_FALSE(clock.receive({kNoon + 10s, 0}, kNoon).ok());
}

TEST(HybridClock, JudgesByTheLastMomentWhileTheWallClockIsNotSet) {
  HybridClock clock;
  clock.restore({kNoon, 0});
  EXPECT_TRUE(clock.receive({kNoon + 4s, 0}, 60s).ok());
  EXPECT_TRUE(clock.receive({kNoon + 5s, 0}, 60s).ok());
  EXPECT_FALSE(clock.receive({kNoon + 6s, 0}, 60s).ok());  // the first ones did not move it
}

TEST(HybridClock, ACountThatIsFullGoesIntoTheNextMillisecond) {
  HybridClock clock;
  clock.restore({kNoon, std::numeric_limits<std::uint64_t>::max()});
  EXPECT_EQ(clock.tick(kNoon), (HybridTime{kNoon + 1ms, 0}));
}

TEST(HybridTime, ReadsBackWhatItWrites) {
  for (const HybridTime& time : {HybridTime{kNoon, 0}, HybridTime{kNoon + 7ms, 12}}) {
    EXPECT_EQ(parse_hybrid(text(time)), time) << text(time);
  }
  EXPECT_EQ(text(HybridTime{kNoon, 3}), "2026-01-15T12:00:00.000Z#3");
}

TEST(HybridTime, RefusesWhatIsNone) {
  for (const char* wrong :
       {"", "#1", "2026-01-15T12:00:00Z#", "2026-01-15T12:00:00Z#-1", "2026-01-15T12:00:00Z#1x",
        "noon", "2026-01-15T12:00:00Z#99999999999999999999"}) {
    EXPECT_FALSE(parse_hybrid(wrong)) << wrong;
  }
}

}  // namespace
}  // namespace attune
