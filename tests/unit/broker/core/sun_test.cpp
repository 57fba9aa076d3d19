#include "broker/core/sun.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#ifdef ATTUNE_WITH_ERFA
#include <erfa.h>
#endif

namespace attune::core {
namespace {

Millis utc(std::string_view text) {
  return *parse_utc(text);
}

TEST(Sun, StandsWhereAlmanacsPutIt) {
  const Place berlin{52.52, 13.405};
  // Sunrise and sunset of 2026-06-21 in Berlin: 04:43 and 21:33 local time, UTC+2.
  const auto up = [](const SunPosition& at) { return at.up(); };
  const auto rise = next_flip(berlin, utc("2026-06-21T00:00:00"), up);
  ASSERT_TRUE(rise);
  EXPECT_NEAR(static_cast<double>((*rise - utc("2026-06-21T02:43:00")).count()), 0, 90'000);
  const auto set = next_flip(berlin, *rise, up);
  ASSERT_TRUE(set);
  EXPECT_NEAR(static_cast<double>((*set - utc("2026-06-21T19:33:00")).count()), 0, 90'000);
}

TEST(Sun, CrossesAThresholdOnce) {
  const Place berlin{52.52, 13.405};
  const SunTest below = [](const SunPosition& at) { return at.elevation < 3; };
  const Millis noon = utc("2026-01-15T11:00:00");
  const auto flip = next_flip(berlin, noon, below);
  ASSERT_TRUE(flip);
  EXPECT_FALSE(below(sun_at(berlin, *flip - std::chrono::seconds(2))));
  EXPECT_TRUE(below(sun_at(berlin, *flip)));
  EXPECT_NEAR(sun_at(berlin, *flip).elevation, 3, 0.01);
}

TEST(Sun, NeitherRisesNorSetsAtThePole) {
  const Place cape{70, 25};
  const auto up = [](const SunPosition& at) { return at.up(); };
  EXPECT_FALSE(next_flip(cape, utc("2026-12-15T00:00:00"), up));
  EXPECT_FALSE(sun_at(cape, utc("2026-12-15T11:00:00")).up());
  EXPECT_FALSE(next_flip(cape, utc("2026-06-15T00:00:00"), up));
  EXPECT_TRUE(sun_at(cape, utc("2026-06-15T23:00:00")).up());
}

#ifdef ATTUNE_WITH_ERFA
/// Apparent place of the sun's centre without refraction, by the IAU 2006 models.
SunPosition by_erfa(const Place& place, Millis wall) {
  const double days = static_cast<double>(wall.count()) / 86'400'000;
  const double utc1 = 2440587.5;
  double tai1 = 0;
  double tai2 = 0;
  double tt1 = 0;
  double tt2 = 0;
  (void)eraUtctai(utc1, days, &tai1, &tai2);
  (void)eraTaitt(tai1, tai2, &tt1, &tt2);
  double heliocentric[2][3];
  double barycentric[2][3];
  (void)eraEpv00(tt1, tt2, heliocentric, barycentric);
  double distance = 0;
  double direction[3];
  eraPn(heliocentric[0], &distance, direction);
  double velocity[3];
  double squares = 0;
  for (int i = 0; i < 3; ++i) {
    direction[i] = -direction[i];
    velocity[i] = barycentric[1][i] * 499.004782 / 86400;
    squares += velocity[i] * velocity[i];
  }
  double apparent[3];
  eraAb(direction, velocity, distance, std::sqrt(1 - squares), apparent);
  double to_earth[3][3];
  eraC2t06a(tt1, tt2, utc1, days, 0, 0, to_earth);
  double fixed[3];
  eraRxp(to_earth, apparent, fixed);
  const double degree = std::numbers::pi / 180;
  const double lat = place.latitude * degree;
  const double lon = place.longitude * degree;
  const double east = -std::sin(lon) * fixed[0] + std::cos(lon) * fixed[1];
  const double outward = std::cos(lon) * fixed[0] + std::sin(lon) * fixed[1];
  const double north = -std::sin(lat) * outward + std::cos(lat) * fixed[2];
  const double up = std::cos(lat) * outward + std::sin(lat) * fixed[2];
  SunPosition out;
  out.geometric = std::asin(up) / degree;
  out.azimuth = std::fmod(std::atan2(east, north) / degree + 360, 360);
  return out;
}
#endif

/// Within 0.02 degrees: five seconds of time. Beside the formula this holds UT1 - UTC, up to 0.9 s,
/// and the parallax of 0.0024 degrees, which both leave out.
TEST(Sun, AgreesWithTheStandardsOfAstronomy) {
#ifdef ATTUNE_WITH_ERFA
  double worst = 0;
  for (const Place place :
       {Place{52.52, 13.4}, Place{70, 25}, Place{-33.9, 151.2}, Place{1, -78}}) {
    for (Millis at = utc("2000-01-03T00:17:00"); at < utc("2040-01-01T00:00:00");
         at += std::chrono::hours(24 * 11 + 5)) {
      const SunPosition ours = sun_at(place, at);
      const SunPosition theirs = by_erfa(place, at);
      ASSERT_NEAR(ours.geometric, theirs.geometric, 0.02) << format_utc(at);
      const double turn = std::remainder(ours.azimuth - theirs.azimuth, 360);
      ASSERT_NEAR(turn * std::cos(ours.geometric * std::numbers::pi / 180), 0, 0.02)
          << format_utc(at);
      worst = std::max(worst, std::abs(ours.geometric - theirs.geometric));
    }
  }
  RecordProperty("worst_degrees", std::to_string(worst));
#else
  GTEST_SKIP() << "built without liberfa-dev, the reference that this compares with";
#endif
}

}  // namespace
}  // namespace attune::core
