#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

/// Messages of devices that may not join yet, because too many do.
namespace attune::devices {

struct WaitingMessage {
  std::string topic;
  std::string payload;
};

/// In the order in which they came, the newest of each topic; at most limits::kWaitingMessagesMax
/// and kWaitingBytesMax. What does not fit is heard again, or retained at the next start.
///
/// Threading: owned by the normaliser. Gone with the process.
class WaitingMessages {
 public:
  /// False: there is no room.
  bool add(std::string_view topic, std::string_view payload);
  [[nodiscard]] bool empty() const { return messages_.empty(); }
  [[nodiscard]] std::optional<WaitingMessage> take();

 private:
  std::deque<WaitingMessage> messages_;
  std::size_t bytes_ = 0;
};

}  // namespace attune::devices
