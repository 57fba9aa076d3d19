#include "broker/shell/inbox/arrival.h"

#include <charconv>

namespace attune::inbox {
namespace {

constexpr std::string_view kKey = "connection";

/// `<connection> <wall> <boot> <drained> <late>`, decimal.
std::string text_of(std::uint64_t connection, const Stamp& at, bool drained, bool late) {
  return std::to_string(connection) + ' ' + std::to_string(at.wall.count()) + ' ' +
         std::to_string(at.boot.count()) + ' ' + (drained ? '1' : '0') + ' ' + (late ? '1' : '0');
}

template <class T>
bool take_number(std::string_view& text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.empty()) text.remove_prefix(1);
  return true;
}

}  // namespace

void ArrivalClassifier::connected(const Record& record) {
  connection_ = record.connection;
  connected_at_ = record.at;
  drained_ = false;
  // Without a session nothing was queued for us.
  late_ = record.session_present && (!record.absence || *record.absence > kAbsence);
  dirty_ = true;
}

bool ArrivalClassifier::is_marker(const Record& message) {
  if (message.topic != marker_topic_) return false;
  if (message.connection == connection_ && message.payload == marker_payload(connection_)) {
    drained_ = true;
    dirty_ = true;
  }
  return true;
}

Arrival ArrivalClassifier::classify(const Record& message, const Stamp& now) {
  if (message.retained) return Arrival::retained;
  if (elapsed(message.at, now) > kRingAge) return Arrival::late;
  if (message.connection != connection_) return Arrival::late;
  if (!drained_ && elapsed(connected_at_, message.at) > kMarkerWait) {
    drained_ = true;
    dirty_ = true;
    ++markers_missed_;
  }
  return drained_ || !late_ ? Arrival::live : Arrival::late;
}

std::vector<Write> ArrivalClassifier::take_dirty() {
  if (!dirty_) return {};
  dirty_ = false;
  return {{Blob{std::string(kSpace), std::string(kKey),
                text_of(connection_, connected_at_, drained_, late_)},
           false}};
}

void ArrivalClassifier::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    std::string_view text = blob.bytes;
    std::uint64_t connection = 0;
    std::int64_t wall = 0;
    std::int64_t boot = 0;
    int drained = 0;
    int late = 1;
    if (!take_number(text, connection) || !take_number(text, wall) || !take_number(text, boot) ||
        !take_number(text, drained) || !take_number(text, late)) {
      continue;
    }
    connection_ = connection;
    connected_at_ = {Millis(wall), Millis(boot)};
    drained_ = drained != 0;
    late_ = late != 0;
  }
}

std::string marker_topic(std::string_view prefix, std::string_view node) {
  return std::string(prefix) + "/marker/" + std::string(node);
}

std::string marker_payload(std::uint64_t connection) {
  return std::to_string(connection);
}

}  // namespace attune::inbox
