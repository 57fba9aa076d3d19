#pragma once
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "broker/shell/link/link.h"

/// What waits for the sender, what is under way, and what came of it.
///
/// Open for the loop's parcels only while the loop and the link mean the same connection; the
/// link's own (status, marker) go first. Nothing is ever dropped quietly: what waits or is under
/// way when the connection ends was never reported as sent.
///
/// Threading: safe from any thread; no call waits but take() and wait_empty().
namespace attune::link {

class Outbox {
 public:
  Outbox(std::size_t waiting_max, std::size_t in_flight_max)
      : waiting_max_(waiting_max), in_flight_max_(in_flight_max) {}

  struct Ticketed {
    std::uint64_t ticket = 0;
    std::uint64_t connection = 0;
    Parcel parcel;
  };

  // The link's side.
  /// `in_flight_max` is what the broker takes at once; the smaller bound counts.
  void up(std::uint64_t connection, std::size_t in_flight_max);
  /// Empties everything; reports that were made stay.
  void down();
  /// Ends take(): for good.
  void close();
  /// The first of them open the way for the loop's: until the link has subscribed and greets,
  /// nothing goes out, for the answer of a device could be missed.
  void put_first(std::vector<Parcel> parcels);
  /// No more of the loop's parcels until the next open().
  void shut();
  /// True when everything was reported before `patience` was over.
  [[nodiscard]] bool wait_empty(std::chrono::milliseconds patience);

  // The loop's side.
  [[nodiscard]] bool open(std::uint64_t connection);
  [[nodiscard]] bool put(std::vector<Parcel> parcels);
  [[nodiscard]] Reports take_reports();

  // The sender's side.
  /// What take() found: a parcel to publish, or none for kNudgeAfter since the last one although
  /// something is still under way (once after each parcel), or that close() was called.
  enum class Work : std::uint8_t { parcel, nudge, closed };
  static constexpr std::chrono::milliseconds kNudgeAfter{25};
  /// Waits for work; fills `out` with a parcel for which there is room in flight.
  [[nodiscard]] Work take(Ticketed& out);
  // Paho's side. True: it is the first report since take_reports(), wake the loop.
  bool sent(std::uint64_t ticket);
  bool refused(std::uint64_t ticket, const std::string& reason);

  [[nodiscard]] std::size_t waiting() const;
  [[nodiscard]] std::size_t in_flight() const;

 private:
  /// Who is told what became of a parcel.
  struct Senders {
    std::vector<CommandId> commands;
    std::uint64_t notice = 0;
    [[nodiscard]] bool empty() const { return commands.empty() && notice == 0; }
  };
  [[nodiscard]] std::optional<Senders> settle(std::uint64_t ticket);

  const std::size_t waiting_max_;
  const std::size_t in_flight_max_;
  std::size_t window_ = 0;
  bool nudged_ = true;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Parcel> waiting_;
  std::map<std::uint64_t, Senders> in_flight_;  ///< by ticket
  Reports reports_;
  std::uintptr_t last_ticket_ = 0;  ///< travels through Paho as a pointer
  std::uint64_t connection_ = 0;    ///< 0: down
  bool greeted_ = false;
  bool open_ = false;
  bool closed_ = false;
};

}  // namespace attune::link
