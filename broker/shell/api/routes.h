#pragma once
#include <chrono>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/api/ports.h"
#include "broker/shell/http/server.h"
#include "broker/shell/metrics.h"
#include "devices/json/writer.h"

/// The table of routes, one family per file.
namespace attune::api {

struct Feeds;

/// The way back to the client, which counts what leaves by it. Copies answer the same request.
class Answer {
 public:
  Answer(http::Responder responder, shell::Metrics& metrics, std::string_view route);
  void send(http::Response response) const;
  void json(devices::json::Writer document, int status = 200) const;
  void refuse(int status, std::string_view code, std::string_view message) const;
  void refuse(int status, const Error& error) const;
  /// See http::Responder::stream.
  [[nodiscard]] std::shared_ptr<http::Stream> stream(std::function<void()> drained) const;

 private:
  void count(int status) const;
  http::Responder responder_;
  shell::Metrics* metrics_;
  std::string_view route_;
  std::chrono::steady_clock::time_point begun_;
};

/// One request on its way through a route. Lives as long as the route's call; `answer` is copied
/// by who answers later.
struct Call {
  Ports& ports;
  Feeds& feeds;
  const http::Request& request;
  std::vector<std::string_view> params;  ///< what the pattern's `*` stood for
  Answer answer;

  /// A query parameter; empty when it is not there.
  [[nodiscard]] std::string_view query(std::string_view key) const;
  [[nodiscard]] bool has_query(std::string_view key) const;
  /// The attribute `device.attribute`, when it is known.
  [[nodiscard]] std::optional<AttributeId> attribute(std::string_view device,
                                                     std::string_view attribute) const;
};

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< `api/v1/devices/*`: a star is one segment; also its metric label
  std::string_view query;    ///< the parameters it knows, separated by spaces; others are errors
  void (*handle)(const Call& call);
};

[[nodiscard]] std::span<const Route> state_routes();
[[nodiscard]] std::span<const Route> write_routes();
[[nodiscard]] std::span<const Route> change_routes();
[[nodiscard]] std::span<const Route> rule_routes();
[[nodiscard]] std::span<const Route> rule_file_routes();
[[nodiscard]] std::span<const Route> learned_routes();
[[nodiscard]] std::span<const Route> drive_routes();
[[nodiscard]] std::span<const Route> status_routes();
[[nodiscard]] std::span<const Route> why_routes();
[[nodiscard]] std::span<const Route> why_not_routes();
[[nodiscard]] std::span<const Route> history_routes();

/// `GET /api/v1/state?at=`: the home as it was.
void get_state_at(const Call& call);

}  // namespace attune::api
