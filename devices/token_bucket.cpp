#include "devices/token_bucket.h"

#include <algorithm>
#include <cmath>

namespace attune::devices {

double TokenBucket::level_at(Millis now) const {
  const double seconds = std::max(0.0, static_cast<double>((now - at_).count()) / 1e3);
  return std::min(burst_, level_ + seconds * per_second_);
}

bool TokenBucket::take(Millis now) {
  level_ = level_at(now);
  at_ = std::max(at_, now);
  if (level_ < 1) return false;
  level_ -= 1;
  return true;
}

Millis TokenBucket::next(Millis now) const {
  return reaches(1, now);
}

Millis TokenBucket::full(Millis now) const {
  return reaches(burst_, now);
}

Millis TokenBucket::reaches(double level, Millis now) const {
  const double missing = level - level_at(now);
  if (missing <= 0) return now;
  return now + Millis(static_cast<std::int64_t>(std::ceil(missing / per_second_ * 1e3)));
}

}  // namespace attune::devices
