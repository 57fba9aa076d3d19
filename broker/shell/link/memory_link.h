#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/shell/link/link.h"

/// The link's in-memory twin, and the small bus behind it: sessions, retained messages, packet
/// ids, redelivery with DUP. For tests and the simulator.
///
/// Threading: both are safe from any thread; everything happens inside the call that causes it.
/// Ownership: the broker outlives its links; a link's ring outlives the link.
namespace attune::link {

class MemoryLink;

class MemoryBroker {
 public:
  using Receiver = std::function<void(const Parcel& parcel)>;

  /// As any other client would. At QoS 1 it reaches absent links when they come back.
  void publish(const std::string& topic, const std::string& payload, int qos = 1,
               bool retain = false);
  /// Calls back for what links publish (not for publish() above), inside their publish().
  void listen(std::string filter, Receiver receiver);
  /// Forgets every session and its packet ids; retained messages stay. Links lose their line.
  void restart();
  /// By topic.
  [[nodiscard]] std::map<std::string, std::string> retained() const;

 private:
  friend class MemoryLink;
  struct Item {
    std::string topic;
    std::string payload;
    int qos = 1;
    bool retained = false;
    std::uint16_t packet_id = 0;
    bool delivered = false;  ///< sent before: goes out again with DUP
    bool in_flight = false;  ///< sent on the present connection, not acknowledged
  };
  struct Session {
    std::set<std::string> filters;
    std::string marker;      ///< the one filter without No Local
    std::deque<Item> queue;  ///< QoS 1, until acknowledged
    std::uint16_t last_packet_id = 0;
    MemoryLink* link = nullptr;  ///< while it is connected
  };
  void route(const Item& item, const Session* from);
  void deliver(Session& session, Item item);
  void drain(Session& session);
  void send_retained(Session& session, const std::string& filter);

  mutable std::recursive_mutex mutex_;
  std::map<std::string, Session> sessions_;  ///< by client id
  std::map<std::string, Item> retained_;
  std::vector<std::pair<std::string, Receiver>> listeners_;
  std::uint64_t incarnation_ = 1;
};

class MemoryLink : public Link {
 public:
  using Clock = std::function<inbox::Stamp()>;

  MemoryLink(LinkOptions options, inbox::InboxRing& ring, MemoryBroker& broker, Clock clock);
  ~MemoryLink() override;

  [[nodiscard]] Status start() override;
  void stop(std::chrono::milliseconds patience) override;
  bool open_outbox(std::uint64_t connection) override;
  [[nodiscard]] bool publish(std::vector<Parcel> parcels) override;
  [[nodiscard]] Reports take_reports() override;
  void set_subscriptions(std::vector<std::string> filters) override;
  [[nodiscard]] bool subscribed() const override;
  [[nodiscard]] LinkStatus status() const override;

  void connect();
  /// The line breaks; until connect() nothing passes, and the will is published.
  void disconnect(const std::string& reason);
  /// The next `count` parcels reach the bus but are never reported as sent.
  void lose_reports(std::size_t count) { reports_to_lose_ = count; }
  /// The next `count` parcels never reach the bus, nor a report us.
  void lose_parcels(std::size_t count) { parcels_to_lose_ = count; }
  /// The next `count` messages come in and their acknowledgement does not leave: after the next
  /// connect() they come again with DUP.
  void lose_acknowledgements(std::size_t count) { acknowledgements_to_lose_ = count; }

 private:
  friend class MemoryBroker;
  /// True: acknowledged.
  [[nodiscard]] bool receive(const MemoryBroker::Item& item);
  void send(const Parcel& parcel);
  void leave(const std::string& reason, bool with_record);
  [[nodiscard]] MemoryBroker::Session& session() { return broker_.sessions_[client_id_]; }
  [[nodiscard]] std::string status_topic() const { return options_.prefix + "/status"; }

  const LinkOptions options_;
  const std::string client_id_;
  inbox::InboxRing& ring_;
  MemoryBroker& broker_;
  const Clock clock_;
  std::set<std::string> filters_;
  Reports reports_;
  LinkStatus status_;
  std::uint64_t connection_ = 0;
  bool open_ = false;
  std::size_t reports_to_lose_ = 0;
  std::size_t parcels_to_lose_ = 0;
  std::size_t acknowledgements_to_lose_ = 0;
};

}  // namespace attune::link
