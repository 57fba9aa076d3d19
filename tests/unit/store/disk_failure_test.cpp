#include <gtest/gtest.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>

#include "store/store.h"
#include "tests/unit/store/samples.h"

/// Every call by which LMDB writes or syncs fails once, in each way that a disk knows.
namespace {

/// The calls of this program that reach the disk pass through here.
struct Disk {
  long calls = 0;
  long fails_at = -1;       ///< which call from now on; negative: none
  int error = 0;            ///< 0: the write is cut short
  int sync_failed_by = -1;  ///< descriptor; as on Linux, every other one hears of it once
};
Disk disk;

/// True when this call shall fail.
bool fails() {
  return disk.fails_at >= 0 && disk.calls++ == disk.fails_at;
}

}  // namespace

extern "C" ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  if (fails()) {
    if (disk.error == 0) return ::syscall(SYS_pwrite64, fd, bytes, size / 2, at);
    errno = disk.error;
    return -1;
  }
  return ::syscall(SYS_pwrite64, fd, bytes, size, at);
}

extern "C" ssize_t writev(int fd, const iovec* parts, int count) {
  if (fails()) {
    if (disk.error == 0) return ::syscall(SYS_writev, fd, parts, 1);
    errno = disk.error;
    return -1;
  }
  return ::syscall(SYS_writev, fd, parts, count);
}

extern "C" int fdatasync(int fd) {
  const bool echo = disk.sync_failed_by >= 0 && disk.sync_failed_by != fd;
  if (fails() || echo) {
    disk.sync_failed_by = fd;
    errno = disk.error == 0 ? EIO : disk.error;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_fdatasync, fd));
}

namespace attune::store {
namespace {

Turn second_turn() {
  Dice dice(3);
  Turn turn = turn_above(5, 40);
  for (int i = 0; i < 60; ++i) turn.writes.push_back(dice.write());
  turn.writes.push_back({Blob{"discovery", "large", std::string(50'000, 'x')}});
  return turn;
}

/// Whole or nothing, and what was acknowledged is there: seen from a restart.
void expect_whole(const TemporaryFolder& folder, bool acknowledged, const std::string& what) {
  auto store = open_lmdb({folder.path(), 64 << 20});
  ASSERT_TRUE(store.ok()) << what << ": " << store.error().message;
  const auto recovered = (*store)->recover();
  ASSERT_TRUE(recovered.ok()) << what << ": " << recovered.error().message;
  const std::uint64_t head = number(recovered->head);
  EXPECT_TRUE(head == 45 || (!acknowledged && head == 5)) << what << ": head " << head;
  EXPECT_EQ((*store)->log_after(Revision{}, 1'000)->size(), head) << what;
  EXPECT_EQ((*store)->blobs("discovery")->size(), head == 45 ? 1u : 0u) << what;
}

/// One commit in which call `n` fails with `error`. False when the commit makes fewer calls.
bool fail_call(long n, int error) {
  TemporaryFolder folder;
  auto store = std::move(*open_lmdb({folder.path(), 64 << 20}));
  EXPECT_TRUE(store->recover().ok());
  EXPECT_TRUE(store->commit(turn_above(0, 5)).ok());
  disk = {0, n, error, -1};
  const Status done = store->commit(second_turn());
  const bool reached = disk.calls > n;
  const bool sync_failed = disk.sync_failed_by >= 0;
  disk = {};
  const std::string what = "call " + std::to_string(n) + ", error " + std::to_string(error);
  EXPECT_EQ(done.ok(), !reached) << what;
  bool acknowledged = done.ok();
  if (!done.ok() && done.error().code == "full") {
    EXPECT_FALSE(sync_failed) << what << ": a failed sync is never tried again";
    const Status again = store->commit(second_turn());
    acknowledged = again.ok();
    EXPECT_TRUE(again.ok() || again.error().code == "io") << what << ": the meta page is unsure";
  } else if (!done.ok()) {
    EXPECT_EQ(done.error().code, "io") << what << done.error().message;
    EXPECT_EQ(store->commit(second_turn()).error().code, "io") << what << ": it stays so";
  }
  store.reset();
  expect_whole(folder, acknowledged, what);
  return reached;
}

class DiskFailure : public testing::TestWithParam<int> {};
INSTANTIATE_TEST_SUITE_P(Errors, DiskFailure, testing::Values(0, EIO, ENOSPC, EDQUOT));

TEST_P(DiskFailure, AtAnyCallLeavesTheTurnWholeOrAbsent) {
  long n = 0;
  while (fail_call(n, GetParam()) && !HasFatalFailure()) ++n;
  EXPECT_GE(n, 3) << "a commit writes pages, syncs, and writes a meta page";
}

}  // namespace
}  // namespace attune::store
