#include "broker/shell/http/listen.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

namespace attune::http {
namespace {

constexpr int kBacklog = 64;

Error failed(const std::string& where, int code) {
  return {code == EADDRINUSE ? "address_in_use" : "listen",
          where + ": " + std::generic_category().message(code)};
}

/// Binds and listens, or closes the socket.
Result<Listening> bind_and_listen(int descriptor, const sockaddr* address, socklen_t length,
                                  const std::string& where) {
  if (bind(descriptor, address, length) == 0 &&
      (address->sa_family != AF_UNIX || chmod(where.c_str(), 0660) == 0) &&
      listen(descriptor, kBacklog) == 0) {
    return Listening{descriptor, address->sa_family, 0};
  }
  const int code = errno;
  close(descriptor);
  return failed(where, code);
}

Result<Listening> listen_inet(const sockaddr* address, socklen_t length, const std::string& where) {
  const int descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failed(where, errno);
  const int on = 1;
  setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  auto listening = bind_and_listen(descriptor, address, length, where);
  if (!listening) return listening;
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &size);
  listening->port =
      ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(bound).sin6_port
                                        : reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  return listening;
}

bool somebody_answers(const sockaddr_un& address) {
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return true;  // not known: leave it alone
  const bool refused =
      connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno == ECONNREFUSED;
  close(descriptor);
  return !refused;
}

Status make_room(const sockaddr_un& address, const std::string& path) {
  struct stat found {};
  if (lstat(path.c_str(), &found) != 0) return {};
  if (!S_ISSOCK(found.st_mode)) return Error{"listen", path + ": exists and is not a socket"};
  if (somebody_answers(address)) {
    return Error{"socket_in_use", path + ": another process answers on it"};
  }
  if (unlink(path.c_str()) != 0) return failed(path, errno);
  return {};
}

}  // namespace

Result<Listening> listen_tcp(const std::string& address, std::uint16_t port) {
  const std::string where = address + ":" + std::to_string(port);
  const std::string literal = address == "localhost" ? "127.0.0.1" : address;
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (inet_pton(AF_INET, literal.c_str(), &v4.sin_addr) == 1 &&
      (ntohl(v4.sin_addr.s_addr) >> 24) == 127) {
    return listen_inet(reinterpret_cast<const sockaddr*>(&v4), sizeof v4, where);
  }
  sockaddr_in6 v6{};
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (inet_pton(AF_INET6, literal.c_str(), &v6.sin6_addr) == 1 &&
      IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr)) {
    return listen_inet(reinterpret_cast<const sockaddr*>(&v6), sizeof v6, where);
  }
  return Error{"not_loopback", "http.listen: " + address +
                                   " is not a loopback address, and authentication is not built "
                                   "yet: use 127.0.0.1"};
}

Result<Listening> listen_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path) {
    return Error{"listen", path + ": longer than a socket's path may be"};
  }
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  if (const auto room = make_room(address, path); !room.ok()) return room.error();
  const int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (descriptor < 0) return failed(path, errno);
  return bind_and_listen(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address,
                         path);
}

}  // namespace attune::http
