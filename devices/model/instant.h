#pragma once
#include <chrono>
#include <compare>
#include <optional>
#include <string>
#include <string_view>

/// Time as the core sees it: an input, in two readings.
namespace attune {

using Millis = std::chrono::milliseconds;

/// One moment. Durations and deadlines count in `steady`; people and devices read `wall`.
struct Instant {
  Millis wall{};    ///< UTC since 1970; may jump either way
  Millis steady{};  ///< never runs back, not even over a restart or a reboot: the shell continues
                    ///< it from the last committed reading (broker/shell/clock.h)
  friend bool operator==(const Instant&, const Instant&) = default;
};

/// `2026-01-15T18:00:00.000Z`.
[[nodiscard]] std::string format_utc(Millis wall);
/// Accepts `2026-01-15T18:00:00[.mmm][Z]`; without Z it is read as UTC. Empty on anything else.
[[nodiscard]] std::optional<Millis> parse_utc(std::string_view text);

/// `90s`, `5m`, `1h30m`, `7d`, `600ms`; not negative, at most 10 years. Empty on anything else.
[[nodiscard]] std::optional<Millis> parse_duration(std::string_view text);
/// The shortest text that parse_duration reads back: `1h30m`.
[[nodiscard]] std::string format_duration(Millis duration);

}  // namespace attune
