#include <gtest/gtest.h>

#include "broker/core/core.h"
#include "broker/shell/config/surroundings.h"
#include "rules/load.h"

/// A moment that comes while nobody looks.
namespace attune::core {
namespace {

class House {
 public:
  explicit House(const std::string& trigger) : core_(catalog_, {}) {
    const auto loaded = rules::load(
        {{"a.yaml", "version: 1\nsettings: {n: {type: bool}}\nrules: {a: {trigger: " + trigger +
                        ", want: {settings.n: true}}}\n"}},
        config::surroundings(catalog_));
    EXPECT_TRUE(loaded.set) << render(loaded.issues);
    step("06:00:00", RulesLoaded{loaded.set});
  }

  Outcome step(const char* clock, decltype(Event::what) what = Tick{}) {
    const Millis wall = *parse_utc("2026-01-15T" + std::string(clock));
    Outcome out;
    core_.step({{wall, wall - *parse_utc("2026-01-01T00:00:00")}, std::move(what)}, out);
    return out;
  }

 private:
  devices::Catalog catalog_;
  Core core_;
};

int fired(const Outcome& out) {
  int count = 0;
  for (const Change& change : out.changes) count += change.status == "fired";
  return count;
}

TEST(MissedMoments, AreMadeUpForAsLongAsTheySay) {
  House house("{at: '07:00', late: 30m}");
  EXPECT_EQ(fired(house.step("06:59:59")), 0);
  const Outcome out = house.step("07:30:00");
  EXPECT_EQ(fired(out), 1);
  EXPECT_TRUE(out.rejections.empty());
}

TEST(MissedMoments, AreReportedAfterThat) {
  House house("{at: '07:00', late: 30m}");
  const Outcome out = house.step("07:30:01");
  EXPECT_EQ(fired(out), 0);
  ASSERT_EQ(out.rejections.size(), 1u);
  EXPECT_EQ(out.rejections[0].reason, "missed");
}

TEST(MissedMoments, OfAnIntervalOneIsEnough) {
  House house("{every: 15m}");
  EXPECT_EQ(fired(house.step("09:07:00")), 1);
  EXPECT_EQ(fired(house.step("09:14:59")), 0);
  EXPECT_EQ(fired(house.step("09:15:00")), 1) << "on its own beat";
}

}  // namespace
}  // namespace attune::core
