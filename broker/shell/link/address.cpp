#include "broker/shell/link/address.h"

#include <charconv>
#include <optional>

#include "devices/model/issue.h"

namespace attune::link {
namespace {

Error refused(std::string_view url, const std::string& why) {
  return {"url", "mqtt.url `" + printable(url) + "`: " + why +
                     "; write mqtt://host:1883 or mqtts://host:8883"};
}

std::optional<std::uint16_t> port_of(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (text.substr(0, prefix.size()) != prefix) return false;
  text.remove_prefix(prefix.size());
  return true;
}

/// Where the host ends: at the last colon outside of brackets.
std::size_t host_end(std::string_view rest) {
  const std::size_t bracket = rest.find(']');
  const std::size_t colon = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
  return colon == std::string_view::npos ? rest.size() : colon;
}

}  // namespace

Result<Address> parse_address(std::string_view url) {
  Address address;
  std::string_view rest = url;
  if (take_prefix(rest, "mqtts://")) {
    address.tls = true;
    address.port = 8883;
  } else if (!take_prefix(rest, "mqtt://")) {
    return refused(url, "starts with neither mqtt:// nor mqtts://");
  }
  if (rest.find('@') != std::string_view::npos) {
    return Error{"url", "mqtt.url holds credentials; use mqtt.username and mqtt.password_file"};
  }
  if (!rest.empty() && rest.back() == '/') rest.remove_suffix(1);
  const std::size_t end = host_end(rest);
  if (end < rest.size()) {
    const std::optional<std::uint16_t> port = port_of(rest.substr(end + 1));
    if (!port) return refused(url, "the port is no number from 1 to 65535");
    address.port = *port;
  }
  std::string_view host = rest.substr(0, end);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.empty() || host.find_first_of("/[]?# ") != std::string_view::npos) {
    return refused(url, "has no host");
  }
  address.host = host;
  return address;
}

}  // namespace attune::link
