#pragma once
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

/// What a live stream still has to write: filled by any thread, emptied by the HTTP thread.
namespace attune::http {

/// Threading: any. Never blocks for longer than a copy.
class StreamBuffer {
 public:
  explicit StreamBuffer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  enum class Put : unsigned char { refused, queued, queued_first };
  /// `queued_first`: nobody was told yet, so the caller makes the HTTP thread take(). Bytes that
  /// were taken count until the next take().
  Put put(std::string_view bytes);
  /// Queues past the bound and lets nothing follow. False when the buffer was finished before.
  bool finish(std::string_view last);
  /// Nothing may be queued any more; what is queued is dropped.
  void abandon();

  /// The bytes to write now; empty when there are none, and then the next put() says so again.
  [[nodiscard]] std::string take();
  [[nodiscard]] bool finished() const;

 private:
  mutable std::mutex mutex_;
  const std::size_t bytes_max_;
  std::string queued_;
  std::size_t taken_bytes_ = 0;
  bool scheduled_ = false;
  bool finished_ = false;
};

}  // namespace attune::http
