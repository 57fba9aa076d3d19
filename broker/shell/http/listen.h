#pragma once
#include <cstdint>
#include <string>

#include "devices/model/result.h"

/// Listening sockets, as descriptors that the caller owns.
namespace attune::http {

struct Listening {
  int descriptor = -1;
  int family = 0;          ///< AF_INET, AF_INET6 or AF_UNIX
  std::uint16_t port = 0;  ///< of TCP
};

/// Errors: "not_loopback", "address_in_use", "listen".
[[nodiscard]] Result<Listening> listen_tcp(const std::string& address, std::uint16_t port);

/// Mode 0660. A socket that a dead process left is removed; one that answers is not.
/// Errors: "socket_in_use", "listen".
[[nodiscard]] Result<Listening> listen_unix(const std::string& path);

}  // namespace attune::http
