#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/event.h"
#include "devices/model/records.h"

/// Deadlines as data: one per (kind, subject), each stored in the turn that armed it; those of a
/// command are part of the command's row.
namespace attune::core {

/// Whether the timer of a deadline has to be moved. One that stands before it need not: it is moved
/// when it fires, so that a deadline that moves away with every message costs nothing each time.
[[nodiscard]] bool must_move(const std::optional<Millis>& armed, const std::optional<Millis>& due);

class Timers {
 public:
  using Key = std::pair<TimerKind, std::string>;

  /// Arms or re-arms, and writes it to `out`.
  void arm(TimerKind kind, std::string subject, Millis due, Outcome& out);
  /// Arms it, or cancels it when nothing is due.
  void set(TimerKind kind, std::string subject, std::optional<Millis> due, Outcome& out);
  /// Nothing when it was not armed.
  void cancel(TimerKind kind, const std::string& subject, Outcome& out);
  [[nodiscard]] std::optional<Millis> due(TimerKind kind, const std::string& subject) const;
  [[nodiscard]] std::optional<Millis> next() const;
  /// Takes the earliest timer due at or before `now`; ties by key.
  std::optional<Timer> pop(Millis now, Outcome& out);
  void restore(const Timer& timer);
  [[nodiscard]] std::size_t size() const { return by_key_.size(); }
  /// All that are armed, ascending by key.
  [[nodiscard]] std::vector<Timer> all() const;

 private:
  std::map<Key, Millis> by_key_;
  std::set<std::pair<Millis, Key>> by_due_;
};

}  // namespace attune::core
