#include <gtest/gtest.h>

#include "store/store.h"
#include "tests/unit/store/samples.h"

/// History as both stores keep it: over folds, starts and clean stops.
namespace attune::store {
namespace {

constexpr Millis kStart{1'768'478'400'000};
constexpr Millis kMinute{60'000};

class StoreHistory : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override { reopen(); }
  void reopen() {
    if (GetParam()) {
      disk_.reset();
      auto opened = open_lmdb({folder_.path(), 64 << 20});
      ASSERT_TRUE(opened.ok()) << opened.error().message;
      disk_ = std::move(*opened);
    } else {
      memory_ = memory_ == nullptr ? make_memory_store() : memory_->reopen();
    }
    const auto recovered = store().recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().message;
    head_ = number(recovered->next) - 1;
  }
  Store& store() { return GetParam() ? *disk_ : *memory_; }

  /// A minute of changes; a fold when asked, or the last turn of a clean stop.
  void minute(bool fold, bool clean = false) {
    Turn turn;
    for (int i = 0; i < 5; ++i) {
      Change change = change_at(++head_);
      change.kind = ChangeKind::state;
      change.attribute = "power";
      change.at = {now_ + Millis(i * 10'000), now_};
      change.value = static_cast<double>(head_ % 1'000) / 10;
      change.status = "good";
      expected_.push_back({change.at.wall, change.value});
      turn.changes.push_back(std::move(change));
    }
    now_ += kMinute;
    turn.at = {now_, now_};
    if (fold) turn.folded_through = Revision{head_};
    turn.clean = clean;
    ASSERT_TRUE(store().commit(turn).ok());
  }
  void expect_all() {
    const auto range = store().history().range("hall_lamp.power", Millis(0), now_, 10'000);
    ASSERT_TRUE(range.ok()) << range.error().message;
    EXPECT_EQ(range->samples, expected_);
  }

  TemporaryFolder folder_;
  std::unique_ptr<Store> disk_;
  std::unique_ptr<MemoryStore> memory_;
  std::uint64_t head_ = 0;
  Millis now_ = kStart;
  std::vector<history::Sample> expected_;
};

TEST_P(StoreHistory, IsTheSameAfterEveryStart) {
  for (int i = 0; i < 60; ++i) {
    minute(i % 3 == 2);
    if (i % 7 != 6) continue;
    expect_all();
    reopen();
    expect_all();
  }
}

TEST_P(StoreHistory, IsTheSameAfterACleanStop) {
  for (int i = 0; i < 8; ++i) minute(i % 2 == 1);
  minute(true, true);
  reopen();
  minute(true);
  expect_all();
}

TEST_P(StoreHistory, ATimeInWhichNobodyListenedIsAGap) {
  minute(true);
  const Millis stopped = now_;
  reopen();
  now_ += std::chrono::hours(3);
  Turn back;
  back.at = {now_, now_};
  back.absence = Absence{{stopped, stopped}, back.at};
  ASSERT_TRUE(store().commit(back).ok());
  minute(true);
  for (int start = 0; start < 2; ++start) {
    const auto then = store().history().at("hall_lamp.power", stopped + kMinute);
    ASSERT_TRUE(then.ok() && *then);
    EXPECT_EQ((*then)->lost, stopped);
    const auto again = store().history().at("hall_lamp.power", stopped + std::chrono::hours(3));
    ASSERT_TRUE(again.ok() && *again);
    EXPECT_EQ((*again)->lost, std::nullopt);
    EXPECT_NE((*again)->sample.value, Value());
    reopen();
  }
}

TEST_P(StoreHistory, LetsGoWhatItsBoundsLetGo) {
  history::Bounds bounds;
  bounds.raw = 2 * 1'440 * kMinute;
  store().bound_history(bounds);
  minute(true);
  now_ += 4 * 1'440 * kMinute;
  for (int i = 0; i < 30; ++i) minute(true);
  expected_.erase(expected_.begin(), expected_.begin() + 5);
  expect_all();
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreHistory, testing::Bool(), [](const auto& which) {
  return std::string(which.param ? "Lmdb" : "Memory");
});

}  // namespace
}  // namespace attune::store
