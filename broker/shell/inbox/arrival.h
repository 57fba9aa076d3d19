#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "broker/shell/inbox/record.h"
#include "devices/model/change.h"
#include "devices/model/records.h"

/// Tells live messages from those that waited somewhere: in the broker while we were away, in its
/// memory of retained ones, or in the ring while no loop ran.
///
/// After connecting, the link publishes a marker to itself. What arrives before it was queued;
/// when we were away for more than kAbsence (or for an unknown time), that is late. A marker that
/// does not come within kMarkerWait of the connection is given up.
///
/// Threading: owned by the loop. Determinism: a function of the records fed.
namespace attune::inbox {

class ArrivalClassifier {
 public:
  static constexpr Millis kAbsence{10'000};
  static constexpr Millis kRingAge{10'000};
  static constexpr Millis kMarkerWait{60'000};
  static constexpr std::string_view kSpace = "arrival";

  explicit ArrivalClassifier(std::string marker_topic) : marker_topic_(std::move(marker_topic)) {}

  /// Feed every connected record.
  void connected(const Record& record);
  /// True for a marker, ours or an old one: it says nothing more, drop it. Feed every message.
  [[nodiscard]] bool is_marker(const Record& message);
  /// How a message arrived; `now` is when the loop takes it.
  [[nodiscard]] Arrival classify(const Record& message, const Stamp& now);
  /// Whether the queue of the present connection is behind us (`/readyz`).
  [[nodiscard]] bool drained() const { return drained_; }
  [[nodiscard]] std::uint64_t markers_missed() const { return markers_missed_; }

  /// What to commit with the inbox position; empty when nothing changed since the last call.
  [[nodiscard]] std::vector<Write> take_dirty();
  /// Before the first record. Without it, what waits in the ring counts as queued and late.
  void restore(const std::vector<Blob>& blobs);

 private:
  std::string marker_topic_;
  std::uint64_t connection_ = 0;
  Stamp connected_at_;
  bool drained_ = false;
  bool late_ = true;
  bool dirty_ = false;
  std::uint64_t markers_missed_ = 0;
};

/// `<prefix>/marker/<node>`, and what the link publishes there.
[[nodiscard]] std::string marker_topic(std::string_view prefix, std::string_view node);
[[nodiscard]] std::string marker_payload(std::uint64_t connection);

}  // namespace attune::inbox
