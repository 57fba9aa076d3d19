#include "broker/shell/loop/committer.h"

#include <gtest/gtest.h>

namespace attune::shell {
namespace {

class CommitterTest : public testing::Test {
 protected:
  void report(std::int64_t value) {
    Change change;
    change.revision = static_cast<Revision>(++head_);
    change.kind = ChangeKind::state;
    change.device = "meter";
    change.attribute = "energy";
    change.value = Value(value);
    image_.apply(change, catalog_.table());
    std::vector<Change> changes{change};
    std::vector<Write> none;
    committer_.add(changes, none, now_);
  }

  void commit(bool clean) { ASSERT_TRUE(committer_.commit(now_, image_, {}, clean).ok()); }

  /// Changes of the attribute that a start would count: folded rows, and the log after them.
  [[nodiscard]] std::uint64_t version_after_start() {
    auto recovered = store_->recover();
    if (!recovered.ok()) return 0;
    const std::uint64_t folded = recovered->state.empty() ? 0 : recovered->state[0].version;
    return folded + recovered->tail.size();
  }

  std::unique_ptr<store::MemoryStore> store_ = store::make_memory_store();
  devices::Catalog catalog_;
  core::Image image_{catalog_};
  Committer committer_{*store_, Millis(0)};
  Instant now_{Millis(1'700'000'000'000), Millis(1'000)};
  std::uint64_t head_ = 0;
};

TEST_F(CommitterTest, AFoldWithoutAChangeCountsNoChangeTwice) {
  report(1);
  commit(false);
  report(2);
  commit(false);
  now_.steady += 2 * Committer::kFoldInterval;
  commit(false);
  EXPECT_EQ(version_after_start(), 2u);
}

TEST_F(CommitterTest, ACleanStopWithNothingNewCountsNoChangeTwice) {
  report(1);
  commit(false);
  commit(true);
  EXPECT_EQ(version_after_start(), 1u);
}

TEST_F(CommitterTest, ACommandThatEndedIsListedBeforeItsCommitToo) {
  Command command;
  command.id = CommandId{1};
  command.path = {DeviceId("lamp"), "on"};
  std::vector<Write> writes{{command, false}};
  std::vector<Change> none;
  committer_.add(none, writes, now_);
  EXPECT_TRUE(committer_.pending_ends("").empty()) << "it is open";
  command.state = CommandState::confirmed;
  writes = {{command, false}};
  committer_.add(none, writes, now_);
  EXPECT_EQ(committer_.pending_ends("lamp.on").size(), 1u);
  EXPECT_TRUE(committer_.pending_ends("lamp.brightness").empty());
  commit(false);
  EXPECT_TRUE(committer_.pending_ends("").empty());
}

TEST_F(CommitterTest, RowsThatNobodyWaitsForWaitForTheInterval) {
  Committer slow(*store_, Millis(5'000));
  slow.add({{Blob{"clients", "phone", "1 1"}, false}});
  EXPECT_FALSE(slow.due(now_));
  EXPECT_EQ(slow.due_at(), now_.steady + Millis(5'000));
  now_.steady += Millis(4'000);
  slow.add({{Blob{"clients", "phone", "2 1"}, false}});  // more of them do not put it off
  EXPECT_FALSE(slow.due(now_));
  now_.steady += Millis(1'000);
  EXPECT_TRUE(slow.due(now_));
  ASSERT_TRUE(slow.commit(now_, image_, {}, false).ok());
  EXPECT_FALSE(slow.due_at());
}

TEST_F(CommitterTest, WhatAStartReplayedIsNotFoldedBeforeSomethingHappens) {
  report(1);
  commit(false);
  const std::uint64_t before = version_after_start();
  Committer next(*store_, Millis(0));
  ASSERT_TRUE(
      next.commit({now_.wall, now_.steady + 2 * Committer::kFoldInterval}, image_, {}, false).ok());
  EXPECT_EQ(version_after_start(), before);
}

}  // namespace
}  // namespace attune::shell
