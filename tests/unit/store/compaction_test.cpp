#include "store/compaction.h"

#include <gtest/gtest.h>

#include <memory>

#include "tests/unit/store/samples.h"

namespace attune::store {
namespace {

/// What the log forgets, the same in both stores.
class CompactionTest : public testing::TestWithParam<bool> {
 protected:
  CompactionTest() { open(); }

  void open() {
    if (!GetParam()) {
      auto memory = make_memory_store();
      twin_ = memory.get();
      store_ = std::move(memory);
    } else {
      auto opened = open_lmdb({folder_.path()});
      ASSERT_TRUE(opened.ok()) << opened.error().message;
      store_ = std::move(*opened);
    }
    ASSERT_TRUE(store_->recover().ok());
  }

  void reopen() {
    if (GetParam()) {
      store_.reset();
      return open();
    }
    auto memory = twin_->reopen();
    twin_ = memory.get();
    store_ = std::move(memory);
  }

  static Retention small() {
    Retention retention;
    retention.entries_min = 0;
    retention.batch = 10;
    return retention;
  }

  /// One turn of `count` changes, one a second, all folded.
  void commit(std::uint64_t count, std::optional<Retention> retention,
              std::optional<std::uint64_t> folded = std::nullopt) {
    Turn turn;
    for (std::uint64_t i = 0; i < count; ++i) {
      Change change;
      change.revision = Revision{++head_};
      change.kind = kind_;
      change.at.steady = Millis(static_cast<std::int64_t>(head_) * 1'000);
      change.device = "lamp";
      change.attribute = "on";
      change.value = head_ % 2 == 0;
      turn.changes.push_back(std::move(change));
    }
    turn.folded_through = Revision{folded.value_or(head_)};
    turn.retention = retention;
    const Status done = store_->commit(turn);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  [[nodiscard]] std::uint64_t floor() const { return number(store_->floor()); }
  /// Everything above the floor is there, in order, and nothing else.
  void expect_whole() {
    const auto all = store_->log_after(Revision{0}, 1'000'000);
    ASSERT_TRUE(all.ok()) << all.error().message;
    ASSERT_EQ(all->size(), head_ - floor());
    for (std::size_t i = 0; i < all->size(); ++i) {
      EXPECT_EQ(number((*all)[i].revision), floor() + 1 + i);
    }
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> store_;
  MemoryStore* twin_ = nullptr;
  std::uint64_t head_ = 0;
  ChangeKind kind_ = ChangeKind::claim;  ///< history does not want it
};

INSTANTIATE_TEST_SUITE_P(Stores, CompactionTest, testing::Bool(),
                         [](const auto& which) { return which.param ? "Lmdb" : "Memory"; });

TEST_P(CompactionTest, NothingLeavesUnasked) {
  commit(100, std::nullopt);
  EXPECT_EQ(floor(), 0u);
  expect_whole();
}

TEST_P(CompactionTest, WholeBatchesLeaveWhenTheirLastEntryIsTooOld) {
  commit(100, std::nullopt);
  Retention retention = small();
  retention.before = Millis(35'000);  // entries 1 to 34 are older
  for (int i = 0; i < 10; ++i) commit(0, retention);
  EXPECT_EQ(floor(), 30u);
  expect_whole();
  retention.before = Millis(40'001);
  commit(0, retention);
  EXPECT_EQ(floor(), 40u);
  reopen();
  EXPECT_EQ(floor(), 40u);
  expect_whole();
}

TEST_P(CompactionTest, WhatHistoryHasNotWrittenStaysUntilItHas) {
  kind_ = ChangeKind::state;
  commit(100, std::nullopt);
  Retention retention = small();
  retention.before = Millis(1'000'000'000);
  commit(0, retention);
  EXPECT_EQ(floor(), 0u);
  for (int i = 0; i < 12; ++i) commit(0, retention);  // folds, and history with them
  EXPECT_EQ(floor(), 100u);
}

TEST_P(CompactionTest, AStepIsBoundedAndKeepsUpWithWhatIsAppended) {
  commit(1'000, std::nullopt);
  Retention retention = small();
  retention.before = Millis(1'000'000'000);
  commit(0, retention);
  EXPECT_EQ(floor(), 10u);
  commit(50, retention);
  EXPECT_EQ(floor(), 10u + 110u);
  while (floor() < head_) commit(0, retention);
  expect_whole();
}

TEST_P(CompactionTest, TheOldestLeaveAboveTheBoundInBytes) {
  commit(2'000, std::nullopt);
  Retention retention = small();
  retention.max_bytes = 64 * 1024;
  for (int i = 0; i < 300; ++i) commit(0, retention);
  const auto kept = head_ - floor();
  EXPECT_GT(kept, 200u);
  EXPECT_LT(kept, 1'800u);
  expect_whole();
}

TEST_P(CompactionTest, WhatAClientStillWantsOutlivesItsAgeButNotTheBoundInBytes) {
  commit(2'000, std::nullopt);
  Retention retention = small();
  retention.before = Millis(1'000'000'000);
  retention.held = Revision{55};
  for (int i = 0; i < 20; ++i) commit(0, retention);
  EXPECT_EQ(floor(), 50u);
  retention.max_bytes = 64 * 1024;
  for (int i = 0; i < 300; ++i) commit(0, retention);
  EXPECT_GT(floor(), 200u);
  EXPECT_LT(floor(), head_);
  expect_whole();
}

TEST_P(CompactionTest, WhatAStartNeedsStays) {
  Retention retention = small();
  retention.before = Millis(1'000'000'000);
  commit(100, std::nullopt);
  commit(100, retention, 57);
  for (int i = 0; i < 50; ++i) commit(0, retention, 57);
  EXPECT_EQ(floor(), 50u) << "the rest is not folded yet";
  retention.entries_min = 95;
  for (int i = 0; i < 50; ++i) commit(0, retention);
  EXPECT_EQ(floor(), 100u);
  reopen();
  const auto recovered = store_->recover();
  ASSERT_TRUE(recovered.ok()) << recovered.error().message;
  EXPECT_EQ(number(recovered->head), head_);
}

TEST_P(CompactionTest, TheFileStaysBounded) {
  if (!GetParam()) GTEST_SKIP() << "no file";
  Retention retention = small();
  retention.batch = 256;
  retention.max_bytes = 128 * 1024;
  for (int i = 0; i < 40; ++i) commit(500, retention);
  const auto filled = store_->usage().file_bytes;
  for (int i = 0; i < 160; ++i) commit(500, retention);
  EXPECT_LE(store_->usage().file_bytes, filled + filled / 4);
  expect_whole();
}

}  // namespace
}  // namespace attune::store
