#pragma once
#include <cstdint>
#include <mutex>
#include <set>

/// Paho's socket, found from outside: Paho 1.3.12 neither shows it nor has options for it.
namespace attune::link {

/// Finds the one socket that a connect has opened: while this lives, no other link of the process
/// connects, and every TCP socket to that port that was not there before is ours.
///
/// Threading: made and destroyed on one thread, find() on any.
class SocketSearch {
 public:
  explicit SocketSearch(std::uint16_t peer_port);
  /// The descriptor, or -1. Valid as long as Paho keeps the connection.
  [[nodiscard]] int find() const noexcept;

 private:
  std::unique_lock<std::mutex> alone_;
  std::uint16_t peer_port_;
  std::set<std::uint64_t> before_;  ///< inodes
};

/// Nagle's algorithm off; with the peer's delayed ACK it costs a lone event 44 ms. False: failed.
[[nodiscard]] bool set_no_delay(int socket) noexcept;

/// Ends the connection at once: nothing that was not sent yet leaves any more.
void hang_up(int socket) noexcept;

}  // namespace attune::link
