#include "broker/shell/api/api.h"

#include <algorithm>

#include "broker/shell/api/documents.h"
#include "broker/shell/api/feeds.h"
#include "broker/shell/api/routes.h"

namespace attune::api {
namespace {

/// Whether `segments` are what `pattern` says; the segments under its stars go to `params`.
bool matches(std::string_view pattern, const std::vector<std::string>& segments,
             std::vector<std::string_view>& params) {
  params.clear();
  for (const auto& segment : segments) {
    if (pattern.empty()) return false;
    const auto word = pattern.substr(0, pattern.find('/'));
    pattern.remove_prefix(std::min(pattern.size(), word.size() + 1));
    if (word == "*") {
      params.push_back(segment);
    } else if (word != segment) {
      return false;
    }
  }
  return pattern.empty();
}

bool has_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const auto one = words.substr(0, words.find(' '));
    if (one == word) return true;
    words.remove_prefix(std::min(words.size(), one.size() + 1));
  }
  return false;
}

std::vector<Route> all_routes() {
  std::vector<Route> routes;
  for (const auto family :
       {state_routes(), write_routes(), change_routes(), rule_file_routes(), rule_routes(),
        learned_routes(), drive_routes(), status_routes(), why_routes(), why_not_routes(),
        history_routes()}) {
    routes.insert(routes.end(), family.begin(), family.end());
  }
  return routes;
}

}  // namespace

Answer::Answer(http::Responder responder, shell::Metrics& metrics, std::string_view route)
    : responder_(std::move(responder)),
      metrics_(&metrics),
      route_(route),
      begun_(std::chrono::steady_clock::now()) {}

void Answer::count(int status) const {
  metrics_->http(route_, status, std::chrono::steady_clock::now() - begun_);
}

void Answer::send(http::Response response) const {
  count(response.status);
  responder_.send(std::move(response));
}

void Answer::json(Writer document, int status) const {
  http::Response response;
  response.status = status;
  response.body = document.take();
  response.body += '\n';
  send(std::move(response));
}

void Answer::refuse(int status, std::string_view code, std::string_view message) const {
  send(http::refusal(status, code, message));
}

void Answer::refuse(int status, const Error& error) const {
  refuse(status, error.code, error.message);
}

std::shared_ptr<http::Stream> Answer::stream(std::function<void()> drained) const {
  auto stream = responder_.stream(std::move(drained));
  count(stream ? 200 : 503);
  return stream;
}

std::string_view Call::query(std::string_view key) const {
  const auto found = request.query.find(key);
  return found == request.query.end() ? std::string_view() : std::string_view(found->second);
}

bool Call::has_query(std::string_view key) const {
  return request.query.find(key) != request.query.end();
}

std::optional<AttributeId> Call::attribute(std::string_view device,
                                           std::string_view attribute) const {
  return ports.core().catalog().table().find(device, attribute);
}

struct Api::Parts {
  Parts(Ports& p, shell::Metrics& m) : ports(p), metrics(m), feeds(p, m) {}
  Ports& ports;
  shell::Metrics& metrics;
  Feeds feeds;
  const std::vector<Route> routes = all_routes();

  void run(const Route& route, const http::Request& request, Answer answer,
           std::vector<std::string_view> params);
};

void Api::Parts::run(const Route& route, const http::Request& request, Answer answer,
                     std::vector<std::string_view> params) {
  for (const auto& [key, value] : request.query) {
    if (has_word(route.query, key)) continue;
    return answer.refuse(400, "query", "this route knows no parameter `" + key + "`");
  }
  route.handle({ports, feeds, request, std::move(params), std::move(answer)});
}

Api::Api(Ports& ports, shell::Metrics& metrics) : parts_(std::make_unique<Parts>(ports, metrics)) {}
Api::~Api() {
  close_streams();
}

void Api::handle(const http::Request& request, http::Responder responder) {
  std::vector<std::string_view> params;
  std::string allowed;
  for (const auto& route : parts_->routes) {
    if (!matches(route.pattern, request.segments, params)) continue;
    if (route.method == request.method) {
      Answer answer(std::move(responder), parts_->metrics, route.pattern);
      return parts_->run(route, request, std::move(answer), std::move(params));
    }
    allowed += allowed.empty() ? route.method : ", " + std::string(route.method);
  }
  const Answer answer(std::move(responder), parts_->metrics, "other");
  if (allowed.empty()) return answer.refuse(404, "not_found", "there is no such path");
  auto response = http::refusal(405, "method", "this path takes " + allowed);
  response.headers.emplace_back("Allow", allowed);
  answer.send(std::move(response));
}

bool Api::take(const BusRequest& request) {
  return parts_->feeds.bus.take(request);
}
void Api::restore_clients(const std::vector<Blob>& blobs) {
  parts_->feeds.clients.restore(blobs);
}
std::optional<Revision> Api::held() {
  return parts_->feeds.clients.held();
}

void Api::changed(std::span<const Change> changes) {
  parts_->feeds.turn(changes);
}
std::optional<Millis> Api::patience() const {
  return parts_->feeds.bus.paused() ? std::optional(Bus::kPause) : std::nullopt;
}
void Api::close_streams() {
  parts_->feeds.followers.close_all();
}
std::size_t Api::streams() const {
  return parts_->feeds.followers.size();
}

}  // namespace attune::api
