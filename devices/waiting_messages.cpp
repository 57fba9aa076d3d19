#include "devices/waiting_messages.h"

#include <algorithm>
#include <utility>

#include "devices/model/limits.h"

namespace attune::devices {

bool WaitingMessages::add(std::string_view topic, std::string_view payload) {
  const auto known = std::ranges::find(messages_, topic, &WaitingMessage::topic);
  if (known != messages_.end()) {
    bytes_ -= known->topic.size() + known->payload.size();
    messages_.erase(known);
  }
  const std::size_t bytes = topic.size() + payload.size();
  if (messages_.size() >= limits::kWaitingMessagesMax ||
      bytes_ + bytes > limits::kWaitingBytesMax) {
    return false;
  }
  bytes_ += bytes;
  messages_.push_back({std::string(topic), std::string(payload)});
  return true;
}

std::optional<WaitingMessage> WaitingMessages::take() {
  if (messages_.empty()) return std::nullopt;
  WaitingMessage first = std::move(messages_.front());
  messages_.pop_front();
  bytes_ -= first.topic.size() + first.payload.size();
  return first;
}

}  // namespace attune::devices
