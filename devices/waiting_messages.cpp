#include "devices/waiting_messages.h"

#include <iterator>
#include <utility>

#include "devices/model/limits.h"

namespace attune::devices {

namespace {

std::size_t bytes_of(const WaitingMessage& message) {
  return message.topic.size() + message.payload.size();
}

}  // namespace

WaitingMessages::~WaitingMessages() {
  while (!messages_.empty()) drop(messages_.begin());
}

WaitingMessages::Added WaitingMessages::add(std::string_view topic, std::string_view payload) {
  const auto known = by_topic_.find(topic);
  if (known != by_topic_.end()) return replace(known->second, payload);
  const bool fits = room_.messages < limits::kWaitingMessagesMax &&
                    room_.bytes + topic.size() + payload.size() <= limits::kWaitingBytesMax;
  if (!fits) return Added::no_room;
  messages_.push_back({std::string(topic), std::string(payload)});
  by_topic_.emplace(messages_.back().topic, std::prev(messages_.end()));
  room_.messages += 1;
  room_.bytes += bytes_of(messages_.back());
  return Added::alone;
}

WaitingMessages::Added WaitingMessages::replace(Place place, std::string_view payload) {
  room_.bytes -= place->payload.size();
  if (room_.bytes + payload.size() > limits::kWaitingBytesMax) {
    room_.bytes += place->payload.size();
    drop(place);  // not the newest any more
    return Added::no_room;
  }
  place->payload = payload;
  room_.bytes += payload.size();
  messages_.splice(messages_.end(), messages_, place);
  return Added::in_place_of_another;
}

std::optional<WaitingMessage> WaitingMessages::take() {
  if (messages_.empty()) return std::nullopt;
  WaitingMessage first = messages_.front();
  drop(messages_.begin());
  return first;
}

void WaitingMessages::drop(Place place) {
  room_.messages -= 1;
  room_.bytes -= bytes_of(*place);
  by_topic_.erase(place->topic);
  messages_.erase(place);
}

}  // namespace attune::devices
