#include "broker/core/moments.h"

#include <gtest/gtest.h>

namespace attune::core {
namespace {

class Nothing final : public rules::StateView {
 public:
  [[nodiscard]] const Value& value(AttributeId) const override { return none_; }

 private:
  Value none_;
};

class One final : public rules::StateView {
 public:
  explicit One(Value value) : value_(std::move(value)) {}
  [[nodiscard]] const Value& value(AttributeId) const override { return value_; }

 private:
  Value value_;
};

rules::Trigger at(int minutes, std::uint8_t days = 0x7f) {
  rules::Trigger trigger;
  trigger.of = rules::ByClock{minutes, days};
  return trigger;
}

std::string next(const rules::Trigger& trigger, const char* from, const Site& site = {},
                 const rules::StateView& view = Nothing()) {
  const auto moment = next_moment(trigger, site, *parse_utc(from), view);
  return moment ? format_utc(*moment).substr(0, 16) : "never";
}

Site berlin() {
  Site site;
  if (const auto zone = cel::Zone::find("Europe/Berlin")) site.zone = *zone;
  site.place = Place{52.52, 13.40};
  return site;
}

TEST(Moments, ATimeComesEveryDayOrOnItsDays) {
  EXPECT_EQ(next(at(7 * 60), "2026-01-15T06:59:59"), "2026-01-15T07:00");
  EXPECT_EQ(next(at(7 * 60), "2026-01-15T07:00:00"), "2026-01-16T07:00");
  EXPECT_EQ(next(at(7 * 60, 1 << 4), "2026-01-15T07:00:00"), "2026-01-22T07:00") << "a Thursday";
}

TEST(Moments, ASkippedTimeComesRightAfterAndARepeatedOneOnce) {
  if (!cel::Zone::find("Europe/Berlin")) GTEST_SKIP() << "no zone files";
  EXPECT_EQ(next(at(150), "2026-03-28T20:00:00", berlin()), "2026-03-29T01:00");
  EXPECT_EQ(next(at(150), "2026-03-29T01:00:00", berlin()), "2026-03-30T00:30");
  EXPECT_EQ(next(at(150), "2026-10-24T20:00:00", berlin()), "2026-10-25T00:30");
  EXPECT_EQ(next(at(150), "2026-10-25T00:30:00", berlin()), "2026-10-26T01:30");
}

TEST(Moments, ASettingSaysWhen) {
  rules::Trigger trigger;
  trigger.of = rules::ByClock{AttributeId{3}, 0x7f};
  EXPECT_EQ(next(trigger, "2026-01-15T06:00:00", {}, One(Value("06:30"))), "2026-01-15T06:30");
  EXPECT_EQ(next(trigger, "2026-01-15T06:00:00", {}, One(Value("soon"))), "never");
  EXPECT_EQ(next(trigger, "2026-01-15T06:00:00"), "never");
}

TEST(Moments, TheSunRisesAndSetsWithAnOffset) {
  rules::Trigger rise, set;
  rise.of = rules::BySun{true, Millis(0)};
  set.of = rules::BySun{false, std::chrono::minutes(-30)};
  const auto sunrise = next_moment(rise, berlin(), *parse_utc("2026-06-21T00:00:00"), Nothing());
  const auto sunset = next_moment(set, berlin(), *parse_utc("2026-06-21T00:00:00"), Nothing());
  ASSERT_TRUE(sunrise && sunset);
  EXPECT_EQ(format_utc(*sunrise).substr(0, 12), "2026-06-21T0") << "02:43 UTC";
  EXPECT_GT(*sunset - *sunrise, std::chrono::hours(15));
  EXPECT_EQ(next(rise, "2026-06-21T00:00:00"), "never") << "nobody knows where the house stands";
  Site arctic;
  arctic.place = Place{70, 25};
  EXPECT_EQ(next(set, "2026-06-21T00:00:00", arctic), "never") << "in June, at 70 degrees north";
}

TEST(Moments, AnIntervalComesAgain) {
  rules::Trigger trigger;
  trigger.of = rules::ByInterval{std::chrono::minutes(15)};
  EXPECT_EQ(next(trigger, "2026-01-15T06:00:00"), "2026-01-15T06:15");
}

}  // namespace
}  // namespace attune::core
