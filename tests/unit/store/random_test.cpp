#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "devices/model/limits.h"
#include "store/store.h"
#include "tests/unit/store/samples.h"

/// Random turns on the twin, on LMDB, and on a model of a few lines that shares no code with them.
namespace attune::store {
namespace {

/// What a store is, said as plainly as possible.
class Model {
 public:
  void commit(const Turn& turn) {
    for (const Change& change : turn.changes) log_.push_back(change);
    for (const Write& write : turn.writes)
      std::visit([&](const auto& r) { row(r, write.erase); }, write.record);
    seen_.at = turn.at;
    seen_.clean = turn.clean;
    if (turn.inbox) seen_.inbox = turn.inbox;
    if (turn.folded_through) fold_ = *turn.folded_through;
    if (!log_.empty()) seen_.head = log_.back().revision;
  }

  Recovered recover() {
    Recovered out = seen_;
    const std::uint64_t highest = std::max(number(seen_.head), reached_);
    out.next = Revision{highest + 1 + (seen_.clean ? 0 : limits::kUncommittedRevisionsMax)};
    for (const Change& change : log_) {
      if (change.revision > fold_) out.tail.push_back(change);
    }
    copy(state_, out.state);
    copy(claims_, out.claims);
    copy(bases_, out.bases);
    copy(rules_, out.rules);
    copy(timers_, out.timers);
    copy(tombstones_, out.tombstones);
    for (const auto& [id, command] : commands_) {
      if (!is_final(command.state)) out.commands.push_back(command);
    }
    reached_ = number(out.next) - 1;
    seen_.clean = false;
    return out;
  }

  std::vector<Command> finished() const {
    std::vector<Command> out;
    for (auto it = commands_.rbegin(); it != commands_.rend(); ++it) {
      if (is_final(it->second.state)) out.push_back(it->second);
    }
    return out;
  }
  std::vector<Blob> blobs(const std::string& space) const {
    std::vector<Blob> out;
    for (const auto& [key, blob] : blobs_) {
      if (blob.space == space) out.push_back(blob);
    }
    return out;
  }
  const std::vector<Change>& log() const { return log_; }
  Revision head() const { return seen_.head; }

 private:
  template <class Rows, class R>
  static void set(Rows& rows, typename Rows::key_type key, const R& record, bool erase) {
    rows.erase(key);
    if (!erase) rows.emplace(std::move(key), record);
  }
  void row(const StateRow& r, bool erase) { set(state_, r.path.text(), r, erase); }
  void row(const Claim& r, bool erase) {
    set(claims_, std::tuple(r.path.text(), r.by, r.source), r, erase);
  }
  void row(const Base& r, bool erase) { set(bases_, r.path.text(), r, erase); }
  void row(const RuleState& r, bool erase) { set(rules_, r.rule.text(), r, erase); }
  void row(const Tombstone& r, bool erase) { set(tombstones_, r.revision, r, erase); }
  void row(const Timer& r, bool erase) { set(timers_, std::tuple(r.kind, r.subject), r, erase); }
  void row(const Blob& r, bool erase) { set(blobs_, std::tuple(r.space, r.key), r, erase); }
  void row(const Command& r, bool erase) {
    set(commands_, r.id, r, erase);
    if (!erase) seen_.last_command = std::max(seen_.last_command, r.id);
  }
  template <class Rows, class R>
  static void copy(const Rows& rows, std::vector<R>& out) {
    for (const auto& [key, row] : rows) out.push_back(row);
  }

  Recovered seen_;
  Revision fold_{};
  std::uint64_t reached_ = 0;
  std::vector<Change> log_;
  std::map<std::string, StateRow> state_;
  std::map<std::tuple<std::string, ClaimBy, std::string>, Claim> claims_;
  std::map<std::string, Base> bases_;
  std::map<std::string, RuleState> rules_;
  std::map<std::tuple<TimerKind, std::string>, Timer> timers_;
  std::map<Revision, Tombstone> tombstones_;
  std::map<std::tuple<std::string, std::string>, Blob> blobs_;
  std::map<CommandId, Command> commands_;
};

/// Rows under names that were cut stand by their hash: compared without regard to order.
void sort_rows(Recovered& r) {
  const auto by_path = [](const auto& a, const auto& b) { return a.path < b.path; };
  const auto by_slot = [](const Claim& a, const Claim& b) {
    return std::tie(a.path, a.by, a.source) < std::tie(b.path, b.by, b.source);
  };
  std::sort(r.state.begin(), r.state.end(), by_path);
  std::sort(r.bases.begin(), r.bases.end(), by_path);
  std::sort(r.claims.begin(), r.claims.end(), by_slot);
  std::sort(r.timers.begin(), r.timers.end(), [](const Timer& a, const Timer& b) {
    return std::tie(a.kind, a.subject) < std::tie(b.kind, b.subject);
  });
}

void expect_answers(const Store& store, const Model& model, Dice& dice, const std::string& what) {
  const std::size_t after = dice.roll(model.log().size() + 1);
  const Revision from = after == 0 ? Revision{} : model.log()[after - 1].revision;
  const std::size_t max = dice.roll(20);
  const std::size_t end = std::min(model.log().size(), after + max);
  const auto found = store.log_after(from, max);
  ASSERT_TRUE(found.ok()) << what << found.error().message;
  EXPECT_TRUE(*found == std::vector<Change>(model.log().begin() + static_cast<long>(after),
                                            model.log().begin() + static_cast<long>(end)))
      << what << ": log after " << number(from);
  EXPECT_TRUE(*store.finished_commands("", 1'000) == model.finished()) << what;
  EXPECT_TRUE(*store.blobs("a") == model.blobs("a")) << what;
  EXPECT_TRUE(*store.blobs("ab") == model.blobs("ab")) << what;
}

Recovered sorted(Result<Recovered> recovered) {
  if (!recovered) throw std::runtime_error(recovered.error().message);
  sort_rows(*recovered);
  return std::move(*recovered);
}

class Random : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Seeds, Random, testing::Range(1, 7));

TEST_P(Random, TurnsLeaveTwinAndDiskAlikeAfterEveryCommitAndRestart) {
  Dice dice(static_cast<std::uint64_t>(GetParam()));
  TemporaryFolder folder;
  const LmdbOptions options{folder.path(), 64 << 20};
  auto twin = make_memory_store();
  auto disk = std::move(*open_lmdb(options));
  Model model;
  for (int step = 0; step < 80; ++step) {
    const std::string what = "step " + std::to_string(step);
    if (step == 0 || dice.roll(5) == 0) {
      disk.reset();
      disk = std::move(*open_lmdb(options));
      twin = twin->reopen();
      Recovered of_twin = sorted(twin->recover());
      Recovered of_disk = sorted(disk->recover());
      Recovered expected = model.recover();
      sort_rows(expected);
      expect_same(of_disk, of_twin, what + " disk, twin");
      expect_same(of_disk, expected, what + " disk, model");
    }
    Turn turn = dice.turn(model.head());
    turn.clean = dice.roll(6) == 0;
    ASSERT_TRUE(disk->commit(turn).ok());
    ASSERT_TRUE(twin->commit(turn).ok());
    model.commit(turn);
    expect_answers(*disk, model, dice, what + " disk");
    expect_answers(*twin, model, dice, what + " twin");
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace attune::store
