#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <cerrno>
#include <cstdarg>
#include <string>

#include "store/store.h"
#include "tests/unit/store/samples.h"

/// Every call by which the store and LMDB write, sync, name, grow or map a file fails once, in each
/// way that a disk knows.
namespace {

/// The calls of this program that reach the disk pass through here.
struct Disk {
  long calls = 0;
  long fails_at = -1;       ///< which call from now on; negative: none
  int error = 0;            ///< 0: the write is cut short
  int sync_failed_by = -1;  ///< descriptor; as on Linux, every other one hears of it once
  bool start = false;       ///< also the calls that only a start makes are counted
  bool read_only = false;   ///< nothing can be opened for writing
};
Disk disk;

/// True when this call shall fail.
bool fails() {
  return disk.fails_at >= 0 && disk.calls++ == disk.fails_at;
}

/// The same for a call that only a start makes.
bool start_fails() {
  if (!disk.start || !fails()) return false;
  errno = disk.error == 0 ? EIO : disk.error;
  return true;
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

extern "C" int fsync(int fd) {
  return start_fails() ? -1 : static_cast<int>(::syscall(SYS_fsync, fd));
}

extern "C" int rename(const char* from, const char* to) noexcept {
  if (start_fails()) return -1;
  return static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
}

extern "C" int posix_fallocate(int fd, off_t at, off_t size) {
  if (start_fails()) return errno;
  return ::syscall(SYS_fallocate, fd, 0, at, size) == 0 ? 0 : errno;
}

extern "C" void* mmap(void* at, size_t size, int access, int flags, int fd, off_t from) noexcept {
  if (fd >= 0 && start_fails()) return MAP_FAILED;
  // The system call's answer is an address, or an error in the place of one.
  const long mapped = ::syscall(SYS_mmap, at, size, access, flags, fd, from);
  return reinterpret_cast<void*>(mapped);
}

extern "C" int open(const char* path, int flags, ...) {
  va_list more;
  va_start(more, flags);
  const unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
  va_end(more);
  if (disk.read_only && (flags & O_ACCMODE) != O_RDONLY) {
    errno = EROFS;
    return -1;
  }
  return static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, mode));
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
  disk = {0, n, error, -1, false, false};
  const Status done = store->commit(second_turn());
  const bool reached = disk.calls > n;
  const bool sync_failed = disk.sync_failed_by >= 0;
  disk = {};
  const std::string what = "call " + std::to_string(n) + ", error " + std::to_string(error);
  // On a full disk the store may try again by itself, with less to write.
  const bool full = error == ENOSPC || error == EDQUOT;
  EXPECT_TRUE(done.ok() != reached || (done.ok() && full)) << what;
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

/// One first start in which call `n` fails with `error`. False when it makes fewer calls.
bool fail_creation(long n, int error) {
  TemporaryFolder folder;
  const std::string what = "call " + std::to_string(n) + ", error " + std::to_string(error);
  disk = {0, n, error, -1, true, false};
  auto opened = open_lmdb({folder.path(), 64 << 20});
  const bool reached = disk.calls > n;
  disk = {};
  EXPECT_TRUE(opened.ok() || reached) << what << ": " << opened.error().message;
  if (!opened) {
    const std::string& code = opened.error().code;
    EXPECT_TRUE(code == "full" || code == "io" || code == "open") << what << ": " << code;
  }
  if (opened) opened->reset();
  auto again = open_lmdb({folder.path(), 64 << 20});
  const Status done = again ? (*again)->commit(second_turn()) : Status(again.error());
  EXPECT_TRUE(done.ok()) << what << ": " << done.error().message;
  return reached;
}

TEST_P(DiskFailure, AtAnyCallOfAFirstStartIsSaidAndTheNextOneWorks) {
  long n = 0;
  while (fail_creation(n, GetParam()) && !HasFailure()) ++n;
  EXPECT_GE(n, 8) << "pages, syncs, maps, a rename, a folder";
}

/// One start of a store that is there, and its first commit, in which call `n` fails.
bool fail_start(const std::string& folder, long n, int error) {
  const std::string what = "call " + std::to_string(n) + ", error " + std::to_string(error);
  disk = {0, n, error, -1, true, false};
  auto opened = open_lmdb({folder, 64 << 20});
  std::string code = opened ? "" : opened.error().code;
  if (opened) {
    const auto recovered = (*opened)->recover();
    if (!recovered) code = recovered.error().code;
    opened->reset();
  }
  const bool reached = disk.calls > n;
  disk = {};
  EXPECT_TRUE(code.empty() || reached) << what << ": " << code;
  EXPECT_NE(code, "corrupt") << what << ": the store is not to blame";
  return reached;
}

TEST_P(DiskFailure, AtAnyCallOfAStartLeavesTheStoreAsItWas) {
  TemporaryFolder folder;
  {
    auto store = std::move(*open_lmdb({folder.path(), 64 << 20}));
    ASSERT_TRUE(store->recover().ok());
    ASSERT_TRUE(store->commit(turn_above(0, 5)).ok());
  }
  long n = 0;
  while (fail_start(folder.path(), n, GetParam()) && !HasFailure()) ++n;
  EXPECT_GE(n, 4) << "a map, and the commit that marks the store as in use";
  expect_whole(folder, false, "after all");
}

TEST(ReadOnlyDisk, IsNamedAndNothingIsTakenForDamage) {
  TemporaryFolder folder;
  open_lmdb({folder.path(), 64 << 20})->reset();
  disk.read_only = true;
  const auto opened = open_lmdb({folder.path(), 64 << 20});
  disk = {};
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().code, "open");
  EXPECT_NE(opened.error().message.find("read-only"), std::string::npos) << opened.error().message;
}

}  // namespace
}  // namespace attune::store
