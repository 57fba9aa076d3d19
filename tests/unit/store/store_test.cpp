#include "store/store.h"

#include <gtest/gtest.h>

#include "devices/model/limits.h"
#include "store/turn_writer.h"
#include "tests/unit/store/samples.h"

namespace attune::store {
namespace {

constexpr std::uint64_t kGap = limits::kUncommittedRevisionsMax;

/// A store that can be opened again as after a restart.
class Subject {
 public:
  virtual ~Subject() = default;
  virtual Store& store() = 0;
  virtual void reopen() = 0;
};

class LmdbSubject final : public Subject {
 public:
  LmdbSubject() { reopen(); }
  Store& store() override { return *store_; }
  void reopen() override {
    store_.reset();
    auto opened = open_lmdb({folder_.path(), 64 << 20});
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
  }

 private:
  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
};

class MemorySubject final : public Subject {
 public:
  Store& store() override { return *store_; }
  void reopen() override { store_ = store_->reopen(); }

 private:
  std::unique_ptr<MemoryStore> store_ = make_memory_store();
};

/// The suite that holds for both stores.
class BothStores : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    if (GetParam()) {
      subject_ = std::make_unique<LmdbSubject>();
    } else {
      subject_ = std::make_unique<MemorySubject>();
    }
  }
  Store& store() { return subject_->store(); }
  Recovered recover() {
    auto recovered = store().recover();
    if (!recovered) throw std::runtime_error(recovered.error().message);
    return std::move(*recovered);
  }
  Recovered restart() {
    subject_->reopen();
    return recover();
  }
  void commit(const Turn& turn) {
    const Status done = store().commit(turn);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }
  void commit_writes(std::vector<Write> writes) {
    Turn turn;
    turn.writes = std::move(writes);
    commit(turn);
  }

  std::unique_ptr<Subject> subject_;
};

INSTANTIATE_TEST_SUITE_P(Stores, BothStores, testing::Bool(),
                         [](const auto& p) { return p.param ? "Lmdb" : "Memory"; });

std::vector<std::uint64_t> revisions(const std::vector<Change>& changes) {
  std::vector<std::uint64_t> out;
  for (const Change& change : changes) out.push_back(number(change.revision));
  return out;
}

TEST_P(BothStores, BeginsEmptyCleanAndNamed) {
  const Recovered recovered = recover();
  EXPECT_EQ(recovered.store_uuid.size(), 36u);
  EXPECT_TRUE(recovered.clean);
  EXPECT_EQ(number(recovered.head), 0u);
  EXPECT_EQ(number(recovered.next), 1u);
  EXPECT_TRUE(recovered.tail.empty());
  EXPECT_FALSE(recovered.inbox.has_value());
  EXPECT_EQ(number(store().floor()), 0u);
}

TEST_P(BothStores, KeepsItsNameOverARestart) {
  const std::string uuid = recover().store_uuid;
  EXPECT_EQ(restart().store_uuid, uuid);
}

TEST_P(BothStores, ContinuesWithoutAGapAfterACleanStop) {
  recover();
  Turn last = turn_above(0, 3);
  last.clean = true;
  commit(last);
  const Recovered recovered = restart();
  EXPECT_TRUE(recovered.clean);
  EXPECT_EQ(number(recovered.next), 4u);
}

TEST_P(BothStores, LeavesAGapAfterAnUncleanStop) {
  recover();
  commit(turn_above(0, 3));
  const Recovered recovered = restart();
  EXPECT_FALSE(recovered.clean);
  EXPECT_EQ(number(recovered.head), 3u);
  EXPECT_EQ(number(recovered.next), 3 + kGap + 1);
}

TEST_P(BothStores, TheFirstCommitAfterACleanStopEndsTheCleanness) {
  recover();
  Turn last = turn_above(0, 1);
  last.clean = true;
  commit(last);
  restart();
  commit(turn_above(1, 1));
  EXPECT_EQ(number(restart().next), 2 + kGap + 1);
}

TEST_P(BothStores, NeverGivesOutARevisionTwiceThoughNothingWasCommitted) {
  EXPECT_EQ(number(recover().next), 1u);
  EXPECT_EQ(number(restart().next), kGap + 1) << "1.. may have been shown";
  EXPECT_EQ(number(restart().next), 2 * kGap + 1);
  Turn last;
  last.clean = true;
  commit(last);
  EXPECT_EQ(number(restart().next), 2 * kGap + 1) << "a clean stop gave nothing out";
}

