#include "broker/core/sun.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace attune::core {

namespace {

constexpr double kDegrees = std::numbers::pi / 180;
constexpr double kDayMillis = 86'400'000;
constexpr Millis kStep = std::chrono::minutes(4);
constexpr Millis kAhead = std::chrono::hours(48);
constexpr Millis kExact = std::chrono::seconds(1);

double sine(double degrees) {
  return std::sin(degrees * kDegrees);
}
double cosine(double degrees) {
  return std::cos(degrees * kDegrees);
}
double tangent(double degrees) {
  return std::tan(degrees * kDegrees);
}
/// 0 to 360.
double turned(double degrees) {
  const double rest = std::fmod(degrees, 360);
  return rest < 0 ? rest + 360 : rest;
}

/// What depends on the date: declination (degrees) and equation of time (minutes).
struct Season {
  double declination = 0;
  double equation_of_time = 0;
};

Season season(double century) {
  const double t = century;
  const double longitude = turned(280.46646 + t * (36000.76983 + t * 0.0003032));
  const double anomaly = turned(357.52911 + t * (35999.05029 - t * 0.0001537));
  const double eccentricity = 0.016708634 - t * (0.000042037 + t * 0.0000001267);
  const double centre = sine(anomaly) * (1.914602 - t * (0.004817 + t * 0.000014)) +
                        sine(2 * anomaly) * (0.019993 - t * 0.000101) +
                        sine(3 * anomaly) * 0.000289;
  const double node = 125.04 - 1934.136 * t;
  const double apparent = longitude + centre - 0.00569 - 0.00478 * sine(node);
  const double seconds = 21.448 - t * (46.815 + t * (0.00059 - t * 0.001813));
  const double obliquity = 23 + (26 + seconds / 60) / 60 + 0.00256 * cosine(node);
  Season out;
  out.declination = std::asin(sine(obliquity) * sine(apparent)) / kDegrees;
  const double y = tangent(obliquity / 2) * tangent(obliquity / 2);
  const double e = eccentricity;
  out.equation_of_time = 4 / kDegrees *
                         (y * sine(2 * longitude) - 2 * e * sine(anomaly) +
                          4 * e * y * sine(anomaly) * cosine(2 * longitude) -
                          0.5 * y * y * sine(4 * longitude) - 1.25 * e * e * sine(2 * anomaly));
  return out;
}

/// Degrees by which the air lifts a sun at this height.
double refraction(double elevation) {
  if (elevation > 85) return 0;
  const double t = tangent(elevation);
  double seconds = 0;
  if (elevation > 5) {
    seconds = 58.1 / t - 0.07 / (t * t * t) + 0.000086 / (t * t * t * t * t);
  } else if (elevation > -0.575) {
    seconds = 1735 +
              elevation * (-518.2 + elevation * (103.4 + elevation * (-12.79 + elevation * 0.711)));
  } else {
    seconds = -20.772 / t;
  }
  return seconds / 3600;
}

}  // namespace

SunPosition sun_at(const Place& place, Millis wall) {
  const double days = static_cast<double>(wall.count()) / kDayMillis;
  const Season now = season((days - 10957.5) / 36525);  // since noon of 2000-01-01
  const double minutes = (days - std::floor(days)) * 1440;
  const double solar = minutes + now.equation_of_time + 4 * place.longitude;
  const double hour_angle = turned(solar / 4) - 180;
  const double up = sine(place.latitude) * sine(now.declination) +
                    cosine(place.latitude) * cosine(now.declination) * cosine(hour_angle);
  const double elevation = std::asin(std::clamp(up, -1.0, 1.0)) / kDegrees;
  const double east = -cosine(now.declination) * sine(hour_angle);
  const double north = cosine(place.latitude) * sine(now.declination) -
                       sine(place.latitude) * cosine(now.declination) * cosine(hour_angle);
  return {elevation + refraction(elevation), turned(std::atan2(east, north) / kDegrees), elevation};
}

std::optional<Millis> next_flip(const Place& place, Millis wall, const SunTest& test) {
  const bool now = test(sun_at(place, wall));
  Millis before = wall;
  for (Millis at = wall + kStep; at <= wall + kAhead; at += kStep) {
    if (test(sun_at(place, at)) == now) {
      before = at;
      continue;
    }
    Millis after = at;
    while (after - before > kExact) {
      const Millis middle = before + (after - before) / 2;
      (test(sun_at(place, middle)) == now ? before : after) = middle;
    }
    return after;
  }
  return std::nullopt;
}

}  // namespace attune::core
