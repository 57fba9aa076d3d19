#include "broker/shell/demo/place.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "broker/shell/demo/files.h"

namespace attune::demo {
namespace {

namespace fs = std::filesystem;

/// A UNIX socket below the folder must fit into 107 bytes.
constexpr std::size_t kRootBytesMax = 60;

std::string temporary_root() {
  const char* named = ::getenv("TMPDIR");
  if (named == nullptr || *named == '\0' || std::strlen(named) > kRootBytesMax) return "/tmp";
  return named;
}

/// Binds a socket to a port of 127.0.0.1, 0 for any; the port, or 0 when it is taken.
std::uint16_t bind_once(std::uint16_t port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return 0;
  const int reuse = 1;  // a port in TIME_WAIT is free to listen on
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &reuse, sizeof reuse);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* raw = reinterpret_cast<sockaddr*>(&address);
  const bool bound = ::bind(fd, raw, size) == 0 && ::getsockname(fd, raw, &size) == 0;
  ::close(fd);
  return bound ? ntohs(address.sin_port) : std::uint16_t{0};
}

}  // namespace

Result<TemporaryFolder> TemporaryFolder::make() {
  std::string path = temporary_root() + "/attune-demo-XXXXXX";
  if (::mkdtemp(path.data()) == nullptr) {
    return Error{"folder", "cannot make a folder like " + path + ": " + std::strerror(errno)};
  }
  return TemporaryFolder(path);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;  // nobody is left to tell
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Status write_example(const std::string& folder) {
  for (const EmbeddedFile& file : example_files()) {
    const fs::path path = fs::path(folder) / file.path;
    std::error_code failed;
    fs::create_directories(path.parent_path(), failed);
    std::ofstream out(path, std::ios::binary);
    out << file.text;
    if (failed || !out.flush()) return Error{"folder", "cannot write " + path.string()};
  }
  return {};
}

bool is_free(std::uint16_t port) {
  return bind_once(port) != 0;
}

Result<std::uint16_t> free_port() {
  if (const std::uint16_t port = bind_once(0)) return port;
  return Error{"port", "no free port on 127.0.0.1"};
}

}  // namespace attune::demo
