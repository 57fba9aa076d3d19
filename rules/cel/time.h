#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "rules/cel/value.h"

/// CEL's timestamps and durations.
namespace attune::cel {

/// RFC 3339, years 0001 to 9999; an error otherwise.
[[nodiscard]] Datum parse_timestamp(std::string_view text);
[[nodiscard]] std::string format_timestamp(const Datum& timestamp);

/// A sum of decimal numbers with units: `1h30m`, `-1.5s`, `100ms`, `5us`, `7ns`.
[[nodiscard]] Datum parse_duration_text(std::string_view text);
/// In seconds: `90s`, `-1.5s`.
[[nodiscard]] std::string format_seconds(const Datum& duration);
/// As people write it: `1h30m`, `2d5s`; what is under a second counts only below one: `600ms`.
[[nodiscard]] std::string format_spoken(const Datum& duration);

/// An error outside of the years 0001 to 9999.
[[nodiscard]] Datum checked_timestamp(std::int64_t seconds, std::int64_t nanos);

/// A timestamp's fields in a zone.
struct Calendar {
  int year, month, day;  ///< month and day count from 1
  int hour, minute, second;
  int weekday;  ///< 0: Sunday
  int yearday;  ///< from 0
};
/// `zone`: an IANA name or an offset like `+02:00` or `-08:00`. Empty: there is no such zone.
[[nodiscard]] std::optional<Calendar> calendar(const Datum& timestamp, std::string_view zone);

}  // namespace attune::cel
