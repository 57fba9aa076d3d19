#include "broker/core/event.h"

namespace attune::core {

void Outcome::clear() {
  changes.clear();
  writes.clear();
  dispatches.clear();
  replies.clear();
  rejections.clear();
  notices.clear();
}

}  // namespace attune::core
