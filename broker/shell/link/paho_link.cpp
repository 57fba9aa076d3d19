#include "broker/shell/link/paho_link.h"

#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <random>
#include <utility>

#include "broker/shell/inbox/arrival.h"
#include "broker/shell/link/topic_filter.h"
#include "devices/topics.h"

namespace attune::link {
namespace {

constexpr std::chrono::milliseconds kConnectPatience{5'000};
constexpr std::chrono::milliseconds kAnswerPatience{10'000};
constexpr std::chrono::milliseconds kLifeSign{1'000};
constexpr std::chrono::seconds kStableAfter{5};  // before: the next failure waits longer still
constexpr std::chrono::seconds kShortLife{60};
constexpr int kSuspiciousLives = 3;  // short ones in a row
constexpr std::size_t kTopicShown = 512;

/// Differs between any two connections of one boot, over restarts of this process too.
std::uint64_t new_connection_number() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000u +
         static_cast<std::uint64_t>(now.tv_nsec);
}

/// Mosquitto 2.0 does not say that it gave the session to another client: it only closes.
std::string suspicion(const std::string& node) {
  return "; again and again: if another attune has the node '" + node +
         "', they take the session from each other, and each needs a name of its own";
}

}  // namespace

std::unique_ptr<Link> make_paho_link(LinkOptions options, inbox::InboxRing& ring, int wake_fd) {
  return std::make_unique<PahoLink>(std::move(options), ring, wake_fd);
}

PahoLink::PahoLink(LinkOptions options, inbox::InboxRing& ring, int wake_fd)
    : options_(std::move(options)),
      ring_(ring),
      wake_fd_(wake_fd),
      outbox_(options_.outbox_max, options_.in_flight_max),
      backoff_(options_.backoff_min, options_.backoff_max, std::random_device{}()),
      wanted_(devices::without_covered(options_.subscriptions)),
      broker_may_be_new_(ring.created()) {}

PahoLink::~PahoLink() {
  stop(std::chrono::milliseconds(0));
}

Status PahoLink::start() {
  Result<Address> address = parse_address(options_.url);
  if (!address) return address.error();
  address_ = *address;
  connector_thread_ = std::thread([this] { connector(); });
  sender_thread_ = std::thread([this] { sender(); });
  return {};
}

void PahoLink::stop(std::chrono::milliseconds patience) {
  if (!connector_thread_.joinable()) return;
  outbox_.shut();
  {
    const std::lock_guard lock(state_mutex_);
    stopping_ = true;
    stop_patience_ = patience;
    state_changed_.notify_all();
  }
  connector_thread_.join();
  outbox_.close();
  sender_thread_.join();
}

bool PahoLink::publish(std::vector<Parcel> parcels) {
  return outbox_.put(std::move(parcels));
}

void PahoLink::set_subscriptions(std::vector<std::string> filters) {
  const std::lock_guard lock(state_mutex_);
  wanted_ = devices::without_covered(filters);
  state_changed_.notify_all();
}

bool PahoLink::subscribed() const {
  const std::lock_guard lock(state_mutex_);
  return answered_ && subscribed_ == wanted_ && status_.state == LinkState::connected;
}

LinkStatus PahoLink::status() const {
  const std::lock_guard lock(state_mutex_);
  LinkStatus status = status_;
  status.outbox_parcels = outbox_.waiting();
  status.in_flight = outbox_.in_flight();
  return status;
}

// --- The connector -----------------------------------------------------------------------------

void PahoLink::connector() {
  do {
    one_connection();
  } while (!sleep_for(backoff_.next()));
  set_state(LinkState::stopped, "stopped");
}

void PahoLink::one_connection() {
  set_state(LinkState::connecting, "connecting to " + options_.url);
  if (const Status up = connect(); !up) {
    lose(up.error().message);
  } else if (const Status subscribed = subscribe(); !subscribed) {
    lose(subscribed.error().message);
  } else {
    greet();
    stay_until_lost();
    say_goodbye();
  }
  tear_down();
}

Status PahoLink::connect() {
  {
    const std::lock_guard lock(state_mutex_);
    up_ = false;
    lost_ = false;
    lost_reason_.clear();
    status_.no_delay = false;
  }
  hung_up_ = false;
  socket_ = -1;
  connection_ = new_connection_number();
  const std::lock_guard lock(client_mutex_);
  try {
    client_ = std::make_unique<PahoClient>(options_, address_, static_cast<ClientEvents&>(*this));
  } catch (const std::exception& error) {
    return Error{"mqtt", error.what()};
  }
  search_.emplace(address_.port);
  Status connected = client_->connect(kConnectPatience);
  if (connected) connected = wait_until_up();
  if (!connected) client_.reset();  // else a late answer would still search
  search_.reset();
  if (connected) return {};
  return Error{"mqtt", "cannot connect to " + options_.url + ": " + connected.error().message};
}

/// Paho completes the token before it calls on_connected(), which may never come: the line can
/// break in between.
Status PahoLink::wait_until_up() {
  std::unique_lock lock(state_mutex_);
  const auto settled = [this] { return up_ || lost_ || stopping_; };
  state_changed_.wait_for(lock, kAnswerPatience, settled);
  if (up_) return {};
  return Error{"mqtt", lost_reason_.empty() ? "the line broke while connecting" : lost_reason_};
}

Status PahoLink::subscribe() {
  std::vector<std::string> wanted;
  {
    const std::lock_guard lock(state_mutex_);
    wanted = wanted_;
  }
  // Own publishes do not come back through a No Local subscription: the marker has its own.
  std::vector<PahoClient::Filter> filters = {
      {inbox::marker_topic(options_.prefix, options_.node), false}};
  for (const std::string& filter : wanted) filters.push_back({filter, true});
  Result<std::vector<std::string>> refused = client_->subscribe(filters, kAnswerPatience);
  if (!refused) return refused.error();
  const std::lock_guard lock(state_mutex_);
  status_.refused_subscriptions = std::move(*refused);
  subscribed_ = std::move(wanted);
  answered_ = true;
  return {};
}

void PahoLink::greet() {
  Parcel marker;
  marker.topic = inbox::marker_topic(options_.prefix, options_.node);
  marker.payload = inbox::marker_payload(connection_);
  std::vector<Parcel> parcels;
  parcels.push_back(std::move(marker));
  if (options_.online) {
    Parcel online;
    online.topic = options_.prefix + "/status";
    online.payload = options_.online();
    online.retain = true;
    parcels.push_back(std::move(online));
  }
  outbox_.put_first(std::move(parcels));
  set_state(LinkState::connected, "");
}

void PahoLink::stay_until_lost() {
  const auto began = std::chrono::steady_clock::now();
  std::unique_lock lock(state_mutex_);
  while (!lost_ && !stopping_) {
    ring_.mark_alive(inbox::stamp_now());
    if (subscribed_ != wanted_) {
      lock.unlock();
      if (const Status updated = update_subscriptions(); !updated) {
        lose(updated.error().message);
      }
      lock.lock();
      continue;
    }
    state_changed_.wait_for(lock, kLifeSign);
  }
  const auto lived = std::chrono::steady_clock::now() - began;
  if (lived > kStableAfter) backoff_.reset();
  const bool cut_short = lost_ && !hung_up_ && lived < kShortLife;
  short_lives_ = cut_short ? short_lives_ + 1 : 0;
  if (short_lives_ >= kSuspiciousLives) lost_reason_ += suspicion(options_.node);
}

Status PahoLink::update_subscriptions() {
  std::vector<std::string> wanted;
  std::vector<std::string> gone;
  {
    const std::lock_guard lock(state_mutex_);
    wanted = wanted_;
    gone = missing_from(wanted, subscribed_);
    const std::vector<std::string> fresh = missing_from(subscribed_, wanted);
    subscribed_ = wanted;
    answered_ = gone.empty() && fresh.empty();
    if (answered_) return {};
    wanted = fresh;
  }
  std::vector<PahoClient::Filter> filters;
  for (const std::string& filter : wanted) filters.push_back({filter, true});
  Result<std::vector<std::string>> refused = client_->subscribe(filters, kAnswerPatience);
  if (!refused) return refused.error();
  {
    const std::lock_guard lock(state_mutex_);
    std::move(refused->begin(), refused->end(), std::back_inserter(status_.refused_subscriptions));
    answered_ = true;
  }
  wake();
  return client_->unsubscribe(gone, kAnswerPatience);
}

void PahoLink::say_goodbye() {
  std::chrono::milliseconds patience{};
  {
    const std::lock_guard lock(state_mutex_);
    if (lost_ || !stopping_) return;
    patience = stop_patience_;
  }
  [[maybe_unused]] const bool delivered = outbox_.wait_empty(patience);
  Parcel offline;
  offline.topic = options_.prefix + "/status";
  offline.payload = kOffline;
  offline.retain = true;
  std::vector<Parcel> parcels;
  parcels.push_back(std::move(offline));
  outbox_.put_first(std::move(parcels));
  [[maybe_unused]] const bool said = outbox_.wait_empty(std::max(patience, kLifeSign));
  client_->disconnect(std::max(patience, kLifeSign));
}

void PahoLink::tear_down() {
  outbox_.down();
  {
    const std::lock_guard lock(client_mutex_);
    client_.reset();
  }
  ring_.mark_alive(inbox::stamp_now());
  push_disconnected();
}

/// Until there is room: only our own stop leaves it out, and nobody reads then.
void PahoLink::push_disconnected() {
  std::string reason;
  {
    const std::lock_guard lock(state_mutex_);
    if (!up_ || stopping_) return;
    reason = lost_reason_;
  }
  inbox::Record record;
  record.kind = inbox::RecordKind::disconnected;
  record.at = inbox::stamp_now();
  record.connection = connection_;
  record.payload = reason;
  while (ring_.push(record, std::chrono::milliseconds(100)) == inbox::InboxRing::Push::full) {
    const std::lock_guard lock(state_mutex_);
    if (stopping_) return;
  }
}

bool PahoLink::sleep_for(std::chrono::milliseconds time) {
  std::unique_lock lock(state_mutex_);
  if (!stopping_) {
    status_.state = LinkState::waiting;
    status_.reason = lost_reason_;
  }
  return state_changed_.wait_for(lock, time, [this] { return stopping_; });
}

void PahoLink::set_state(LinkState state, const std::string& reason) {
  const std::lock_guard lock(state_mutex_);
  status_.state = state;
  status_.reason = reason;
}

void PahoLink::lose(std::string reason) {
  const std::lock_guard lock(state_mutex_);
  if (!lost_ || lost_reason_.empty()) lost_reason_ = std::move(reason);
  lost_ = true;
  state_changed_.notify_all();
}

// --- The sender --------------------------------------------------------------------------------

void PahoLink::sender() {
  Outbox::Ticketed parcel;
  for (;;) {
    switch (outbox_.take(parcel)) {
      case Outbox::Work::parcel:
        send(parcel);
        break;
      case Outbox::Work::nudge:
        nudge();
        break;
      case Outbox::Work::closed:
        return;
    }
  }
}

void PahoLink::nudge() {
  const std::lock_guard lock(client_mutex_);
  if (client_) client_->nudge();
}

void PahoLink::send(const Outbox::Ticketed& parcel) {
  const std::lock_guard lock(client_mutex_);
  // Taken before the connection ended: it was never reported as sent.
  if (!client_ || parcel.connection != connection_) return;
  const Status sent = client_->publish(parcel.parcel, parcel.ticket);
  if (!sent && sent.error().code != "gone") on_refused(parcel.ticket, sent.error().message);
}

// --- Callbacks, on Paho's threads --------------------------------------------------------------

void PahoLink::on_connected(bool session_present, std::size_t receive_max) noexcept {
  socket_ = search_->find();
  const bool no_delay = socket_ >= 0 && set_no_delay(socket_);
  const std::string incarnation = broker_incarnation();
  inbox::Record record;
  record.kind = inbox::RecordKind::connected;
  record.at = inbox::stamp_now();
  record.connection = connection_;
  record.session_present = session_present;
  record.payload = incarnation;
  if (const auto alive = ring_.last_alive()) record.absence = inbox::elapsed(*alive, record.at);
  outbox_.up(connection_, receive_max);  // before the loop can answer the record
  push_or_hang_up(record);
  const std::lock_guard lock(state_mutex_);
  status_.no_delay = no_delay;
  ++status_.connects;
  up_ = true;
  state_changed_.notify_all();
}

/// Nobody tells us about a foreign broker's restart. It may be another incarnation after a reboot
/// (then the ring is new), and whenever the other side ended the connection.
std::string PahoLink::broker_incarnation() {
  if (options_.incarnation) return options_.incarnation();
  const std::lock_guard lock(state_mutex_);
  const bool same = !broker_may_be_new_;
  broker_may_be_new_ = false;
  return same ? "" : "since-" + std::to_string(connection_);
}

void PahoLink::on_message(const inbox::Record& message) noexcept {
  if (hung_up_) return;
  inbox::Record record = message;
  record.at = inbox::stamp_now();
  record.connection = connection_;
  if (record.payload.size() > options_.payload_bytes_max) {
    push_rejected(record);
  } else {
    push_or_hang_up(record);
  }
}

void PahoLink::push_or_hang_up(const inbox::Record& record) noexcept {
  switch (ring_.push(record, options_.ring_wait)) {
    case inbox::InboxRing::Push::done:
      return;
    case inbox::InboxRing::Push::too_large:
      push_rejected(record);
      return;
    case inbox::InboxRing::Push::full:
      break;
  }
  hung_up_ = true;
  hang_up(socket_);
  const std::lock_guard lock(state_mutex_);
  ++status_.hang_ups;
  lost_ = true;
  lost_reason_ = "the inbox is full";
  state_changed_.notify_all();
}

void PahoLink::push_rejected(const inbox::Record& message) noexcept {
  inbox::Record record = message;
  record.kind = inbox::RecordKind::rejected;
  record.size_bytes = message.payload.size();
  record.topic = message.topic.substr(0, kTopicShown);
  record.payload = record.response_topic = record.correlation = record.traceparent = {};
  {
    const std::lock_guard lock(state_mutex_);
    ++status_.rejected;
  }
  push_or_hang_up(record);
}

void PahoLink::on_lost(std::string_view reason) noexcept {
  outbox_.shut();
  {
    const std::lock_guard lock(state_mutex_);
    if (!hung_up_) broker_may_be_new_ = true;
  }
  lose(reason.empty() ? "the connection to the broker broke" : std::string(reason));
}

void PahoLink::on_sent(std::uint64_t ticket) noexcept {
  if (outbox_.sent(ticket)) wake();
}

void PahoLink::on_refused(std::uint64_t ticket, const std::string& reason) noexcept {
  if (outbox_.refused(ticket, reason)) wake();
}

void PahoLink::wake() noexcept {
  if (wake_fd_ < 0) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = write(wake_fd_, &one, sizeof one);
}

}  // namespace attune::link
