#include "broker/core/timers.h"

namespace attune::core {

namespace {

/// The others follow from rows of another kind, and are armed again from there.
bool is_stored(TimerKind kind) {
  return kind < TimerKind::command_retry || kind == TimerKind::impulse;
}

}  // namespace

bool must_move(const std::optional<Millis>& armed, const std::optional<Millis>& due) {
  return due ? !armed || *due < *armed : armed.has_value();
}

void Timers::arm(TimerKind kind, std::string subject, Millis due, Outcome& out) {
  if (this->due(kind, subject) == due) return;
  cancel(kind, subject, out);
  if (is_stored(kind)) out.writes.push_back({Timer{kind, subject, due}, false});
  restore({kind, std::move(subject), due});
}

void Timers::set(TimerKind kind, std::string subject, std::optional<Millis> due, Outcome& out) {
  if (due) return arm(kind, std::move(subject), *due, out);
  cancel(kind, subject, out);
}

void Timers::cancel(TimerKind kind, const std::string& subject, Outcome& out) {
  const Key key{kind, subject};
  const auto it = by_key_.find(key);
  if (it == by_key_.end()) return;
  if (is_stored(kind)) out.writes.push_back({Timer{kind, subject, it->second}, true});
  by_due_.erase({it->second, key});
  by_key_.erase(it);
}

std::optional<Millis> Timers::due(TimerKind kind, const std::string& subject) const {
  const auto it = by_key_.find({kind, subject});
  if (it == by_key_.end()) return std::nullopt;
  return it->second;
}

std::optional<Millis> Timers::next() const {
  if (by_due_.empty()) return std::nullopt;
  return by_due_.begin()->first;
}

std::optional<Timer> Timers::pop(Millis now, Outcome& out) {
  if (by_due_.empty() || by_due_.begin()->first > now) return std::nullopt;
  const Key key = by_due_.begin()->second;
  Timer timer{key.first, key.second, by_due_.begin()->first};
  cancel(key.first, key.second, out);
  return timer;
}

void Timers::restore(const Timer& timer) {
  const Key key{timer.kind, timer.subject};
  by_key_[key] = timer.due;
  by_due_.insert({timer.due, key});
}

std::vector<Timer> Timers::all() const {
  std::vector<Timer> timers;
  for (const auto& [key, due] : by_key_) timers.push_back({key.first, key.second, due});
  return timers;
}

}  // namespace attune::core
