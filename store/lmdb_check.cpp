#include "store/lmdb_check.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "store/file.h"

namespace attune::store {
namespace {

/// Read call by call: a sector that the disk cannot read is an answer, in a map it is a signal.
class FileSource final : public PageSource {
 public:
  FileSource(int fd, std::uint64_t bytes) : fd_(fd), bytes_(bytes) {}
  bool read(std::uint64_t at, void* to, std::size_t size) const override {
    return ::pread(fd_, to, size, static_cast<off_t>(at)) == static_cast<ssize_t>(size);
  }
  std::uint64_t bytes() const override { return bytes_; }

 private:
  int fd_;
  std::uint64_t bytes_;
};

}  // namespace

Result<PageCount> check_pages(const std::string& path, std::uint64_t leaves_max) {
  const File file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) return Error{"open", fmt::format("{}: {}", path, std::strerror(errno))};
  return walk_pages(FileSource(file.fd(), file_bytes(path)), leaves_max);
}

}  // namespace attune::store
