#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "devices/model/result.h"

/// Where a broker is: `mqtt://host:port` or `mqtts://host:port`.
namespace attune::link {

struct Address {
  bool tls = false;
  std::string host;  ///< without the brackets of an IPv6 one
  std::uint16_t port = 1883;
  friend bool operator==(const Address&, const Address&) = default;
};

/// Errors: "url", and what a right one looks like. Credentials in an address are refused: they
/// would show up in logs and process lists.
[[nodiscard]] Result<Address> parse_address(std::string_view url);

}  // namespace attune::link