TEST_P(BothStores, KeepsWhatATurnSays) {
  recover();
  Turn turn = turn_above(0, 2);
  turn.inbox = InboxPosition{7, 4096};
  turn.writes = {{sample_state()}, {sample_claim()}, {sample_base()},
                 {sample_rule()},  {sample_timer()}, {command_of(9, CommandState::queued)},
                 {sample_blob()}};
  commit(turn);
  const Recovered recovered = restart();
  EXPECT_TRUE(recovered.at == turn.at);
  EXPECT_TRUE(recovered.inbox == turn.inbox);
  EXPECT_TRUE(recovered.tail == turn.changes);
  EXPECT_TRUE(recovered.state == std::vector{sample_state()});
  EXPECT_TRUE(recovered.claims == std::vector{sample_claim()});
  EXPECT_TRUE(recovered.bases == std::vector{sample_base()});
  EXPECT_TRUE(recovered.rules == std::vector{sample_rule()});
  EXPECT_TRUE(recovered.timers == std::vector{sample_timer()});
  EXPECT_TRUE(recovered.commands == std::vector{command_of(9, CommandState::queued)});
  EXPECT_EQ(number(recovered.last_command), 9u);
  const auto blobs = store().blobs("discovery");
  ASSERT_TRUE(blobs.ok());
  EXPECT_TRUE(*blobs == std::vector{sample_blob()});
}

TEST_P(BothStores, ErasesByKeyAndForgivesWhatIsNotThere) {
  recover();
  commit_writes({{sample_claim()}, {sample_timer()}});
  Claim same_key;
  same_key.path = sample_claim().path;
  same_key.by = sample_claim().by;
  same_key.source = sample_claim().source;
  commit_writes({{same_key, true}, {sample_base(), true}});
  const Recovered recovered = restart();
  EXPECT_TRUE(recovered.claims.empty());
  EXPECT_EQ(recovered.timers.size(), 1u);
}

TEST_P(BothStores, TheLastWriteOfAKeyWins) {
  recover();
  Base second = sample_base();
  second.value = "second";
  commit_writes({{sample_base()}, {sample_base(), true}, {sample_base()}, {second}});
  const Recovered recovered = restart();
  ASSERT_EQ(recovered.bases.size(), 1u);
  EXPECT_EQ(recovered.bases[0].value, Value("second"));
}

TEST_P(BothStores, TheTailBeginsAfterTheFold) {
  recover();
  commit(turn_above(0, 5));
  Turn fold = turn_above(5, 1);
  fold.folded_through = Revision{6};
  commit(fold);
  commit(turn_above(6, 2));
  EXPECT_EQ(revisions(restart().tail), (std::vector<std::uint64_t>{7, 8}));
}

TEST_P(BothStores, ResumesTheLogAtEveryRevision) {
  recover();
  commit(turn_above(0, 4));
  commit(turn_above(100, 4));
  const std::vector<std::uint64_t> all = {1, 2, 3, 4, 101, 102, 103, 104};
  for (std::uint64_t after = 0; after < 110; ++after) {
    const auto found = store().log_after(Revision{after}, 100);
    ASSERT_TRUE(found.ok()) << found.error().message;
    const auto first = std::upper_bound(all.begin(), all.end(), after);
    EXPECT_EQ(revisions(*found), std::vector<std::uint64_t>(first, all.end())) << after;
  }
}

TEST_P(BothStores, GivesTheLogInPages) {
  recover();
  commit(turn_above(0, 10));
  EXPECT_EQ(revisions(*store().log_after(Revision{3}, 2)), (std::vector<std::uint64_t>{4, 5}));
  EXPECT_TRUE(store().log_after(Revision{3}, 0)->empty());
  EXPECT_EQ(store().log_after(Revision{8}, 2)->size(), 2u);
}

