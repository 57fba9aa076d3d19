#pragma once
#include <atomic>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "broker/shell/link/backoff.h"
#include "broker/shell/link/broker_socket.h"
#include "broker/shell/link/link.h"
#include "broker/shell/link/outbox.h"
#include "broker/shell/link/paho_client.h"

/// The link over Paho: a connector thread that owns the connection's life, and one sender thread,
/// the only one that publishes.
///
/// Locks, in the order in which they may be taken together: client_mutex_, Paho's own, state_mutex_
/// or the outbox's. Callbacks run under Paho's, so they take none before it.
namespace attune::link {

class PahoLink : public Link, private ClientEvents {
 public:
  PahoLink(LinkOptions options, inbox::InboxRing& ring, int wake_fd);
  ~PahoLink() override;

  [[nodiscard]] Status start() override;
  void stop(std::chrono::milliseconds patience) override;
  bool open_outbox(std::uint64_t connection) override { return outbox_.open(connection); }
  [[nodiscard]] bool publish(std::vector<Parcel> parcels) override;
  [[nodiscard]] Reports take_reports() override { return outbox_.take_reports(); }
  void set_subscriptions(std::vector<std::string> filters) override;
  [[nodiscard]] bool subscribed() const override;
  [[nodiscard]] LinkStatus status() const override;

 private:
  // Callbacks: Paho's threads.
  void on_connected(bool session_present, std::size_t receive_max) noexcept override;
  void on_message(const inbox::Record& message) noexcept override;
  void on_lost(std::string_view reason) noexcept override;
  void on_sent(std::uint64_t ticket) noexcept override;
  void on_refused(std::uint64_t ticket, const std::string& reason) noexcept override;
  [[nodiscard]] std::string broker_incarnation();
  void push_or_hang_up(const inbox::Record& record) noexcept;
  void push_rejected(const inbox::Record& message) noexcept;
  void wake() noexcept;

  // The connector.
  void connector();
  /// One connection from the first attempt to its end.
  void one_connection();
  [[nodiscard]] Status connect();
  [[nodiscard]] Status wait_until_up();
  [[nodiscard]] Status subscribe();
  [[nodiscard]] Status update_subscriptions();
  void greet();
  void stay_until_lost();
  void say_goodbye();
  void tear_down();
  void push_disconnected();
  [[nodiscard]] bool sleep_for(std::chrono::milliseconds time);
  void set_state(LinkState state, const std::string& reason);
  void lose(std::string reason);

  // The sender.
  void sender();
  void send(const Outbox::Ticketed& parcel);
  void nudge();

  LinkOptions options_;
  Address address_;
  inbox::InboxRing& ring_;
  const int wake_fd_;
  Outbox outbox_;
  Backoff backoff_;

  mutable std::mutex client_mutex_;
  std::unique_ptr<PahoClient> client_;

  // Of the present connection. Written before connect or under Paho's mutex.
  std::optional<SocketSearch> search_;
  std::atomic<std::uint64_t> connection_{0};
  std::atomic<int> socket_{-1};
  std::atomic<bool> hung_up_{false};  ///< what still comes is not taken: it will come again

  mutable std::mutex state_mutex_;
  std::condition_variable state_changed_;
  LinkStatus status_;
  std::string lost_reason_;
  bool up_ = false;  ///< on_connected() is through: the ring has the connection's `connected`
  bool lost_ = false;
  int short_lives_ = 0;  ///< connections in a row that the other side soon ended
  bool stopping_ = false;
  std::chrono::milliseconds stop_patience_{};
  std::vector<std::string> wanted_;  ///< filters
  std::vector<std::string> subscribed_;
  bool answered_ = false;  ///< the broker has answered for all of subscribed_
  bool broker_may_be_new_;  ///< another incarnation than that of the last connection

  std::thread connector_thread_;
  std::thread sender_thread_;
};

}  // namespace attune::link
