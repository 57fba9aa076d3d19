#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "broker/shell/inbox/ring.h"
#include "devices/dialect.h"
#include "devices/model/ids.h"
#include "devices/model/result.h"

/// attune's connection to the bus. What arrives goes into the inbox ring; what leaves goes through
/// one sender.
///
/// A connection's life, as the loop sees it:
///   1. the ring yields `connected` with connection number N
///   2. the loop calls open_outbox(N): from here on publish() takes parcels
///   3. take_reports() says which parcels the broker has
///   4. the connection ends: the outbox is shut and emptied, the ring yields `disconnected`.
/// So each parcel belongs to one connection. One that was taken and not reported as sent may or
/// may not have left: who sent it sends it again after the next `connected`, with the same id.
///
/// Threading: one loop thread calls everything here; LinkOptions' functions are called from the
/// link's own thread.
/// Errors: the bus going away is no error but a record; start() fails on options alone.
namespace attune::link {

struct LinkOptions {
  std::string url;       ///< mqtt://host:port or mqtts://host:port; ports default to 1883 and 8883
  std::string username;  ///< empty: none
  std::string password;
  std::string node;  ///< the client id is `attune-<node>`
  std::string prefix = "attune";
  std::vector<std::string> subscriptions;  ///< filters; the marker's own is added
  /// Payload of `<prefix>/status`, asked for after each connect. Must be safe on another thread.
  std::function<std::string()> online;
  /// Identity of the broker's packet numbering (inbox/dedup.h). Unset: the link makes one up.
  std::function<std::string()> incarnation;
  /// Parcels given to Paho and not yet reported. Paho searches them all at each publish: 128 cost
  /// the least time for each, and 1,024 a third more.
  std::size_t in_flight_max = 128;
  std::size_t outbox_max = 65'536;           ///< parcels that wait for the sender
  std::size_t payload_bytes_max = 8u << 20;  ///< a larger message becomes a `rejected` record
  std::chrono::milliseconds backoff_min{250};
  std::chrono::milliseconds backoff_max{30'000};
  std::chrono::milliseconds ring_wait{1'000};  ///< for room in a full ring, then the line is cut
  std::chrono::seconds session_expiry{7 * 24 * 3600};
};

/// One message to publish.
struct Parcel {
  std::string topic;
  std::string payload;
  int qos = 1;
  bool retain = false;
  std::vector<CommandId> commands;  ///< told back when the broker has it; may be empty
  std::uint64_t notice = 0;         ///< likewise, the ticket of a notice; 0: it is none
  std::string correlation;          ///< MQTT 5 correlation data, when not empty
  std::string traceparent;          ///< user property `traceparent`, when not empty
};
[[nodiscard]] Parcel parcel(devices::Outgoing message, std::vector<CommandId> commands);

/// What became of parcels since the last call.
struct Reports {
  std::vector<CommandId> sent;  ///< the broker has it (QoS 0: it left)
  std::vector<std::uint64_t> told;  ///< notices that the broker has
  struct Refusal {
    CommandId command{};
    std::uint64_t notice = 0;  ///< 0: it was a command
    std::string reason;
  };
  std::vector<Refusal> refused;  ///< the broker said no: sending it again is no use
  [[nodiscard]] bool empty() const { return sent.empty() && told.empty() && refused.empty(); }
};

enum class LinkState : std::uint8_t { stopped, connecting, connected, waiting };
[[nodiscard]] std::string_view name(LinkState state);

/// For `/readyz`, `status` and `/metrics`.
struct LinkStatus {
  LinkState state = LinkState::stopped;
  std::string reason;          ///< why not connected, for people
  std::uint64_t connects = 0;  ///< successful ones; reconnects = connects - 1
  std::uint64_t hang_ups = 0;  ///< full ring: the line was cut, the broker sends again
  std::uint64_t rejected = 0;  ///< too large
  std::uint64_t outbox_parcels = 0;
  std::uint64_t in_flight = 0;
  bool no_delay = false;  ///< TCP_NODELAY is set on the present connection
  std::vector<std::string> refused_subscriptions;
};

class Link {
 public:
  virtual ~Link() = default;
  /// Begins to connect and keeps trying. Once.
  [[nodiscard]] virtual Status start() = 0;
  /// Publishes `offline`, waits for parcels in flight for at most `patience`, disconnects and
  /// keeps the session. No record follows.
  virtual void stop(std::chrono::milliseconds patience) = 0;

  /// See above. False: that connection has ended already.
  virtual bool open_outbox(std::uint64_t connection) = 0;
  /// Takes all of `parcels`, in order, or none: false while shut or without room.
  [[nodiscard]] virtual bool publish(std::vector<Parcel> parcels) = 0;
  /// Also announced on the ring's wake_fd.
  [[nodiscard]] virtual Reports take_reports() = 0;

  /// Replaces the filters: subscribes to new ones, unsubscribes from gone ones.
  virtual void set_subscriptions(std::vector<std::string> filters) = 0;
  /// Whether the broker has answered for every filter set so far, on the present connection.
  /// Announced on the ring's wake_fd when it becomes true.
  [[nodiscard]] virtual bool subscribed() const = 0;
  [[nodiscard]] virtual LinkStatus status() const = 0;
};

/// `{"state":"offline"}`: the will, and the last word of a clean stop.
inline constexpr std::string_view kOffline = R"({"state":"offline"})";

/// Over Paho. `ring` outlives the link; its wake_fd is written for reports too.
[[nodiscard]] std::unique_ptr<Link> make_paho_link(LinkOptions options, inbox::InboxRing& ring,
                                                   int wake_fd);

}  // namespace attune::link
