#include "rules/cel/time.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <limits>

namespace attune::cel {

namespace {

constexpr std::int64_t kFirstSecond = -62135596800;  // 0001-01-01T00:00:00Z
constexpr std::int64_t kLastSecond = 253402300799;   // 9999-12-31T23:59:59Z
constexpr std::int64_t kNanosPerSecond = 1'000'000'000;
constexpr std::int64_t kNanosPerMilli = 1'000'000;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes exactly `digits` digits and what follows them; false when they are not there.
bool take(std::string_view& rest, std::size_t digits, std::string_view after, int& value) {
  if (rest.size() < digits + after.size()) return false;
  value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (!is_digit(rest[i])) return false;
    value = value * 10 + (rest[i] - '0');
  }
  if (rest.substr(digits, after.size()) != after) return false;
  rest.remove_prefix(digits + after.size());
  return true;
}

bool take_fraction(std::string_view& rest, std::int64_t& nanos) {
  if (rest.empty() || rest[0] != '.') return true;
  std::size_t n = 1;
  std::int64_t unit = kNanosPerSecond / 10;
  for (; n < rest.size() && is_digit(rest[n]); ++n, unit /= 10) nanos += (rest[n] - '0') * unit;
  rest.remove_prefix(n);
  return n > 1 && n <= 10;
}

/// `Z` or `+02:00`, in seconds east of Greenwich.
bool take_offset(std::string_view rest, std::int64_t& seconds) {
  if (rest == "Z" || rest == "z") return true;
  if (rest.size() != 6 || (rest[0] != '+' && rest[0] != '-')) return false;
  const int sign = rest[0] == '-' ? -1 : 1;
  rest.remove_prefix(1);
  int hours = 0;
  int minutes = 0;
  if (!take(rest, 2, ":", hours) || !take(rest, 2, "", minutes)) return false;
  seconds = sign * (hours * 3600 + minutes * 60);
  return hours < 24 && minutes < 60;
}

struct Unit {
  std::string_view name;
  std::int64_t nanos;
};
constexpr std::array kUnits = {
    Unit{"ns", 1},
    Unit{"us", 1'000},
    Unit{"ms", 1'000'000},
    Unit{"s", kNanosPerSecond},
    Unit{"m", 60 * kNanosPerSecond},
    Unit{"h", 3600 * kNanosPerSecond},
};

std::int64_t take_unit(std::string_view& rest) {
  std::size_t n = 0;
  while (n < rest.size() && rest[n] >= 'a' && rest[n] <= 'z') ++n;
  const auto name = rest.substr(0, n);
  rest.remove_prefix(n);
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return unit.nanos;
  }
  return 0;
}

/// One `1.5h` at the front, in nanoseconds; empty when it is none or too large.
std::optional<std::int64_t> take_part(std::string_view& rest) {
  std::int64_t whole = 0;
  double fraction = 0;
  const auto* const end = rest.data() + rest.size();
  const auto read = std::from_chars(rest.data(), end, whole);
  const bool digits = !rest.empty() && is_digit(rest[0]) && read.ec == std::errc{};
  if (!digits && (rest.empty() || rest[0] != '.')) return std::nullopt;
  if (digits) rest.remove_prefix(static_cast<std::size_t>(read.ptr - rest.data()));
  if (!rest.empty() && rest[0] == '.') {
    double scale = 0.1;
    rest.remove_prefix(1);
    for (; !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1), scale /= 10) {
      fraction += (rest[0] - '0') * scale;
    }
  }
  const std::int64_t unit = take_unit(rest);
  if (unit == 0) return std::nullopt;
  std::int64_t nanos = 0;
  if (__builtin_mul_overflow(whole, unit, &nanos)) return std::nullopt;
  const auto more = static_cast<std::int64_t>(fraction * static_cast<double>(unit) + 0.5);
  if (__builtin_add_overflow(nanos, more, &nanos)) return std::nullopt;
  return nanos;
}

std::string fraction_text(std::uint64_t nanos) {
  if (nanos == 0) return "";
  std::string digits = std::to_string(kNanosPerSecond + static_cast<std::int64_t>(nanos));
  digits[0] = '.';
  digits.resize(digits.find_last_not_of('0') + 1);
  return digits;
}

std::optional<cctz::time_zone> find_zone(std::string_view name) {
  const bool sign = !name.empty() && (name[0] == '+' || name[0] == '-');
  if (sign || (!name.empty() && is_digit(name[0]))) {
    std::int64_t seconds = 0;
    if (!take_offset(sign ? std::string(name) : "+" + std::string(name), seconds)) {
      return std::nullopt;
    }
    return cctz::fixed_time_zone(cctz::seconds(seconds));
  }
  cctz::time_zone zone;
  if (!cctz::load_time_zone(std::string(name), &zone)) return std::nullopt;
  return zone;
}

}  // namespace

