#include "broker/shell/link/outbox.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace attune::link {

void Outbox::up(std::uint64_t connection, std::size_t in_flight_max) {
  const std::lock_guard lock(mutex_);
  window_ = std::min(in_flight_max_, in_flight_max);
  connection_ = connection;
  greeted_ = false;
  open_ = false;
}

void Outbox::down() {
  const std::lock_guard lock(mutex_);
  connection_ = 0;
  open_ = false;
  waiting_.clear();
  in_flight_.clear();
  changed_.notify_all();
}

void Outbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  changed_.notify_all();
}

void Outbox::put_first(std::vector<Parcel> parcels) {
  const std::lock_guard lock(mutex_);
  if (connection_ == 0) return;
  greeted_ = true;
  waiting_.insert(waiting_.begin(), std::make_move_iterator(parcels.begin()),
                  std::make_move_iterator(parcels.end()));
  changed_.notify_all();
}

void Outbox::shut() {
  const std::lock_guard lock(mutex_);
  open_ = false;
}

bool Outbox::wait_empty(std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_until(lock, std::chrono::steady_clock::now() + patience,
                             [this] { return waiting_.empty() && in_flight_.empty(); });
}

bool Outbox::open(std::uint64_t connection) {
  const std::lock_guard lock(mutex_);
  open_ = connection != 0 && connection == connection_;
  return open_;
}

bool Outbox::put(std::vector<Parcel> parcels) {
  {
    const std::lock_guard lock(mutex_);
    if (!open_ || waiting_.size() + parcels.size() > waiting_max_) return false;
    std::move(parcels.begin(), parcels.end(), std::back_inserter(waiting_));
  }
  changed_.notify_all();  // unlocked: else the sender wakes only to wait for the lock
  return true;
}

Reports Outbox::take_reports() {
  const std::lock_guard lock(mutex_);
  return std::exchange(reports_, {});
}

Outbox::Work Outbox::take(Ticketed& out) {
  std::unique_lock lock(mutex_);
  const auto ready = [this] {
    return closed_ || (greeted_ && !waiting_.empty() && in_flight_.size() < window_);
  };
  while (!ready()) {
    if (nudged_ || in_flight_.empty()) {
      changed_.wait(lock);
    } else if (!changed_.wait_for(lock, kNudgeAfter, ready)) {
      nudged_ = true;
      if (!in_flight_.empty()) return Work::nudge;
    }
  }
  if (closed_) return Work::closed;
  nudged_ = false;
  out = {++last_ticket_, connection_, std::move(waiting_.front())};
  waiting_.pop_front();
  in_flight_.emplace_hint(in_flight_.end(), out.ticket,
                          Senders{out.parcel.commands, out.parcel.notice});
  return Work::parcel;
}

std::optional<Outbox::Senders> Outbox::settle(std::uint64_t ticket) {
  const auto found = in_flight_.find(ticket);
  if (found == in_flight_.end()) return std::nullopt;  // of a connection that ended
  Senders senders = std::move(found->second);
  in_flight_.erase(found);
  if (in_flight_.empty() || in_flight_.size() + 1 == window_) changed_.notify_all();
  return senders;
}

bool Outbox::sent(std::uint64_t ticket) {
  const std::lock_guard lock(mutex_);
  const std::optional<Senders> senders = settle(ticket);
  if (!senders || senders->empty()) return false;
  const bool first = reports_.empty();
  reports_.sent.insert(reports_.sent.end(), senders->commands.begin(), senders->commands.end());
  if (senders->notice != 0) reports_.told.push_back(senders->notice);
  return first;
}

bool Outbox::refused(std::uint64_t ticket, const std::string& reason) {
  const std::lock_guard lock(mutex_);
  const std::optional<Senders> senders = settle(ticket);
  if (!senders || senders->empty()) return false;
  const bool first = reports_.empty();
  for (const CommandId command : senders->commands) {
    reports_.refused.push_back({command, 0, reason});
  }
  if (senders->notice != 0) reports_.refused.push_back({{}, senders->notice, reason});
  return first;
}

std::size_t Outbox::waiting() const {
  const std::lock_guard lock(mutex_);
  return waiting_.size();
}

std::size_t Outbox::in_flight() const {
  const std::lock_guard lock(mutex_);
  return in_flight_.size();
}

}  // namespace attune::link
