#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "devices/model/instant.h"
#include "devices/model/result.h"

/// A clock that follows the wall clock and never runs back: it orders the writes of several nodes.
///
/// Determinism: a function of the times that it is given.
namespace attune {

/// A moment on such a clock: milliseconds since 1970, and a count of what shares one of them.
struct HybridTime {
  Millis wall{};
  std::uint64_t counter = 0;
  friend auto operator<=>(const HybridTime&, const HybridTime&) = default;
};

/// `2026-01-15T18:00:00.000Z`, and with a counter `2026-01-15T18:00:00.000Z#3`.
[[nodiscard]] std::string text(const HybridTime& time);
/// What text() writes, and every time that parse_utc() reads. Empty on anything else.
[[nodiscard]] std::optional<HybridTime> parse_hybrid(std::string_view text);

class HybridClock {
 public:
  /// How far another clock may be ahead of ours.
  static constexpr Millis kAheadMax{5'000};

  /// Goes on after `last`: nothing given out before a restart is given out again.
  void restore(const HybridTime& last);
  /// The next moment, later than all before it. `wall` may have jumped either way.
  HybridTime tick(Millis wall);
  /// Takes note of a moment of another clock: what follows here is later than it.
  /// Errors: "clock_ahead" when it is more than kAheadMax ahead of `wall`; nothing is noted. While
  /// our own clock is not set (before 2019: a small machine boots in 1970) the last moment known
  /// stands for it, and nothing is noted either, so that others cannot push it ahead bit by bit.
  [[nodiscard]] Status receive(const HybridTime& other, Millis wall);
  [[nodiscard]] const HybridTime& last() const { return last_; }

 private:
  HybridTime last_;  // Invariant: never runs back
};

}  // namespace attune
