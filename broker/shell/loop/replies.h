#pragma once
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "broker/shell/link/link.h"
#include "devices/normaliser.h"

/// What dialects say by themselves: answers to a message, and, after each connect, the questions
/// to devices whose state the broker does not keep.
namespace attune::shell {

/// Answers wait for the commit of what they answer, and both wait until every filter is
/// subscribed: else what comes back would be missed. Questions go one device at a time, because
/// some travel on by radio.
///
/// Threading: owned by the loop.
class Replies {
 public:
  static constexpr std::size_t kWaitingMax = 1'024;  ///< messages; the oldest are let go
  static constexpr Millis kAskEvery{50};

  /// Answers to the message that is being stepped.
  void add(std::vector<devices::Outgoing> replies);
  /// Every device of the catalog is to say its state again.
  void ask_all(const devices::Catalog& catalog);
  /// So is this one, after the others.
  void ask(DeviceIndex device) { to_ask_.push_back(device); }
  /// Whether answers wait for a commit.
  [[nodiscard]] bool to_commit() const { return !fresh_.empty(); }
  void committed();
  /// Gives the link what may leave by `now` (Instant::steady).
  void let_out(link::Link& link, const devices::Normaliser& normaliser, Millis now);
  /// What was not said is not said later: devices are asked anew.
  void link_lost();
  /// When the next question is due; empty: none is, or it waits for the link, which wakes the loop.
  [[nodiscard]] std::optional<Millis> next_due() const;

 private:
  void let_out_questions(link::Link& link, const devices::Normaliser& normaliser, Millis now);

  std::vector<devices::Outgoing> fresh_;
  std::deque<devices::Outgoing> waiting_;  ///< committed
  std::deque<DeviceIndex> to_ask_;
  Millis next_ask_{};
  bool held_ = false;  ///< the link took nothing the last time
};

}  // namespace attune::shell
