#include "tests/crash/recorder.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace attune::crash {
namespace {

using Kind = Event::Kind;

struct Recording {
  std::string folder;
  std::vector<Event> events;
  std::map<std::string, std::uint32_t> files;  ///< by their name of today
  std::uint32_t files_seen = 0;
};

std::mutex mutex;
std::unique_ptr<Recording> recording;

/// What is below the recorded folder, without the folder; empty for everything else.
std::optional<std::string> below(const std::string& path) {
  const std::string& folder = recording->folder;
  if (path == folder) return "";
  if (!path.starts_with(folder + "/")) return {};
  return path.substr(folder.size() + 1);
}

std::optional<std::string> name_of(int fd) {
  std::array<char, 1024> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), path.data(), path.size());
  if (size <= 0) return {};
  return below(std::string(path.data(), static_cast<std::size_t>(size)));
}

/// The number of the file behind `fd`; what is seen for the first time was just made.
std::optional<std::uint32_t> file_of(int fd) {
  const auto name = name_of(fd);
  if (!name) return {};
  const auto known = recording->files.find(*name);
  if (known != recording->files.end()) return known->second;
  const std::uint32_t file = recording->files_seen++;
  recording->files[*name] = file;
  recording->events.push_back({Kind::make_file, file, 0, "", *name, ""});
  return file;
}

/// Runs `record` when a recording runs and `done` says that the call did something.
template <class F>
void record(bool done, F record) {
  const int error = errno;
  {
    const std::lock_guard lock(mutex);
    if (done && recording) record();
  }
  errno = error;
}

void record_write(int fd, std::string bytes, off_t at) {
  const auto file = file_of(fd);
  if (!file) return;
  recording->events.push_back(
      {Kind::write, *file, static_cast<std::uint64_t>(at), std::move(bytes), "", ""});
  if ((::fcntl(fd, F_GETFL) & O_DSYNC) != 0) {
    recording->events.push_back({Kind::flush_write, *file, 0, "", "", ""});
  }
}

/// After a call that wrote `size` bytes where the descriptor stood.
void record_at_position(int fd, const iovec* parts, ssize_t size) {
  std::string bytes;
  for (; bytes.size() < static_cast<std::size_t>(size); ++parts) {
    bytes.append(static_cast<const char*>(parts->iov_base), parts->iov_len);
  }
  bytes.resize(static_cast<std::size_t>(size));
  record_write(fd, std::move(bytes), ::lseek(fd, 0, SEEK_CUR) - size);
}

void record_length(int fd, std::uint64_t length) {
  if (const auto file = file_of(fd)) {
    recording->events.push_back({Kind::length, *file, length, "", "", ""});
  }
}

void record_flush(int fd) {
  struct stat status {};
  const auto name = name_of(fd);
  if (!name || ::fstat(fd, &status) != 0) return;
  if (S_ISDIR(status.st_mode)) {
    recording->events.push_back({Kind::flush_folder, 0, 0, "", *name, ""});
  } else {
    recording->events.push_back({Kind::flush_file, *file_of(fd), 0, "", "", ""});
  }
}

void record_rename(const char* from, const char* to) {
  const auto name = below(from);
  const auto after = below(to);
  if (!name || !after) return;
  recording->files[*after] = recording->files[*name];
  recording->files.erase(*name);
  recording->events.push_back({Kind::rename, 0, 0, "", *name, *after});
}

void record_remove(const char* path) {
  const auto name = below(path);
  if (!name || recording->files.erase(*name) == 0) return;
  recording->events.push_back({Kind::remove, 0, 0, "", *name, ""});
}

}  // namespace

void start_recording(const std::string& folder) {
  const std::lock_guard lock(mutex);
  recording = std::make_unique<Recording>();
  recording->folder = folder;
}

void record_step(Kind kind, std::uint64_t step) {
  const std::lock_guard lock(mutex);
  recording->events.push_back({kind, 0, step, "", "", ""});
}

std::vector<Event> stop_recording() {
  const std::lock_guard lock(mutex);
  std::vector<Event> events = std::move(recording->events);
  recording.reset();
  return events;
}

}  // namespace attune::crash

using attune::crash::Event;
namespace crash = attune::crash;

extern "C" ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  const ssize_t done = ::syscall(SYS_pwrite64, fd, bytes, size, at);
  crash::record(done > 0, [&] {
    const std::string written(static_cast<const char*>(bytes), static_cast<std::size_t>(done));
    crash::record_write(fd, written, at);
  });
  return done;
}

extern "C" ssize_t writev(int fd, const iovec* parts, int count) {
  const ssize_t done = ::syscall(SYS_writev, fd, parts, count);
  crash::record(done > 0, [&] { crash::record_at_position(fd, parts, done); });
  return done;
}

extern "C" ssize_t write(int fd, const void* bytes, size_t size) {
  const ssize_t done = ::syscall(SYS_write, fd, bytes, size);
  const iovec part{const_cast<void*>(bytes), size};
  crash::record(done > 0, [&] {
    if (crash::name_of(fd)) crash::record_at_position(fd, &part, done);
  });
  return done;
}

extern "C" int ftruncate(int fd, off_t length) noexcept {
  const int failed = static_cast<int>(::syscall(SYS_ftruncate, fd, length));
  crash::record(failed == 0, [&] { crash::record_length(fd, static_cast<std::uint64_t>(length)); });
  return failed;
}

extern "C" int posix_fallocate(int fd, off_t at, off_t size) {
  const int failed = ::syscall(SYS_fallocate, fd, 0, at, size) == 0 ? 0 : errno;
  crash::record(failed == 0, [&] {
    struct stat status {};
    if (::fstat(fd, &status) != 0) return;
    crash::record_length(fd, static_cast<std::uint64_t>(status.st_size));
  });
  return failed;
}

extern "C" int fsync(int fd) {
  const int failed = static_cast<int>(::syscall(SYS_fsync, fd));
  crash::record(failed == 0, [&] { crash::record_flush(fd); });
  return failed;
}

extern "C" int fdatasync(int fd) {
  const int failed = static_cast<int>(::syscall(SYS_fdatasync, fd));
  crash::record(failed == 0, [&] { crash::record_flush(fd); });
  return failed;
}

extern "C" int rename(const char* from, const char* to) noexcept {
  const int failed = static_cast<int>(::syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0));
  crash::record(failed == 0, [&] { crash::record_rename(from, to); });
  return failed;
}

extern "C" int unlink(const char* path) noexcept {
  const int failed = static_cast<int>(::syscall(SYS_unlinkat, AT_FDCWD, path, 0));
  crash::record(failed == 0, [&] { crash::record_remove(path); });
  return failed;
}

extern "C" int remove(const char* path) noexcept {
  if (::unlink(path) == 0) return 0;
  return errno == EISDIR ? ::rmdir(path) : -1;
}

extern "C" int mkdir(const char* path, mode_t mode) noexcept {
  const int failed = static_cast<int>(::syscall(SYS_mkdirat, AT_FDCWD, path, mode));
  crash::record(failed == 0, [&] {
    if (const auto name = crash::below(path)) {
      crash::recording->events.push_back({Event::Kind::make_folder, 0, 0, "", *name, ""});
    }
  });
  return failed;
}
