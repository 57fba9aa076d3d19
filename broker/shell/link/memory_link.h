#pragma once
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "broker/shell/link/link.h"

/// The link's in-memory twin, and the small bus behind it: sessions, retained messages, packet
/// ids, redelivery with DUP. For tests and the simulator.
///
/// Threading: both are safe from any thread; everything happens inside the call that causes it.
namespace attune::link {

/// Whether an MQTT topic filter matches a topic; wildcards do not match a leading `$`.
[[nodiscard]] bool matches(std::string_view filter, std::string_view topic);

class MemoryLink;

class MemoryBroker {
 public:
  using Receiver = std::function<void(const std::string& topic, const std::string& payload)>;

  /// As any other client would. At QoS 1 it reaches absent links when they come back.
  void publish(const std::string& topic, const std::string& payload, int qos = 1,
               bool retain = false);
  /// Calls back for what links publish (not for publish() above), inside their publish().
  void listen(std::string filter, Receiver receiver);
  /// Forgets every session and packet number; retained messages stay.
  void restart();
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
  };
  struct Session {
    std::set<std::string> filters;
    std::deque<Item> queue;  ///< QoS 1, until acknowledged
    std::uint16_t last_packet_id = 0;
    MemoryLink* link = nullptr;
  };
  void store_and_route(const Item& item, const MemoryLink* from);
  void deliver(Session& session, Item item);
  void drain(Session& session);

  mutable std::recursive_mutex mutex_;
  std::map<std::string, Session> sessions_;  ///< by client id
  std::map<std::string, Item> retained_;
  std::vector<std::pair<std::string, Receiver>> listeners_;
  std::uint64_t incarnation_ = 1;
};

class MemoryLink : public Link {
 public:
  MemoryLink(LinkOptions options, inbox::InboxRing& ring, MemoryBroker& broker,
             std::function<inbox::Stamp()> clock);
  ~MemoryLink() override;

  [[nodiscard]] Status start() override;
  void stop(std::chrono::milliseconds patience) override;
  bool open_outbox(std::uint64_t connection) override;
  [[nodiscard]] bool publish(std::vector<Parcel> parcels) override;
  [[nodiscard]] Reports take_reports() override;
  void set_subscriptions(std::vector<std::string> filters) override;
  [[nodiscard]] LinkStatus status() const override;

  /// The line breaks; until connect() nothing passes.
  void disconnect(const std::string& reason);
  void connect();
  /// The next `count` parcels reach the bus but are never reported as sent.
  void lose_reports(std::size_t count) { reports_to_lose_ = count; }
  /// The next `count` messages come in and their acknowledgement does not leave: after the next
  /// connect() they come again with DUP.
  void lose_acknowledgements(std::size_t count) { acknowledgements_to_lose_ = count; }

 private:
  friend class MemoryBroker;
  /// True: acknowledged.
  [[nodiscard]] bool receive(const MemoryBroker::Item& item);
  [[nodiscard]] std::string client_id() const { return "attune-" + options_.node; }
  void send(const Parcel& parcel);
  void hang_up(const std::string& reason);

  LinkOptions options_;
  inbox::InboxRing& ring_;
  MemoryBroker& broker_;
  std::function<inbox::Stamp()> clock_;
  Reports reports_;
  LinkStatus status_;
  std::uint64_t connection_ = 0;
  bool open_ = false;
  std::size_t reports_to_lose_ = 0;
  std::size_t acknowledgements_to_lose_ = 0;
};

}  // namespace attune::link
