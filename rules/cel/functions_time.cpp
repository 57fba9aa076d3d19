#include <array>

#include "rules/cel/functions.h"
#include "rules/cel/time.h"

/// Parts of timestamps and durations.
namespace attune::cel {

namespace {

enum class Part : std::uint8_t {
  year,
  month,
  date,
  day_of_month,
  day_of_week,
  day_of_year,
  hours,
  minutes,
  seconds
};

int part_of(const Calendar& c, Part part) {
  switch (part) {
    case Part::year:
      return c.year;
    case Part::month:
      return c.month - 1;
    case Part::date:
      return c.day;
    case Part::day_of_month:
      return c.day - 1;
    case Part::day_of_week:
      return c.weekday;
    case Part::day_of_year:
      return c.yearday;
    case Part::hours:
      return c.hour;
    case Part::minutes:
      return c.minute;
    case Part::seconds:
      return c.second;
  }
  return 0;
}

template <Part part>
Datum in_utc(Arena&, const Datum* a) {
  return make(std::int64_t{part_of(*calendar(a[0], "+00:00"), part)});
}

template <Part part>
Datum in_zone(Arena&, const Datum* a) {
  const auto fields = calendar(a[0], a[1].view());
  if (!fields) return make_error("there is no such time zone");
  return make(std::int64_t{part_of(*fields, part)});
}

constexpr std::int64_t kMilli = 1'000'000;
constexpr std::int64_t kSecond = 1000 * kMilli;

Datum millis(Arena&, const Datum* a) {
  return make(a[0].size / kMilli);
}
Datum millis_in_zone(Arena&, const Datum* a) {
  if (!calendar(a[0], a[1].view())) return make_error("there is no such time zone");
  return make(a[0].size / kMilli);
}

template <std::int64_t unit>
Datum duration_in(Arena&, const Datum* a) {
  return make(a[0].integer / unit);
}
Datum duration_millis(Arena&, const Datum* a) {
  return make(a[0].integer % kSecond / kMilli);
}

constexpr std::string_view kUtc = "timestamp.() int";
constexpr std::string_view kZone = "timestamp.(string) int";
constexpr std::string_view kDuration = "duration.() int";

constexpr std::array kTable = {
    Signature{"getFullYear", kUtc, in_utc<Part::year>},
    Signature{"getFullYear", kZone, in_zone<Part::year>},
    Signature{"getMonth", kUtc, in_utc<Part::month>},
    Signature{"getMonth", kZone, in_zone<Part::month>},
    Signature{"getDate", kUtc, in_utc<Part::date>},
    Signature{"getDate", kZone, in_zone<Part::date>},
    Signature{"getDayOfMonth", kUtc, in_utc<Part::day_of_month>},
    Signature{"getDayOfMonth", kZone, in_zone<Part::day_of_month>},
    Signature{"getDayOfWeek", kUtc, in_utc<Part::day_of_week>},
    Signature{"getDayOfWeek", kZone, in_zone<Part::day_of_week>},
    Signature{"getDayOfYear", kUtc, in_utc<Part::day_of_year>},
    Signature{"getDayOfYear", kZone, in_zone<Part::day_of_year>},
    Signature{"getHours", kUtc, in_utc<Part::hours>},
    Signature{"getHours", kZone, in_zone<Part::hours>},
    Signature{"getHours", kDuration, duration_in<3600 * kSecond>},
    Signature{"getMinutes", kUtc, in_utc<Part::minutes>},
    Signature{"getMinutes", kZone, in_zone<Part::minutes>},
    Signature{"getMinutes", kDuration, duration_in<60 * kSecond>},
    Signature{"getSeconds", kUtc, in_utc<Part::seconds>},
    Signature{"getSeconds", kZone, in_zone<Part::seconds>},
    Signature{"getSeconds", kDuration, duration_in<kSecond>},
    Signature{"getMilliseconds", kUtc, millis},
    Signature{"getMilliseconds", kZone, millis_in_zone},
    Signature{"getMilliseconds", kDuration, duration_millis},
};

}  // namespace

std::span<const Signature> time_functions() {
  return kTable;
}

}  // namespace attune::cel
