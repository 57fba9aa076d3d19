#include "broker/shell/link/memory_link.h"

#include <algorithm>
#include <cstdlib>

#include "broker/shell/inbox/arrival.h"
#include "broker/shell/link/topic_filter.h"

namespace attune::link {
namespace {

using Lock = std::lock_guard<std::recursive_mutex>;

/// True once for each that is still to be lost.
bool lose_one(std::size_t& left) {
  if (left == 0) return false;
  --left;
  return true;
}

}  // namespace

// --- The bus -----------------------------------------------------------------------------------

void MemoryBroker::publish(const std::string& topic, const std::string& payload, int qos,
                           bool retain) {
  const Lock lock(mutex_);
  route({topic, payload, qos, retain}, nullptr);
}

void MemoryBroker::listen(std::string filter, Receiver receiver) {
  const Lock lock(mutex_);
  listeners_.emplace_back(std::move(filter), std::move(receiver));
}

void MemoryBroker::restart() {
  const Lock lock(mutex_);
  std::vector<MemoryLink*> links;
  for (auto& [id, session] : sessions_) {
    if (session.link != nullptr) links.push_back(session.link);
  }
  for (MemoryLink* link : links) link->leave("the broker restarted", true);
  sessions_.clear();
  ++incarnation_;
}

std::map<std::string, std::string> MemoryBroker::retained() const {
  const Lock lock(mutex_);
  std::map<std::string, std::string> found;
  for (const auto& [topic, item] : retained_) found.emplace(topic, item.payload);
  return found;
}

void MemoryBroker::route(const Item& item, const Session* from) {
  if (item.retained && item.payload.empty()) {
    retained_.erase(item.topic);
  } else if (item.retained) {
    retained_[item.topic] = item;
  }
  for (auto& [id, session] : sessions_) {
    const bool wanted =
        std::any_of(session.filters.begin(), session.filters.end(),
                    [&](const std::string& filter) { return matches(filter, item.topic); });
    const bool local = &session == from;
    if (!(wanted && !local) && item.topic != session.marker) continue;
    Item copy = item;
    copy.retained = false;  // Retain As Published is off: live is live
    deliver(session, std::move(copy));
  }
}

void MemoryBroker::deliver(Session& session, Item item) {
  if (item.qos == 0) {
    if (session.link != nullptr) [[maybe_unused]]
      const bool taken = session.link->receive(item);
    return;
  }
  session.last_packet_id = session.last_packet_id == 65'535 ? 1 : session.last_packet_id + 1;
  item.packet_id = session.last_packet_id;
  session.queue.push_back(std::move(item));
  drain(session);
}

void MemoryBroker::drain(Session& session) {
  for (std::size_t i = 0; session.link != nullptr && i < session.queue.size();) {
    Item& item = session.queue[i];
    if (item.in_flight) {
      ++i;
      continue;
    }
    const Item copy = item;
    item.delivered = item.in_flight = true;
    if (session.link->receive(copy)) {
      session.queue.erase(session.queue.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

void MemoryBroker::send_retained(Session& session, const std::string& filter) {
  for (const auto& [topic, item] : retained_) {
    if (matches(filter, topic)) deliver(session, item);
  }
}

// --- The link ----------------------------------------------------------------------------------

MemoryLink::MemoryLink(LinkOptions options, inbox::InboxRing& ring, MemoryBroker& broker,
                       Clock clock)
    : options_(std::move(options)),
      client_id_("attune-" + options_.node),
      ring_(ring),
      broker_(broker),
      clock_(std::move(clock)),
      filters_(options_.subscriptions.begin(), options_.subscriptions.end()) {}

MemoryLink::~MemoryLink() {
  leave("stopped", false);
}

Status MemoryLink::start() {
  connect();
  return {};
}

void MemoryLink::stop(std::chrono::milliseconds) {
  const Lock lock(broker_.mutex_);
  if (status_.state != LinkState::connected) return;
  broker_.route({status_topic(), std::string(kOffline), 1, true}, &session());
  leave("stopped", false);
  status_.state = LinkState::stopped;
}

void MemoryLink::connect() {
  const Lock lock(broker_.mutex_);
  if (status_.state == LinkState::connected) return;
  const bool session_present = broker_.sessions_.contains(client_id_);
  connection_ = std::max<std::uint64_t>(connection_ + 1, clock_().boot.count() * 1'000'000);
  status_.state = LinkState::connected;
  status_.reason.clear();
  ++status_.connects;
  inbox::Record record;
  record.kind = inbox::RecordKind::connected;
  record.at = clock_();
  record.connection = connection_;
  record.session_present = session_present;
  const std::string incarnation = options_.incarnation
                                      ? options_.incarnation()
                                      : "memory-" + std::to_string(broker_.incarnation_);
  record.payload = incarnation;
  if (const auto alive = ring_.last_alive()) record.absence = inbox::elapsed(*alive, record.at);
  ring_.mark_alive(record.at);
  if (ring_.push(record, std::chrono::milliseconds(0)) != inbox::InboxRing::Push::done) {
    return leave("the inbox is full", false);
  }
  MemoryBroker::Session& own = session();
  own.marker = inbox::marker_topic(options_.prefix, options_.node);
  own.filters = filters_;
  own.link = this;
  for (MemoryBroker::Item& item : own.queue) item.in_flight = false;
  broker_.drain(own);
  for (const std::string& filter : filters_) broker_.send_retained(own, filter);
  broker_.route({own.marker, inbox::marker_payload(connection_), 1, false}, &own);
  const std::string online = options_.online ? options_.online() : "";
  if (!online.empty()) broker_.route({status_topic(), online, 1, true}, &own);
}

void MemoryLink::disconnect(const std::string& reason) {
  const Lock lock(broker_.mutex_);
  if (status_.state != LinkState::connected) return;
  leave(reason, true);
  broker_.route({status_topic(), std::string(kOffline), 1, true}, nullptr);
}

void MemoryLink::leave(const std::string& reason, bool with_record) {
  const Lock lock(broker_.mutex_);
  if (const auto own = broker_.sessions_.find(client_id_); own != broker_.sessions_.end()) {
    if (own->second.link == this) own->second.link = nullptr;
  }
  if (status_.state != LinkState::connected) return;
  open_ = false;
  status_.state = LinkState::waiting;
  status_.reason = reason;
  ring_.mark_alive(clock_());
  if (!with_record) return;
  inbox::Record record;
  record.kind = inbox::RecordKind::disconnected;
  record.at = clock_();
  record.connection = connection_;
  record.payload = reason;
  // Without room the next `connected` says it as well.
  [[maybe_unused]] const auto pushed = ring_.push(record, std::chrono::milliseconds(0));
}

bool MemoryLink::open_outbox(std::uint64_t connection) {
  const Lock lock(broker_.mutex_);
  open_ = status_.state == LinkState::connected && connection == connection_;
  return open_;
}

bool MemoryLink::publish(std::vector<Parcel> parcels) {
  const Lock lock(broker_.mutex_);
  if (!open_) return false;
  for (const Parcel& parcel : parcels) send(parcel);
  return true;
}

void MemoryLink::send(const Parcel& parcel) {
  if (lose_one(parcels_to_lose_)) return;
  broker_.route({parcel.topic, parcel.payload, parcel.qos, parcel.retain}, &session());
  if (!lose_one(reports_to_lose_)) {
    reports_.sent.insert(reports_.sent.end(), parcel.commands.begin(), parcel.commands.end());
    if (parcel.notice != 0) reports_.told.push_back(parcel.notice);
  }
  const auto listeners = broker_.listeners_;  // one may add another
  for (const auto& [filter, receiver] : listeners) {
    if (matches(filter, parcel.topic)) receiver(parcel);
  }
}

Reports MemoryLink::take_reports() {
  const Lock lock(broker_.mutex_);
  return std::exchange(reports_, {});
}

void MemoryLink::set_subscriptions(std::vector<std::string> filters) {
  const Lock lock(broker_.mutex_);
  const std::set<std::string> before = std::exchange(filters_, {filters.begin(), filters.end()});
  if (status_.state != LinkState::connected) return;
  session().filters = filters_;
  for (const std::string& filter : filters_) {
    if (!before.contains(filter)) broker_.send_retained(session(), filter);
  }
}

bool MemoryLink::subscribed() const {
  const Lock lock(broker_.mutex_);
  return status_.state == LinkState::connected;
}

LinkStatus MemoryLink::status() const {
  const Lock lock(broker_.mutex_);
  return status_;
}

bool MemoryLink::receive(const MemoryBroker::Item& item) {
  inbox::Record record;
  record.at = clock_();
  record.connection = connection_;
  record.topic = item.topic;
  record.payload = item.payload;
  record.packet_id = item.packet_id;
  record.qos = static_cast<std::uint8_t>(item.qos);
  record.duplicate = item.delivered;
  record.retained = item.retained;
  switch (ring_.push(record, std::chrono::milliseconds(0))) {
    case inbox::InboxRing::Push::done:
      break;
    case inbox::InboxRing::Push::too_large:
      ++status_.rejected;
      break;
    case inbox::InboxRing::Push::full:
      ++status_.hang_ups;
      leave("the inbox is full", false);
      return false;
  }
  return !lose_one(acknowledgements_to_lose_);
}

}  // namespace attune::link
