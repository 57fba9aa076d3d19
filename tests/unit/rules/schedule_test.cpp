#include "rules/schedule.h"

#include <gtest/gtest.h>

namespace attune::rules {
namespace {

Schedule working_week() {
  const auto plan = Schedule::make({{"mon-fri", "05:30", Value(22.0)},
                                    {"mon-fri", "20:00", Value(17.0)},
                                    {"sat-sun", "07:30", Value(21.0)}});
  EXPECT_TRUE(plan.ok());
  return *plan;
}

Millis utc(const char* text) {
  return *parse_utc(text);
}

TEST(Schedule, IsWhatItsLastLineSays) {
  const Schedule plan = working_week();
  const cel::Zone zone;
  EXPECT_EQ(plan.at(zone, utc("2026-01-15T05:29:59.999")), Value(17.0)) << "of Wednesday evening";
  EXPECT_EQ(plan.at(zone, utc("2026-01-15T05:30:00")), Value(22.0));
  EXPECT_EQ(plan.at(zone, utc("2026-01-17T07:00:00")), Value(17.0)) << "Friday's, on Saturday";
  EXPECT_EQ(plan.at(zone, utc("2026-01-19T05:00:00")), Value(21.0)) << "Sunday's, on Monday";
}

TEST(Schedule, KnowsItsNextFlip) {
  const Schedule plan = working_week();
  const cel::Zone zone;
  EXPECT_EQ(plan.next(zone, utc("2026-01-15T05:30:00")), utc("2026-01-15T20:00:00"));
  EXPECT_EQ(plan.next(zone, utc("2026-01-16T20:00:00")), utc("2026-01-17T07:30:00"));
  const auto weekly = Schedule::make({{"thu", "18:00", Value(1.0)}});
  EXPECT_EQ(weekly->next(zone, utc("2026-01-15T18:00:00")), utc("2026-01-22T18:00:00"));
}

TEST(Schedule, FlipsByTheClockOnTheWall) {
  const auto zone = cel::Zone::find("Europe/Berlin");
  if (!zone) GTEST_SKIP() << "no zone files";
  const auto plan =
      Schedule::make({{"mon-sun", "02:30", Value(1.0)}, {"mon-sun", "12:00", Value(2.0)}});
  EXPECT_EQ(plan->next(*zone, utc("2026-03-28T20:00:00")), utc("2026-03-29T01:00:00"))
      << "02:30 is skipped: the first instant after it";
  EXPECT_EQ(plan->next(*zone, utc("2026-10-24T20:00:00")), utc("2026-10-25T00:30:00"));
  EXPECT_EQ(plan->next(*zone, utc("2026-10-25T00:30:00")), utc("2026-10-25T11:00:00"))
      << "02:30 comes twice, and flips once";
}

TEST(Schedule, IsItsTextWhateverWroteIt) {
  const auto spread =
      Schedule::make({{"fri-sat", "06:00", Value("a")}, {"mon", "07:15", Value("b")}});
  ASSERT_TRUE(spread.ok());
  EXPECT_EQ(spread->text(), R"({"mon":{"07:15":"b"},"fri":{"06:00":"a"},"sat":{"06:00":"a"}})");
}

TEST(Schedule, RefusesWhatIsNoWeek) {
  EXPECT_FALSE(Schedule::make({}).ok());
  EXPECT_FALSE(Schedule::make({{"mon-", "06:00", Value(1.0)}}).ok());
  EXPECT_FALSE(Schedule::make({{"", "06:00", Value(1.0)}}).ok());
  EXPECT_FALSE(Schedule::make({{"mon", "24:00", Value(1.0)}}).ok());
  EXPECT_FALSE(
      Schedule::make({{"mon", "06:00", Value(1.0)}, {"sun-mon", "06:00", Value(2.0)}}).ok());
}

}  // namespace
}  // namespace attune::rules
