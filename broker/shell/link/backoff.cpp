#include "broker/shell/link/backoff.h"

#include <algorithm>

namespace attune::link {

std::chrono::milliseconds Backoff::next() {
  const auto limit = next_.count();
  next_ = std::min(max_, next_ * 2);
  return std::chrono::milliseconds(
      std::uniform_int_distribution<decltype(limit)>(limit / 2, limit)(random_));
}

}  // namespace attune::link
