#include "store/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>

namespace attune::store {
namespace {

constexpr mode_t kOwnerOnly = 0600;

Error cannot_use(const std::string& folder, int error) {
  const char* advice = error == EROFS ? "it lies on a read-only file system"
                       : error == EACCES || error == EPERM
                           ? "this user may not write there"
                           : "give another folder or repair this one";
  return {"open", fmt::format("the store's folder {} cannot be used: {} ({})", folder,
                              std::strerror(error), advice)};
}

Error cannot_sync(const std::string& path) {
  return {"io", fmt::format("{}: {}", path, std::strerror(errno))};
}

/// A folder that may be passed but not read keeps its names as durable as its owner made them.
Status sync_readable(const std::string& folder) {
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.fd()) == 0 || errno == EINVAL || errno == EROFS) return {};
  return cannot_sync(folder);
}

/// What the holder of the lock wrote into it; "unknown" while it is about to.
std::string holder(int fd) {
  std::array<char, 16> text{};
  const ssize_t size = ::pread(fd, text.data(), text.size() - 1, 0);
  return size > 0 ? std::string(text.data(), static_cast<std::size_t>(size)) : "unknown";
}

Error in_use(const std::string& folder, int lock) {
  return {"locked", fmt::format("the store in {} is in use by process {}; one store "
                                "belongs to one daemon",
                                folder, holder(lock))};
}

Error cannot_make(const std::string& path) {
  const bool full = errno == ENOSPC || errno == EDQUOT;
  const char* code = full ? "full" : errno == EEXIST ? "exists" : "open";
  return {code, fmt::format("cannot make {}: {}", path, std::strerror(errno))};
}

}  // namespace

File::File(File&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

File& File::operator=(File&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

File::~File() {
  if (fd_ >= 0) ::close(fd_);
}

Result<std::unique_ptr<FolderLock>> FolderLock::take(const std::string& folder) {
  const std::string path = folder + "/lock";
  File file(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, kOwnerOnly));
  if (!file.is_open()) return cannot_use(folder, errno);
  (void)give_to_owner(file, folder);  // the lock holds whoever owns it
  if (::flock(file.fd(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return cannot_use(folder, errno);
    return in_use(folder, file.fd());
  }
  const std::string pid = std::to_string(::getpid());
  const auto wanted = static_cast<ssize_t>(pid.size());
  // The lock holds without the pid; a full disk must not keep a start from reading.
  if (::ftruncate(file.fd(), 0) != 0 || ::pwrite(file.fd(), pid.data(), pid.size(), 0) != wanted) {
    errno = 0;
  }
  return std::unique_ptr<FolderLock>(new FolderLock(std::move(file)));
}

Result<std::unique_ptr<FolderLock>> FolderLock::take_to_read(const std::string& folder) {
  const std::string path = folder + "/lock";
  if (may_be_written(folder) && (may_be_written(path) || !file_exists(path))) return take(folder);
  File file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  if (!file.is_open() && errno != ENOENT) return cannot_use(folder, errno);
  if (file.is_open() && ::flock(file.fd(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return in_use(folder, file.fd());
  }
  return std::unique_ptr<FolderLock>(new FolderLock(std::move(file)));
}

Status make_folder(const std::string& folder) {
  namespace fs = std::filesystem;
  std::error_code error;
  fs::path path = fs::absolute(folder, error).lexically_normal();
  if (!path.has_filename()) path = path.parent_path();  // it ended in a slash
  if (!fs::is_directory(path, error)) {
    if (Status above = make_folder(path.parent_path()); !above) return above;
    fs::create_directory(path, error);
    if (error) return cannot_use(folder, error.value());
  }
  // Also where it was there: whoever made it may have been killed before the sync.
  return sync_readable(path.parent_path());
}

Status sync_folder(const std::string& folder) {
  const File file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file.is_open() || ::fsync(file.fd()) != 0) return cannot_sync(folder);
  return {};
}

bool file_exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

bool may_be_written(const std::string& path) {
  return ::access(path.c_str(), R_OK | W_OK) == 0;
}

Status give_to_owner(const File& file, const std::string& folder) {
  struct stat owner {};
  struct stat own {};
  if (::geteuid() != 0 || ::stat(folder.c_str(), &owner) != 0) return {};
  if (::fstat(file.fd(), &own) != 0 || own.st_uid == owner.st_uid) return {};
  if (!S_ISREG(own.st_mode) || own.st_nlink != 1) return {};
  if (::fchown(file.fd(), owner.st_uid, owner.st_gid) == 0) return {};
  return Error{"open", fmt::format("a file in {} cannot be given to the folder's owner: {}", folder,
                                   std::strerror(errno))};
}

Result<File> make_file(const std::string& path) {
  constexpr int kNew = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  File file(::open(path.c_str(), kNew, kOwnerOnly));
  if (!file.is_open()) return cannot_make(path);
  return file;
}

Result<File> make_unforeseen_file(std::string& path) {
  std::string name = path + "-XXXXXX";
  File file(::mkostemp(name.data(), O_CLOEXEC));  // exclusive, and 0600
  if (!file.is_open()) return cannot_make(path);
  path = name;
  return file;
}

std::uint64_t file_bytes(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return 0;
  return static_cast<std::uint64_t>(status.st_size);
}

Status rename_durably(const std::string& folder, const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return cannot_sync(to);
  return sync_folder(folder);
}

Result<std::string> make_uuid() {
  std::array<unsigned char, 16> bytes{};
  if (::getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    return Error{"open", "the system gives no random bytes for the store's name"};
  }
  bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
  bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i == 4 || i == 6 || i == 8 || i == 10) text += '-';
    text += fmt::format("{:02x}", bytes[i]);
  }
  return text;
}

std::uint64_t WrittenBytes::so_far() {
  const bool other = thread_ != ::gettid();
  if (other) {
    file_ = File(::open("/proc/thread-self/io", O_RDONLY | O_CLOEXEC));
    thread_ = ::gettid();
  }
  const std::uint64_t before = last_;
  last_ = of_thread();
  if (!other && last_ > before) sum_ += last_ - before;
  return sum_;
}

std::uint64_t WrittenBytes::of_thread() const {
  std::array<char, 256> text{};
  if (!file_.is_open() || ::pread(file_.fd(), text.data(), text.size() - 1, 0) <= 0) return 0;
  const char* found = std::strstr(text.data(), "wchar: ");
  return found == nullptr ? 0 : std::strtoull(found + std::strlen("wchar: "), nullptr, 10);
}

}  // namespace attune::store
