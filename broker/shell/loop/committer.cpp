#include "broker/shell/loop/committer.h"

#include <algorithm>
#include <iterator>
#include <set>
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
  if (turn_.writes.size() > 2 * merged_ + kMergeFrom) merge_writes();
}

void Committer::add(std::vector<Write> writes) {
  std::move(writes.begin(), writes.end(), std::back_inserter(turn_.writes));
}

/// Where a row stands: two writes with the same place are one row.
std::pair<std::size_t, std::string> Committer::place(const Record& record) {
  struct Key {
    std::string operator()(const StateRow& row) const { return row.path.text(); }
    std::string operator()(const Command& row) const { return std::to_string(number(row.id)); }
    std::string operator()(const Claim& row) const {
      return row.path.text() + ' ' + std::to_string(static_cast<int>(row.by)) + row.source;
    }
    std::string operator()(const Base& row) const { return row.path.text(); }
    std::string operator()(const RuleState& row) const { return row.rule.text(); }
    std::string operator()(const Timer& row) const {
      return std::to_string(static_cast<int>(row.kind)) + ' ' + row.subject;
    }
    std::string operator()(const Blob& row) const { return row.space + ' ' + row.key; }
    std::string operator()(const Tombstone& row) const {
      return std::to_string(number(row.revision));
    }
  };
  return {record.index(), std::visit(Key{}, record)};
}

/// The last write of each row is all that a commit needs: a backlog must not ask for more room
/// than its rows.
void Committer::merge_writes() {
  std::set<std::pair<std::size_t, std::string>> seen;
  std::vector<Write> last;
  for (auto write = turn_.writes.rbegin(); write != turn_.writes.rend(); ++write) {
    if (seen.insert(place(write->record)).second) last.push_back(std::move(*write));
  }
  std::reverse(last.begin(), last.end());
  turn_.writes = std::move(last);
  merged_ = turn_.writes.size();
}

bool Committer::due(const Instant& now) {
  if (turn_.changes.empty() && turn_.writes.empty()) return false;
  if (turn_.changes.size() >= kChangesMax) return true;
  if (!waiting_since_) waiting_since_ = now.steady;  // rows came without a moment of their own
  return now.steady >= *waiting_since_ + interval_;
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
  merged_ = 0;
  turn_.folded_through.reset();
  turn_.absence.reset();
  waiting_since_.reset();
  return status;
}

}  // namespace attune::shell
