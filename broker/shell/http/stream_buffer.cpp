#include "broker/shell/http/stream_buffer.h"

#include <utility>

namespace attune::http {

StreamBuffer::Put StreamBuffer::put(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  if (finished_ || queued_.size() + taken_bytes_ + bytes.size() > bytes_max_) return Put::refused;
  queued_ += bytes;
  return std::exchange(scheduled_, true) ? Put::queued : Put::queued_first;
}

bool StreamBuffer::finish(std::string_view last) {
  const std::lock_guard lock(mutex_);
  if (std::exchange(finished_, true)) return false;
  queued_ += last;
  scheduled_ = true;
  return true;
}

void StreamBuffer::abandon() {
  const std::lock_guard lock(mutex_);
  finished_ = true;
  queued_.clear();
}

std::string StreamBuffer::take() {
  const std::lock_guard lock(mutex_);
  taken_bytes_ = queued_.size();
  scheduled_ = !queued_.empty();
  return std::exchange(queued_, {});
}

bool StreamBuffer::finished() const {
  const std::lock_guard lock(mutex_);
  return finished_;
}

}  // namespace attune::http
