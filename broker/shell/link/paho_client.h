#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/inbox/record.h"
#include "broker/shell/link/address.h"
#include "broker/shell/link/link.h"

/// The door to Paho: one connection, made once, never used again after it ended.
///
/// Paho 1.3.12 / C++ 1.2.0 hold these against us: all clients of a process share one mutex, and
/// callbacks run under it; QoS 1 is acknowledged when the message callback returns; nothing may
/// call back into Paho from a callback; options lose their properties when moved.
///
/// Threading: connect() .. disconnect() from one thread at a time, publish() also from another;
/// the callbacks come on Paho's threads and must call nothing of this class.
/// Errors: Status with code "mqtt".
namespace attune::link {

class ClientEvents {
 public:
  virtual ~ClientEvents() = default;
  /// Before any message of this connection. `receive_max` is how many QoS 1 messages the broker
  /// takes at once: Paho's sending thread does not wake when room comes back.
  virtual void on_connected(bool session_present, std::size_t receive_max) noexcept = 0;
  /// `connection` and `at` are not set. Not acknowledged before this returns.
  virtual void on_message(const inbox::Record& message) noexcept = 0;
  virtual void on_lost(std::string_view reason) noexcept = 0;
  virtual void on_sent(std::uint64_t ticket) noexcept = 0;
  virtual void on_refused(std::uint64_t ticket, const std::string& reason) noexcept = 0;
};

class PahoClient {
 public:
  PahoClient(const LinkOptions& options, const Address& address, ClientEvents& events);
  ~PahoClient();  ///< no callback comes any more
  PahoClient(const PahoClient&) = delete;
  PahoClient& operator=(const PahoClient&) = delete;

  [[nodiscard]] Status connect(std::chrono::milliseconds patience);
  struct Filter {
    std::string filter;
    bool no_local = true;
  };
  /// Returns the filters that the broker refused, with its reason. Errors: no answer in time.
  [[nodiscard]] Result<std::vector<std::string>> subscribe(const std::vector<Filter>& filters,
                                                           std::chrono::milliseconds patience);
  [[nodiscard]] Status unsubscribe(const std::vector<std::string>& filters,
                                   std::chrono::milliseconds patience);
  /// Error: this parcel cannot be sent, now ("gone") or ever ("mqtt").
  [[nodiscard]] Status publish(const Parcel& parcel, std::uint64_t ticket);
  /// Wakes Paho's sending thread: a publish that comes just before it falls asleep is else
  /// sent a second later.
  void nudge();
  /// Says goodbye; the broker keeps the session and drops the will.
  void disconnect(std::chrono::milliseconds patience);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace attune::link
