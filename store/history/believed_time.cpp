#include "store/history/believed_time.h"

#include <chrono>

namespace attune::store::history {

Millis BelievedTime::at(const Instant& now) {
  const Millis offset = now.wall - now.steady;
  const bool jumped = offset_ && std::chrono::abs(offset - *offset_) > kJump;
  if (!jumped) {
    offset_ = offset;
    doubted_since_.reset();
    return now.wall;
  }
  if (!doubted_since_) doubted_since_ = now.steady;
  if (now.steady - *doubted_since_ < kPatience) return now.steady + *offset_;
  offset_ = offset;
  doubted_since_.reset();
  return now.wall;
}

}  // namespace attune::store::history
