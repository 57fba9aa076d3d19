#include "broker/shell/loop/committer.h"

#include <iterator>
#include <utility>

#include "devices/model/limits.h"

namespace attune::shell {

Committer::Committer(store::Store& store, Millis commit_interval)
    : store_(store), interval_(commit_interval) {}

void Committer::add(std::vector<Change>& changes, std::vector<Write>& writes, const Instant& now) {
  if (!waiting_since_ && !(changes.empty() && writes.empty())) waiting_since_ = now.steady;
  if (!changes.empty()) newest_ = changes.back().revision;
  std::move(changes.begin(), changes.end(), std::back_inserter(turn_.changes));
  std::move(writes.begin(), writes.end(), std::back_inserter(turn_.writes));
}

void Committer::add(std::vector<Write> writes) {
  std::move(writes.begin(), writes.end(), std::back_inserter(turn_.writes));
}

bool Committer::due(const Instant& now) const {
  if (turn_.changes.empty() && turn_.writes.empty()) return false;
  if (turn_.changes.size() >= limits::kUncommittedRevisionsMax / 2) return true;
  return !waiting_since_ || now.steady >= *waiting_since_ + interval_;
}

std::optional<Millis> Committer::due_at() const {
  if (turn_.changes.empty() && turn_.writes.empty()) return std::nullopt;
  return waiting_since_.value_or(Millis(0)) + interval_;
}

std::vector<Command> Committer::pending_ends(const std::string& path) const {
  std::vector<Command> ended;
  for (auto write = turn_.writes.rbegin(); write != turn_.writes.rend(); ++write) {
    const auto* command = std::get_if<Command>(&write->record);
    if (command == nullptr || !is_final(command->state)) continue;
    if (path.empty() || command->path.text() == path) ended.push_back(*command);
  }
  return ended;
}

void Committer::fold(const Instant& now, core::Image& image, bool clean) {
  if (!newest_ || (!clean && now.steady < folded_at_ + kFoldInterval)) return;
  for (StateRow& row : image.take_unfolded()) turn_.writes.push_back({std::move(row), false});
  turn_.folded_through = newest_;  // also when it was committed before: the rows hold it
  folded_at_ = now.steady;
}

Status Committer::commit(const Instant& now, core::Image& image, const store::InboxPosition& inbox,
                         bool clean) {
  if (!stuck_) fold(now, image, clean);
  turn_.inbox = inbox;
  turn_.at = now;
  turn_.clean = clean;
  const Status status = store_.commit(turn_);
  stuck_ = !status.ok();
  if (!status.ok()) return status;
  turn_.changes.clear();
  turn_.writes.clear();
  turn_.folded_through.reset();
  waiting_since_.reset();
  return status;
}

}  // namespace attune::shell
