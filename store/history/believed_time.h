#pragma once
#include <optional>

#include "devices/model/instant.h"

/// Wall time for what cannot be undone.
namespace attune::store::history {

/// A wall clock that jumps (a box without a clock of its own, before it has asked the net) must not
/// erase a month of history. A jump against the steady line counts once it has lasted a day; until
/// then time goes on as it did. While a box is off, the steady line goes on by the wall, so that is
/// no jump.
///
/// Determinism: a function of the moments that it is told.
class BelievedTime {
 public:
  static constexpr Millis kJump{3'600'000};
  static constexpr Millis kPatience{86'400'000};

  /// `now` in the steady line never goes back.
  [[nodiscard]] Millis at(const Instant& now);

 private:
  std::optional<Millis> offset_;         ///< wall time at the zero of the steady line, as believed
  std::optional<Millis> doubted_since_;  ///< steady
};

}  // namespace attune::store::history