Datum checked_timestamp(std::int64_t seconds, std::int64_t nanos) {
  seconds += nanos / kNanosPerSecond;
  nanos %= kNanosPerSecond;
  if (nanos < 0) {
    nanos += kNanosPerSecond;
    --seconds;
  }
  if (seconds < kFirstSecond || seconds > kLastSecond) {
    return make_error("range: a timestamp outside of the years 0001 to 9999");
  }
  return make_timestamp(seconds, static_cast<std::uint32_t>(nanos));
}

Datum parse_timestamp(std::string_view text) {
  const Datum wrong = make_error("no timestamp: wanted is 2026-01-15T18:00:00Z");
  std::array<int, 6> part{};
  std::int64_t nanos = 0;
  std::int64_t offset = 0;
  if (!take(text, 4, "-", part[0]) || !take(text, 2, "-", part[1])) return wrong;
  if (!take(text, 2, "T", part[2]) || !take(text, 2, ":", part[3])) return wrong;
  if (!take(text, 2, ":", part[4]) || !take(text, 2, "", part[5])) return wrong;
  if (!take_fraction(text, nanos) || !take_offset(text, offset)) return wrong;
  const cctz::civil_second civil(part[0], part[1], part[2], part[3], part[4], part[5]);
  const bool exact = civil.month() == part[1] && civil.day() == part[2] &&
                     civil.hour() == part[3] && civil.minute() == part[4] &&
                     civil.second() == part[5];
  if (!exact) return wrong;
  return checked_timestamp(civil - cctz::civil_second(1970) - offset, nanos);
}

std::string format_timestamp(const Datum& timestamp) {
  const cctz::civil_second civil = cctz::civil_second(1970) + timestamp.integer;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02d-%02dT%02d:%02d:%02d",
                static_cast<int>(civil.year()), civil.month(), civil.day(), civil.hour(),
                civil.minute(), civil.second());
  return text.data() + fraction_text(timestamp.size) + "Z";
}

Datum parse_duration_text(std::string_view text) {
  const Datum wrong = make_error("no duration in range: wanted is 90s, 1h30m or 1.5s");
  const bool negative = !text.empty() && text[0] == '-';
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text == "0") return make_duration(0);
  std::int64_t total = 0;
  do {
    const auto part = take_part(text);
    if (!part || __builtin_add_overflow(total, *part, &total)) return wrong;
  } while (!text.empty());
  return make_duration(negative ? -total : total);
}

std::string format_seconds(const Datum& duration) {
  const bool negative = duration.integer < 0;
  const auto magnitude = negative ? 0 - static_cast<std::uint64_t>(duration.integer)
                                  : static_cast<std::uint64_t>(duration.integer);
  return (negative ? "-" : "") + std::to_string(magnitude / kNanosPerSecond) +
         fraction_text(magnitude % kNanosPerSecond) + "s";
}

std::string format_spoken(const Datum& duration) {
  const auto magnitude = duration.integer < 0 ? 0 - static_cast<std::uint64_t>(duration.integer)
                                              : static_cast<std::uint64_t>(duration.integer);
  if (magnitude < kNanosPerSecond) return std::to_string(duration.integer / kNanosPerMilli) + "ms";
  struct Part {
    std::uint64_t seconds;
    char unit;
  };
  std::string out = duration.integer < 0 ? "-" : "";
  std::uint64_t rest = magnitude / kNanosPerSecond;
  for (const auto& [seconds, unit] : {Part{86'400, 'd'}, {3600, 'h'}, {60, 'm'}, {1, 's'}}) {
    if (rest >= seconds) out += std::to_string(rest / seconds) + unit;
    rest %= seconds;
  }
  return out;
}

std::optional<Calendar> calendar(const Datum& timestamp, std::string_view zone) {
  const auto found = find_zone(zone);
  if (!found) return std::nullopt;
  const cctz::time_point<cctz::seconds> at{cctz::seconds(timestamp.integer)};
  const cctz::civil_second civil = found->lookup(at).cs;
  const cctz::civil_day day(civil);
  const int weekday = (static_cast<int>(cctz::get_weekday(day)) + 1) % 7;
  return Calendar{static_cast<int>(civil.year()),
                  civil.month(),
                  civil.day(),
                  civil.hour(),
                  civil.minute(),
                  civil.second(),
                  weekday,
                  cctz::get_yearday(day) - 1};
}

}  // namespace attune::cel
