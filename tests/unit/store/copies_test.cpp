#include "store/copies.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/stat.h>
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

TEST_F(Copies, OfReplacedStoresTheNewestThreeAreKept) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  for (int i = 1; i <= 5; ++i) {
    const auto restored = restore(folder_.path(), backup_, kNow);
    ASSERT_TRUE(restored.ok()) << restored.error().message;
    EXPECT_EQ(restored->replaced, folder_.data_file() + ".replaced-" + std::to_string(i));
  }
  for (int i = 1; i <= 5; ++i) {
    EXPECT_EQ(fs::exists(folder_.data_file() + ".replaced-" + std::to_string(i)), i > 2) << i;
  }
}

TEST_F(Copies, ADraftOfABackupThatWasKilledGoesWithTheNextOne) {
  const std::string left = backup_ + ".new-abc123";
  const std::string at_work = backup_ + ".new-def456";
  const std::string others = backup_ + ".new-longer-than-that";
  for (const auto& name : {left, at_work, others}) std::ofstream(name) << "x";
  const File held(::open(at_work.c_str(), O_RDONLY | O_CLOEXEC));
  ASSERT_EQ(::flock(held.fd(), LOCK_EX | LOCK_NB), 0);
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  EXPECT_FALSE(fs::exists(left));
  EXPECT_TRUE(fs::exists(at_work)) << "another backup writes it";
  EXPECT_TRUE(fs::exists(others)) << "no name that a backup gives";
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

TEST_F(Copies, ABackupNeverReplacesTheStoreByWhateverName) {
  const std::string uuid = start().store_uuid;
  const std::string link = elsewhere_.path() + "/link.mdb";
  const std::string door = elsewhere_.path() + "/door";
  const std::string twin = elsewhere_.path() + "/twin.mdb";
  fs::create_symlink(folder_.data_file(), link);
  fs::create_directory_symlink(folder_.path(), door);
  fs::create_hard_link(folder_.data_file(), twin);
  for (const std::string& file :
       {folder_.data_file(), link, twin, door + "/data.mdb", door + "/other.mdb",
        folder_.path() + "/lock", folder_.path() + "/restore.new/backup.mdb"}) {
    EXPECT_EQ(back_up(folder_.path(), file, true).error().code, "refused") << file;
  }
  EXPECT_FALSE(fs::exists(folder_.path() + "/other.mdb"));
  EXPECT_EQ(start().store_uuid, uuid);
}

TEST_F(Copies, ABackupReplacesOrdinaryFilesOnly) {
  const std::string dangling = elsewhere_.path() + "/dangling";
  const std::string pipe = elsewhere_.path() + "/pipe";
  fs::create_symlink("nowhere", dangling);
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& file : {std::string("/dev/null"), dangling, pipe, elsewhere_.path()}) {
    EXPECT_EQ(back_up(folder_.path(), file, true).error().code, "refused") << file;
  }
  EXPECT_TRUE(fs::is_symlink(dangling));
  EXPECT_FALSE(fs::exists(elsewhere_.path() + "/nowhere"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(Copies, ABackupTakesNobodysNameForItsDraft) {
  const std::string other = backup_ + ".new";
  std::ofstream(other) << "of somebody else";
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  EXPECT_EQ(fs::file_size(other), 16u);
  EXPECT_EQ(fs::status(backup_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  EXPECT_EQ(std::distance(fs::directory_iterator(elsewhere_.path()), {}), 2);
}

TEST_F(Copies, ARestoredStoreGoesOnAboveTheReplacedOne) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  const std::uint64_t far = 50'000'000;
  advance(far);
  const Recovered replaced = start();
  ASSERT_TRUE(restore(folder_.path(), backup_, kNow).ok());
  const Recovered after = start();
  EXPECT_EQ(number(after.head), 100u);
  EXPECT_GT(number(replaced.next), far);
  EXPECT_GT(number(after.next), number(replaced.next));
}

TEST_F(Copies, ARestoredStoreGoesOnFarAboveOneThatCannotBeRead) {
  const std::uint64_t margin = std::uint64_t{1} << 32;
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  fs::resize_file(folder_.data_file(), 12'000);
  ASSERT_TRUE(restore(folder_.path(), backup_, kNow).ok());
  const Recovered first = start();
  EXPECT_GT(number(first.next), margin);
  EXPECT_GT(number(first.last_command), margin);
  fs::remove(folder_.data_file());  // lost altogether
  ASSERT_TRUE(back_up(folder_.path(), backup_, true).error().code == "open");
  ASSERT_TRUE(restore(folder_.path(), backup_, kNow).ok());
  EXPECT_GT(number(start().next), margin);
}

TEST_F(Copies, ARestoreDoesNotDeleteItsSource) {
  const std::string drafts = folder_.path() + "/restore.new";
  const std::string file = drafts + "/data.mdb";
  const std::string link = elsewhere_.path() + "/link.mdb";
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  fs::create_directory(drafts);
  fs::copy_file(backup_, file);
  fs::create_symlink(file, link);
  EXPECT_EQ(restore(folder_.path(), file, kNow).error().code, "refused");
  EXPECT_EQ(restore(folder_.path(), link, kNow).error().code, "refused");
  EXPECT_TRUE(fs::exists(file));
  EXPECT_TRUE(restore(folder_.path(), backup_, kNow).ok());
}

TEST_F(Copies, AStoreThatIsMissingAfterACompactionOrARestoreIsMissed) {
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  const auto expect_missed = [&] {
    fs::remove(folder_.data_file());
    fs::remove(folder_.data_file() + "-lock");
    const auto opened = open_lmdb({folder_.path(), 64 << 20});
    ASSERT_FALSE(opened.ok());
    EXPECT_EQ(opened.error().code, "corrupt");
    EXPECT_NE(opened.error().message.find("is missing"), std::string::npos);
  };
  ASSERT_TRUE(compact(folder_.path()).ok());
  expect_missed();
  const auto restored = restore(folder_.path(), backup_, kNow);
  ASSERT_TRUE(restored.ok());
  std::string uuid;
  std::ifstream(folder_.path() + "/store.id") >> uuid;
  EXPECT_EQ(uuid, restored->store_uuid);
  expect_missed();
  fs::remove(folder_.path() + "/store.id");
  EXPECT_TRUE(open_lmdb({folder_.path(), 64 << 20}).ok()) << "a new one is wanted";
}

TEST_F(Copies, AnOlderStoreIsMarkedWhenItIsOpened) {
  const std::string uuid = start().store_uuid;
  fs::remove(folder_.path() + "/store.id");
  EXPECT_EQ(start().store_uuid, uuid);
  std::string marked;
  std::ifstream(folder_.path() + "/store.id") >> marked;
  EXPECT_EQ(marked, uuid);
}

constexpr uid_t kDaemon = 65'534;

uid_t owner_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status.st_uid;
}

TEST_F(Copies, WhatRootDoesInADaemonsFolderStaysTheDaemons) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  ASSERT_TRUE(back_up(folder_.path(), backup_, false).ok());
  TemporaryFolder daemons;
  ASSERT_EQ(::chown(daemons.path().c_str(), kDaemon, kDaemon), 0);
  const auto expect_owned = [&](const std::string& after) {
    for (const auto& entry : fs::directory_iterator(daemons.path())) {
      EXPECT_EQ(owner_of(entry.path()), kDaemon) << entry.path() << " after " << after;
    }
  };
  ASSERT_TRUE(restore(daemons.path(), backup_, kNow).ok());
  expect_owned("restore");
  ASSERT_TRUE(restore(daemons.path(), backup_, kNow).ok());
  expect_owned("a second restore");
  fs::remove(daemons.path() + "/lock");
  ASSERT_TRUE(scrub(daemons.path()).ok());
  expect_owned("check-store");
  fs::remove(daemons.path() + "/lock");
  ASSERT_TRUE(back_up(daemons.path(), backup_, true).ok());
  expect_owned("backup");
  ASSERT_TRUE(compact(daemons.path()).ok());
  expect_owned("compact");
  EXPECT_FALSE(fs::exists(daemons.data_file() + "-lock"));
}

TEST_F(Copies, RootGivesNobodysFileAway) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const std::string secret = elsewhere_.path() + "/secret";
  std::ofstream(secret) << "of root";
  ASSERT_EQ(::chown(folder_.path().c_str(), kDaemon, kDaemon), 0);
  fs::remove(folder_.path() + "/lock");
  fs::create_symlink(secret, folder_.path() + "/lock");
  EXPECT_FALSE(scrub(folder_.path()).ok());
  fs::remove(folder_.path() + "/lock");
  fs::create_hard_link(secret, folder_.path() + "/lock");
  EXPECT_TRUE(scrub(folder_.path()).ok());
  EXPECT_EQ(owner_of(secret), 0u);
}

/// A user for whom the folder cannot be written stands for a medium that cannot.
TEST_F(Copies, AFolderThatCannotBeWrittenIsCheckedAndBackedUp) {
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown(elsewhere_.path().c_str(), kDaemon, kDaemon), 0);
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      ASSERT_EQ(::chown(entry.path().c_str(), kDaemon, kDaemon), 0);
    }
  }
  for (const bool locks : {true, false}) {  // of a killed daemon, of a clean one
    if (!locks) fs::remove(folder_.data_file() + "-lock");
    if (!locks) fs::remove(folder_.path() + "/lock");
    for (const auto& entry : fs::directory_iterator(folder_.path())) {
      ASSERT_EQ(::chmod(entry.path().c_str(), 0444), 0);
    }
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0555), 0);
    const pid_t reader = ::fork();
    if (reader == 0) {
      if (::geteuid() == 0 && ::setuid(kDaemon) != 0) ::_exit(1);
      if (may_be_written(folder_.path())) ::_exit(2);
      const auto report = scrub(folder_.path());
      if (!report || !report->damage.empty()) ::_exit(3);
      if (!back_up(folder_.path(), backup_, true)) ::_exit(4);
      ::_exit(0);
    }
    int status = -1;
    ASSERT_EQ(::waitpid(reader, &status, 0), reader);
    EXPECT_EQ(WEXITSTATUS(status), 0) << "locks: " << locks;
    ASSERT_EQ(::chmod(folder_.path().c_str(), 0755), 0);
  }
  EXPECT_EQ(number(scrub_file(backup_)->head), 100u);
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
