#include "store/copies.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "store/file.h"
#include "store/scrub.h"
#include "store/store.h"
#include "tests/unit/store/samples.h"

namespace attune::store {
namespace {

namespace fs = std::filesystem;
constexpr Millis kNow{1'768'500'000'000};

class Copies : public testing::Test {
 protected:
  Copies() {
    auto store = open();
    EXPECT_TRUE(store->recover().ok());
    Turn turn = turn_above(0, 100);
    turn.writes.push_back({sample_state()});
    turn.writes.push_back({command_of(7, CommandState::sent)});
    turn.writes.push_back({Blob{"discovery", "large", std::string(50'000, 'x')}});
    EXPECT_TRUE(store->commit(turn).ok());
  }
  std::unique_ptr<Store> open() { return std::move(*open_lmdb({folder_.path(), 64 << 20})); }
  Recovered start() { return *open()->recover(); }
  void advance(std::uint64_t head) {
    auto store = open();
    EXPECT_TRUE(store->recover().ok());
    EXPECT_TRUE(store->commit(turn_above(head, 50)).ok());
  }
  /// The file's bytes with one of them changed.
  void damage(const std::string& file, std::uint64_t at) const {
    std::fstream data(file, std::ios::in | std::ios::out | std::ios::binary);
    data.seekg(static_cast<std::streamoff>(at));
    const int byte = data.get();
    data.seekp(static_cast<std::streamoff>(at));
    data.put(static_cast<char>(byte ^ 0x10));
  }
  TemporaryFolder folder_;
  TemporaryFolder elsewhere_;
  const std::string backup_ = elsewhere_.path() + "/backup.mdb";
};

TEST_F(Copies, ABackupHoldsWhatWasCommitted) {
  const auto copied = back_up(folder_.path(), backup_, false);
  ASSERT_TRUE(copied.ok()) << copied.error().message;
  EXPECT_EQ(number(copied->head), 100u);
  const auto checked = scrub_file(backup_);
  ASSERT_TRUE(checked.ok());
  EXPECT_TRUE(checked->damage.empty());
  EXPECT_EQ(checked->head, copied->head);
  EXPECT_EQ(std::distance(fs::directory_iterator(elsewhere_.path()), {}), 1) << "drafts are gone";
}

TEST_F(Copies, ABackupReplacesNothingUnlessTold) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  EXPECT_EQ(back_up(folder_.path(), backup_, false).error().code, "exists");
  EXPECT_TRUE(back_up(folder_.path(), backup_, true).ok());
}

/// The other process is the daemon: LMDB forbids to open a store twice in one.
TEST_F(Copies, AStoreInUseIsBackedUpWhole) {
  int said[2];
  ASSERT_EQ(::pipe(said), 0);
  const pid_t daemon = ::fork();
  if (daemon == 0) {
    auto store = open();
    std::uint64_t head = number(store->recover()->next);
    for (; store->commit(turn_above(head, 20)).ok(); head += 20) {
      if (::write(said[1], "x", 1) != 1) ::_exit(1);
    }
    ::_exit(2);
  }
  char byte = 0;
  for (int i = 0; i < 20; ++i) ASSERT_EQ(::read(said[0], &byte, 1), 1);
  for (int i = 0; i < 5; ++i) {
    const auto copied = back_up(folder_.path(), backup_, true);
    EXPECT_TRUE(copied.ok()) << copied.error().message;
    EXPECT_EQ(restore(folder_.path(), backup_, kNow).error().code, "locked");
    EXPECT_EQ(compact(folder_.path()).error().code, "locked");
    EXPECT_EQ(scrub(folder_.path()).error().code, "locked");
  }
  EXPECT_EQ(::read(said[0], &byte, 1), 1) << "the daemon stands still";
  ::kill(daemon, SIGKILL);
  ::waitpid(daemon, nullptr, 0);
  ::close(said[0]);
  ::close(said[1]);
}

TEST_F(Copies, ARestoredStoreIsAnotherOne) {
  const Recovered before = start();
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  advance(number(before.next) + 1'000);
  const auto restored = restore(folder_.path(), backup_, kNow);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  const Recovered after = start();
  EXPECT_EQ(number(after.head), 100u);
  EXPECT_EQ(after.state, before.state);
  EXPECT_EQ(after.commands, before.commands);
  EXPECT_NE(after.store_uuid, before.store_uuid) << "a token of the old store would be taken";
  EXPECT_GT(after.incarnation, before.incarnation);
  EXPECT_GT(number(after.last_command), number(before.last_command) + 1'000);
  EXPECT_FALSE(after.clean);
}

TEST_F(Copies, ASecondRestoreIsYetAnotherOne) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  ASSERT_TRUE(restore(folder_.path(), backup_, Millis(0)).ok());
  const Recovered first = start();
  ASSERT_TRUE(restore(folder_.path(), backup_, Millis(0)).ok());
  const Recovered second = start();
  EXPECT_GT(second.incarnation, first.incarnation) << "also while the clock is not set";
  EXPECT_NE(second.store_uuid, first.store_uuid);
}

TEST_F(Copies, WhatWasReplacedIsKept) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  const std::string uuid = start().store_uuid;
  const auto restored = restore(folder_.path(), backup_, kNow);
  ASSERT_TRUE(restored.ok());
  EXPECT_EQ(scrub_file(restored->replaced)->store_uuid, uuid);
  EXPECT_FALSE(fs::exists(folder_.path() + "/restore.new"));
}

TEST_F(Copies, ADamagedBackupChangesNothing) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  damage(backup_, fs::file_size(backup_) - 5'000);  // in the large blob or beside it
  damage(backup_, 2 * 4'096 + 12);
  const std::string uuid = start().store_uuid;
  EXPECT_EQ(restore(folder_.path(), backup_, kNow).error().code, "corrupt");
  EXPECT_EQ(start().store_uuid, uuid);
}

TEST_F(Copies, ADamagedStoreCanBeReplaced) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  fs::resize_file(folder_.data_file(), 12'000);
  const auto restored = restore(folder_.path(), backup_, kNow);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(number(start().head), 100u);
}

TEST_F(Copies, ABackupIsRestoredIntoAnEmptyFolder) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  const std::string other = elsewhere_.path() + "/new/folder";
  const auto restored = restore(other, backup_, kNow);
  ASSERT_TRUE(restored.ok()) << restored.error().message;
  EXPECT_EQ(restored->replaced, "");
  EXPECT_TRUE(open_lmdb({other, 64 << 20}).ok());
}

TEST_F(Copies, ACompactedStoreIsTheSameAndSmaller) {
  {
    auto store = open();
    ASSERT_TRUE(store->recover().ok());
    Turn turn;
    turn.writes.push_back({Blob{"discovery", "large", ""}, true});
    turn.clean = true;
    turn.folded_through = Revision{100};
    ASSERT_TRUE(store->commit(turn).ok());
  }
  const auto compacted = compact(folder_.path());
  ASSERT_TRUE(compacted.ok()) << compacted.error().message;
  EXPECT_LT(compacted->bytes, compacted->bytes_before / 2);
  const Recovered after = start();
  EXPECT_EQ(after.store_uuid, compacted->store_uuid);
  EXPECT_TRUE(after.clean) << "as it was";
  EXPECT_EQ(number(after.head), 100u);
}

TEST_F(Copies, SayThatThereIsNoStore) {
  EXPECT_EQ(back_up(elsewhere_.path(), backup_, false).error().code, "open");
  EXPECT_EQ(compact(elsewhere_.path()).error().code, "open");
  EXPECT_EQ(scrub(elsewhere_.path()).error().code, "open");
  EXPECT_EQ(restore(folder_.path(), backup_, kNow).error().code, "open");
}

TEST_F(Copies, AScrubNamesEveryDamagedRecord) {
  std::string bytes;
  {
    auto store = open();
    ASSERT_TRUE(store->recover().ok());
    Turn turn;  // into the tables
    turn.folded_through = Revision{100};
    ASSERT_TRUE(store->commit(turn).ok());
  }
  std::ifstream in(folder_.data_file(), std::ios::binary);
  bytes.assign(std::istreambuf_iterator<char>(in), {});
  const std::string mark = "cmd-7";  // in every entry of the log
  for (auto at = bytes.find(mark); at != std::string::npos; at = bytes.find(mark, at + 1)) {
    damage(folder_.data_file(), at);
  }
  const auto report = scrub(folder_.path());
  ASSERT_TRUE(report.ok()) << report.error().message;
  ASSERT_EQ(report->damage.size(), 100u);
  EXPECT_NE(report->damage[41].message.find("log/42 "), std::string::npos)
      << report->damage[41].message;
}

}  // namespace
}  // namespace attune::store
