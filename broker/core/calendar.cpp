#include "broker/core/calendar.h"

#include <algorithm>
#include <array>

namespace attune::core {

namespace {

constexpr Millis kMinute = std::chrono::minutes(1);

cel::LocalTime at_minutes(cel::LocalTime day, int days_later, int minutes) {
  day.day += days_later;
  day.hour = minutes / 60;
  day.minute = minutes % 60;
  day.second = 0;
  return day;
}

}  // namespace

std::string_view weekday_name(const cel::LocalTime& local) {
  static constexpr std::array<std::string_view, 7> names = {"sun", "mon", "tue", "wed",
                                                            "thu", "fri", "sat"};
  return names[static_cast<std::size_t>(local.weekday)];
}

Millis next_time_of_day(const cel::Zone& zone, Millis wall, int minutes) {
  const cel::LocalTime today = zone.at(wall);
  for (int days = 0;; ++days) {
    const Millis moment = zone.moment(at_minutes(today, days, minutes));
    if (moment > wall || days > 3) return moment;
  }
}

/// By the moments at which it begins and ends, so that a clock that is set back does not show an
/// end twice.
bool lies_between(const cel::Zone& zone, Millis wall, int begin, int end) {
  if (begin == end) return true;
  const cel::LocalTime today = zone.at(wall);
  const bool begun = zone.moment(at_minutes(today, 0, begin)) <= wall;
  const bool ended = zone.moment(at_minutes(today, 0, end)) <= wall;
  return begin < end ? begun && !ended : begun || !ended;
}

Millis next_change(const cel::Zone& zone, Millis wall, std::string_view word) {
  const Millis minute = (std::chrono::floor<std::chrono::minutes>(wall) + kMinute);
  if (word == "minute") return minute;
  const cel::LocalTime now = zone.at(wall);
  if (word == "hour") {
    const Millis next = minute + kMinute * (59 - now.minute);
    // a clock may be set by less than an hour, or between two full hours
    for (Millis at = minute; at < next; at += kMinute) {
      if (zone.at(at).hour != now.hour) return at;
    }
    return next;
  }
  return next_time_of_day(zone, wall, 0);
}

}  // namespace attune::core