TEST_P(BothStores, GivesTheNewestChangesAcrossGaps) {
  recover();
  commit(turn_above(0, 3));
  commit(turn_above(70'000, 2));
  const auto newest = *store().log_newest(4);
  ASSERT_EQ(newest.size(), 4u);
  EXPECT_EQ(number(newest.front().revision), 2u);
  EXPECT_EQ(number(newest.back().revision), 70'002u);
  EXPECT_EQ(store().log_newest(100)->size(), 5u);
  EXPECT_TRUE(store().log_newest(0)->empty());
}

TEST_P(BothStores, FindsAChangeByItsRevisionOnly) {
  recover();
  commit(turn_above(10, 2));
  EXPECT_TRUE(store().change(Revision{11})->value() == change_at(11));
  EXPECT_FALSE(store().change(Revision{10})->has_value());
  EXPECT_FALSE(store().change(Revision{13})->has_value());
}

TEST_P(BothStores, ShowsFinalCommandsNewestFirst) {
  recover();
  commit_writes({{command_of(1, CommandState::confirmed, "a")},
                 {command_of(2, CommandState::sent, "a")},
                 {command_of(3, CommandState::expired, "b")},
                 {command_of(4, CommandState::failed, "a")}});
  const auto of_a = *store().finished_commands("a.on", 10);
  ASSERT_EQ(of_a.size(), 2u);
  EXPECT_EQ(number(of_a[0].id), 4u);
  EXPECT_EQ(number(of_a[1].id), 1u);
  EXPECT_EQ(store().finished_commands("", 10)->size(), 3u);
  EXPECT_EQ(store().finished_commands("", 2)->size(), 2u);
  EXPECT_EQ(restart().commands.size(), 1u);
}

TEST_P(BothStores, DropsTheOldestFinalCommandsAStepAboveTheBound) {
  constexpr std::uint64_t kKept = kFinalCommandsMax + kPruneStep;
  recover();
  Turn turn;
  for (std::uint64_t id = 1; id <= kKept + 1; ++id) {
    const bool open = id == 1;
    turn.writes.push_back({command_of(id, open ? CommandState::sent : CommandState::confirmed)});
  }
  commit(turn);
  EXPECT_EQ(store().finished_commands("", 2 * kKept)->size(), kKept);
  commit_writes({{command_of(1, CommandState::confirmed)}});
  commit_writes({{command_of(kKept + 2, CommandState::sent)}});
  const auto finals = *store().finished_commands("", 2 * kKept);
  ASSERT_EQ(finals.size(), kFinalCommandsMax);
  EXPECT_EQ(number(finals.back().id), kPruneStep + 2);
  const Recovered recovered = restart();
  EXPECT_EQ(number(recovered.last_command), kKept + 2);
  EXPECT_EQ(recovered.commands.size(), 1u);
}

TEST_P(BothStores, RemembersTheHighestCommandThoughItIsGone) {
  recover();
  commit_writes({{command_of(5, CommandState::confirmed)}});
  commit_writes({{command_of(5, CommandState::confirmed), true}});
  EXPECT_TRUE(store().finished_commands("", 10)->empty());
  EXPECT_EQ(number(restart().last_command), 5u);
}

TEST_P(BothStores, GivesTheBlobsOfOneSpaceInOrder) {
  recover();
  const std::string longest(900, 'm');
  commit_writes({{Blob{"b", "x", "other"}},
                 {Blob{"a", "2", "two"}},
                 {Blob{"a", longest, "long"}},
                 {Blob{"a", "1", "one"}},
                 {Blob{"ab", "1", "other"}},
                 {Blob{"a", "z", std::string(100'000, 'z')}}});
  const auto blobs = *store().blobs("a");
  ASSERT_EQ(blobs.size(), 4u);
  EXPECT_EQ(blobs[0].key, "1");
  EXPECT_EQ(blobs[1].key, "2");
  EXPECT_EQ(blobs[2].key, longest);
  EXPECT_EQ(blobs[3].bytes.size(), 100'000u);
  EXPECT_TRUE(store().blobs("none")->empty());
}

TEST_P(BothStores, CountsWhatItWrites) {
  recover();
  const auto before = store().usage().bytes_written;
  commit(turn_above(0, 10));
  const auto usage = store().usage();
  EXPECT_GE(usage.bytes_written - before, 10 * 50u);
  EXPECT_GT(usage.file_bytes, 0u);
  EXPECT_GE(usage.map_used_ratio, 0.0);
  EXPECT_LT(usage.map_used_ratio, 0.1);
}

using BothStoresDeathTest = BothStores;
INSTANTIATE_TEST_SUITE_P(Stores, BothStoresDeathTest, testing::Bool(),
                         [](const auto& p) { return p.param ? "Lmdb" : "Memory"; });

TEST_P(BothStoresDeathTest, ARevisionThatDoesNotAscendStopsTheProcess) {
  recover();
  commit(turn_above(0, 5));
  EXPECT_DEATH((void)store().commit(turn_above(4, 1)), "revision 5 committed after 5");
}

TEST(MemoryStore, FailsCommitsUntilTold) {
  auto store = make_memory_store();
  ASSERT_TRUE(store->recover().ok());
  store->fail_commits(Error{"full", "told to"});
  const Status refused = store->commit(turn_above(0, 2));
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().code, "full");
  EXPECT_TRUE(store->log_after(Revision{0}, 10)->empty());
  store->fail_commits({});
  EXPECT_TRUE(store->commit(turn_above(0, 2)).ok());
  EXPECT_EQ(store->log_after(Revision{0}, 10)->size(), 2u);
}

TEST(MemoryStore, AReopenedOneLivesOnItsOwn) {
  auto store = make_memory_store();
  ASSERT_TRUE(store->commit(turn_above(0, 2)).ok());
  auto again = store->reopen();
  ASSERT_TRUE(store->commit(turn_above(2, 1)).ok());
  EXPECT_EQ(number(again->recover()->head), 2u);
}

}  // namespace
}  // namespace attune::store
