#include "devices/habit.h"

#include <gtest/gtest.h>

#include <random>

namespace attune::devices {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

TEST(Habit, NeedsEightGapsAndTenMinutes) {
  Habit often;
  for (int i = 0; i < 19; ++i) often.learn(seconds(30), Millis(0));
  EXPECT_FALSE(often.period());
  often.learn(seconds(30), Millis(0));
  EXPECT_EQ(often.period(), seconds(30));

  Habit seldom;
  for (int i = 0; i < 7; ++i) seldom.learn(hours(1), Millis(0));
  EXPECT_FALSE(seldom.period());
  seldom.learn(hours(1), Millis(0));
  EXPECT_EQ(seldom.period(), hours(1));
}

TEST(Habit, PatienceIsThreePeriodsAndSome) {
  Habit habit;
  for (int i = 0; i < 50; ++i) habit.learn(minutes(5), Millis(0));
  EXPECT_GE(*habit.patience(), minutes(15));
  EXPECT_LE(*habit.patience(), minutes(17));
}

TEST(Habit, PatienceIsNeverUnderTwoMinutes) {
  Habit habit;
  for (int i = 0; i < 200; ++i) habit.learn(seconds(6), Millis(0));
  EXPECT_EQ(habit.patience(), Habit::kPatienceMin);
}

TEST(Habit, ABurstWeighsNothing) {
  Habit habit;
  for (int i = 0; i < 20; ++i) habit.learn(minutes(10), Millis(0));
  for (int i = 0; i < 500; ++i) habit.learn(seconds(4), Millis(0));
  for (int i = 0; i < 60; ++i) habit.learn(seconds(6), Millis(0));
  ASSERT_TRUE(habit.period());
  EXPECT_EQ(*habit.period(), minutes(10));
}

TEST(Habit, WhatComesAtRandomHasNoPeriod) {
  std::mt19937_64 random(7);
  for (const int mean_s : {20, 90, 600, 3'600}) {
    for (int device = 0; device < 50; ++device) {
      std::exponential_distribution<double> gap(1.0 / mean_s);
      Habit habit;
      Millis now{};
      for (int i = 0; i < 2'000; ++i) {
        const Millis next(static_cast<std::int64_t>(gap(random) * 1e3));
        now += next;
        habit.learn(next, now);
        ASSERT_FALSE(habit.period()) << "after " << i << " gaps of about " << mean_s << " s";
      }
    }
  }
}

TEST(Habit, OnePercentLossAndJitterHideNoPeriod) {
  std::mt19937_64 random(8);
  std::uniform_real_distribution<double> jitter(0.85, 1.15);
  Habit habit;
  Millis gap{};
  for (int i = 0; i < 5'000; ++i) {
    gap += Millis(static_cast<std::int64_t>(60'000 * jitter(random)));
    if (random() % 100 == 0) continue;
    habit.learn(std::exchange(gap, Millis(0)), Millis(0));
  }
  ASSERT_TRUE(habit.period());
  EXPECT_NEAR(static_cast<double>(habit.period()->count()), 60'000, 6'000);
}

TEST(Habit, AnotherPeriodIsLearnedAnew) {
  Habit habit;
  for (int i = 0; i < 2'000; ++i) habit.learn(minutes(1), Millis(0));
  for (int i = 0; i < 10; ++i) habit.learn(minutes(5), Millis(0));
  EXPECT_EQ(habit.period(), minutes(1));
  for (int i = 0; i < 2'000; ++i) habit.learn(minutes(5), Millis(0));
  EXPECT_EQ(habit.period(), minutes(5));
}

TEST(Habit, ASilenceThatMeantNothingIsRememberedForAWeek) {
  Habit habit;
  Millis now = hours(1);
  for (int i = 0; i < 100; ++i) habit.learn(minutes(5), now);
  const Millis before = *habit.patience();
  habit.learn_after_silence(minutes(40), now);
  EXPECT_EQ(habit.patience(), minutes(60));
  habit.learn(minutes(5), now + Habit::kDoubtLife + seconds(1));
  EXPECT_EQ(habit.patience(), before);
}

TEST(Habit, AnOutageIsNoWordAboutTheHabit) {
  Habit habit;
  for (int i = 0; i < 100; ++i) habit.learn(minutes(5), Millis(0));
  const Habit::Memory before = habit.memory();
  habit.learn_after_silence(hours(9), hours(20));
  EXPECT_EQ(habit.memory(), before);
}

TEST(Habit, IsProvenAfterADay) {
  Habit habit;
  for (int i = 0; i < 23; ++i) habit.learn(hours(1), Millis(0));
  EXPECT_FALSE(habit.is_proven());
  habit.learn(hours(1), Millis(0));
  EXPECT_TRUE(habit.is_proven());
}

TEST(Habit, GoesOnFromItsMemory) {
  Habit habit;
  for (int i = 0; i < 10; ++i) habit.learn(minutes(7), Millis(0));
  const Habit again(habit.memory());
  EXPECT_EQ(again.memory(), habit.memory());
  EXPECT_EQ(again.period(), habit.period());
}

}  // namespace
}  // namespace attune::devices
