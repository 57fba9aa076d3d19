#pragma once
#include <chrono>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "broker/shell/http/sse.h"
#include "devices/model/result.h"

/// A small blocking client of attune's own HTTP, for the command line.
namespace attune::http {

/// Where a daemon listens.
struct Endpoint {
  std::string socket;  ///< path of a UNIX socket; empty: TCP
  std::string host;
  std::string port;
  /// `http://HOST[:PORT]`, `unix:PATH`, or a path. Error "url" for anything else.
  [[nodiscard]] static Result<Endpoint> parse(std::string_view url);
};

struct ClientRequest {
  std::string method = "GET";
  std::string target;  ///< path and query, percent-encoded (encode())
  std::string body;    ///< not empty: sent as application/json
  std::vector<std::pair<std::string, std::string>> headers;
  std::chrono::milliseconds timeout{std::chrono::seconds(15)};
};

struct ClientResponse {
  int status = 0;
  std::string body;
};

/// Errors: "unreachable" (nobody listens), "timeout", "protocol" (not HTTP, or cut short).
[[nodiscard]] Result<ClientResponse> request(const Endpoint& endpoint, const ClientRequest& what);

/// Follows a stream of events until `on_event` returns false or the server closes it (status 200),
/// or answers what it says instead (any other status). `what.timeout` bounds the silence between
/// two arrivals; the server's heartbeats count.
[[nodiscard]] Result<ClientResponse> follow(const Endpoint& endpoint, const ClientRequest& what,
                                            const std::function<bool(const SseEvent&)>& on_event);

/// Percent-encodes everything but `A-Za-z0-9-_.~`.
[[nodiscard]] std::string encode(std::string_view text);

}  // namespace attune::http
