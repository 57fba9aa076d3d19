#pragma once
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

/// Messages that may not be taken yet: of devices that may not join, of one that says too much.
namespace attune::devices {

struct WaitingMessage {
  std::string topic;
  std::string payload;
};

/// What several queues hold together: at most limits::kWaitingMessagesMax and kWaitingBytesMax.
struct WaitingRoom {
  std::size_t messages = 0;
  std::size_t bytes = 0;
};

/// In the order in which they came, the newest of each topic.
///
/// Threading: owned by the normaliser. Gone with the process.
class WaitingMessages {
 public:
  enum class Added : std::uint8_t { alone, in_place_of_another, no_room };

  /// `room` outlives the queue.
  explicit WaitingMessages(WaitingRoom& room) : room_(room) {}
  ~WaitingMessages();
  WaitingMessages(const WaitingMessages&) = delete;
  WaitingMessages& operator=(const WaitingMessages&) = delete;

  Added add(std::string_view topic, std::string_view payload);
  [[nodiscard]] bool empty() const { return messages_.empty(); }
  [[nodiscard]] std::optional<WaitingMessage> take();

 private:
  using Place = std::list<WaitingMessage>::iterator;

  Added replace(Place place, std::string_view payload);
  void drop(Place place);

  WaitingRoom& room_;
  std::list<WaitingMessage> messages_;
  std::unordered_map<std::string_view, Place> by_topic_;  // the keys are those of messages_
};

}  // namespace attune::devices
