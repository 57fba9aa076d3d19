#include "broker/shell/http/guard.h"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

namespace attune::http {
namespace {

bool is_port(std::string_view text) {
  return !text.empty() && text.size() <= 5 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(int family, std::string_view text) {
  unsigned char bytes[sizeof(in6_addr)];
  return inet_pton(family, std::string(text).c_str(), bytes) == 1;
}

bool is_json(std::string_view content_type) {
  const auto kind = content_type.substr(0, content_type.find(';'));
  return same_text(kind.substr(0, kind.find_last_not_of(" \t") + 1), "application/json");
}

bool has_body(const Head& head) {
  const auto length = head.field("Content-Length");
  return head.count("Transfer-Encoding") != 0 ||
         length.find_first_not_of('0') != std::string_view::npos;
}

bool from_another_site(const Head& head) {
  if (head.count("Origin") == 0) return false;
  return head.field("Origin") != "http://" + std::string(head.field("Host"));
}

Response unauthorised() {
  auto answer =
      refusal(401, "unauthorised",
              "writes over TCP need a login, which is not built yet: use the UNIX socket");
  answer.headers.emplace_back("WWW-Authenticate", "Bearer");
  return answer;
}

std::optional<Response> guard_tcp(const Head& head, bool write) {
  if (head.count("Host") != 1 || !host_allowed(head.field("Host"))) {
    return refusal(421, "host", "the Host must be an IP address or localhost, once");
  }
  if (!write) return std::nullopt;
  if (from_another_site(head)) return refusal(403, "cross_site", "a write from another site");
  if (has_body(head) && !is_json(head.field("Content-Type"))) {
    return refusal(403, "content_type", "a write must be application/json");
  }
  return unauthorised();
}

}  // namespace

bool host_allowed(std::string_view host) {
  if (!host.empty() && host.front() == '[') {
    const auto end = host.find(']');
    if (end == std::string_view::npos || !is_address(AF_INET6, host.substr(1, end - 1))) {
      return false;
    }
    const auto rest = host.substr(end + 1);
    return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
  }
  const auto colon = host.find(':');
  if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) return false;
  const auto name = host.substr(0, colon);
  return same_text(name, "localhost") || is_address(AF_INET, name);
}

std::optional<Response> guard(const Head& head, bool local_socket) {
  const bool write = head.method != "GET" && head.method != "HEAD";
  if (!local_socket) return guard_tcp(head, write);
  if (has_body(head) && !is_json(head.field("Content-Type"))) {
    return refusal(415, "content_type", "a body must be application/json");
  }
  return std::nullopt;
}

}  // namespace attune::http
