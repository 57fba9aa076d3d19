#include "broker/shell/link/broker_socket.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <cstdlib>

namespace attune::link {
namespace {

/// Paho is one per process, and so is this.
std::mutex& one_connects() {
  static std::mutex mutex;
  return mutex;
}

std::uint16_t port_of(const sockaddr_storage& address) noexcept {
  if (address.ss_family == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
  }
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6&>(address).sin6_port);
  }
  return 0;
}

std::uint16_t peer_port(int socket) noexcept {
  sockaddr_storage address{};
  socklen_t length = sizeof address;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&address), &length) != 0) return 0;
  return port_of(address);
}

/// Calls `visit(descriptor, inode)` for each socket whose peer has that port, until it says true.
template <class Visit>
void each_socket(std::uint16_t port, Visit visit) noexcept {
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return;
  while (const dirent* entry = readdir(folder)) {
    const int fd = std::atoi(entry->d_name);
    struct stat info {};
    if (fd <= 0 || fstat(fd, &info) != 0 || !S_ISSOCK(info.st_mode)) continue;
    if (peer_port(fd) == port && visit(fd, std::uint64_t{info.st_ino})) break;
  }
  closedir(folder);
}

}  // namespace

SocketSearch::SocketSearch(std::uint16_t port) : alone_(one_connects()), peer_port_(port) {
  each_socket(peer_port_, [this](int, std::uint64_t inode) {
    before_.insert(inode);
    return false;
  });
}

int SocketSearch::find() const noexcept {
  int found = -1;
  each_socket(peer_port_, [&](int fd, std::uint64_t inode) {
    if (before_.contains(inode)) return false;
    found = fd;
    return true;
  });
  return found;
}

bool set_no_delay(int socket) noexcept {
  const int on = 1;
  return setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on) == 0;
}

void hang_up(int socket) noexcept {
  shutdown(socket, SHUT_RDWR);
}

}  // namespace attune::link
