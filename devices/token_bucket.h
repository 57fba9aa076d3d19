#pragma once
#include "devices/model/instant.h"

/// So many at once, and then so many a second.
///
/// Determinism: a function of the times that it is given.
namespace attune::devices {

class TokenBucket {
 public:
  /// Full at the beginning.
  TokenBucket(double per_second, double burst)
      : per_second_(per_second), burst_(burst), level_(burst) {}

  /// Takes one; false: none is left. `now` is steady; a time that runs back counts as none passed.
  [[nodiscard]] bool take(Millis now);
  /// When the next take() succeeds, if nobody takes one before.
  [[nodiscard]] Millis next(Millis now) const;
  /// When it is full again, if nobody takes one before.
  [[nodiscard]] Millis full(Millis now) const;

 private:
  [[nodiscard]] Millis reaches(double level, Millis now) const;
  [[nodiscard]] double level_at(Millis now) const;

  double per_second_;
  double burst_;
  double level_;  // Invariant: 0 to burst_
  Millis at_{};
};

}  // namespace attune::devices
