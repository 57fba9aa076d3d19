#include <charconv>

#include "broker/shell/api/body.h"
#include "broker/shell/api/documents.h"
#include "broker/shell/api/feeds.h"
#include "broker/shell/api/routes.h"

/// GET /api/v1/changes: a page, or a live stream
namespace attune::api {
namespace {

void refuse_resume(const Call& call, const Refused& refused) {
  Writer out;
  append_refused(out.begin_object(), refused, call.ports);
  call.answer.json(std::move(out.end_object()), status_of(refused.why));
}

Result<Filter> filter_of(const Call& call) {
  Filter filter;
  filter.match = Match(call.query("match"));
  const auto feed = call.query("feed");
  if (!feed.empty() && feed != "state" && feed != "log") {
    return Error{"feed", "`feed` is state or log"};
  }
  filter.coalesced = feed != "log";
  if (!call.query("kind").empty()) {
    const auto kinds = kinds_of(call.query("kind"));
    if (!kinds) return Error{"kind", "`kind` names kinds of changes, each once, with commas"};
    filter.kinds = *kinds;
  }
  return filter;
}

Result<std::size_t> limit_of(const Call& call) {
  const auto text = call.query("limit");
  if (text.empty()) return kPageChangesMax;
  std::size_t limit = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), limit);
  const bool whole = parsed.ec == std::errc() && parsed.ptr == text.data() + text.size();
  if (!whole || limit == 0 || limit > kPageChangesMax) {
    return Error{"limit", "`limit` is 1 to " + std::to_string(kPageChangesMax)};
  }
  return limit;
}

/// Where the client stands: what it saw last counts before what its address says.
Result<Revision> since_of(const Call& call) {
  if (!call.request.last_event_id.empty()) return parse_revision(call.request.last_event_id);
  if (call.has_query("since")) return parse_revision(call.query("since"));
  return call.ports.head();
}

void begin_stream(const Call& call, Filter filter, Revision since) {
  auto signal = std::make_shared<Followers::Signal>();
  auto stream = call.answer.stream([signal, &ports = call.ports] {
    if (!signal->drained.exchange(true)) ports.wake();
  });
  if (!stream) return;
  call.feeds.followers.add(std::move(stream), std::move(signal), std::move(filter), since,
                           std::string(call.query("client")));
}

void get_changes(const Call& call) {
  auto filter = filter_of(call);
  if (!filter) return call.answer.refuse(400, filter.error());
  const auto since = since_of(call);
  if (!since) return call.answer.refuse(400, since.error());
  const auto limit = limit_of(call);
  if (!limit) return call.answer.refuse(400, limit.error());
  const auto client = call.query("client");
  if (!client.empty() && !Clients::is_name(client)) {
    return call.answer.refuse(400, "client", "`client` is 1 to 64 of A-Z a-z 0-9 _ . -");
  }
  if (const auto refused = check_resume(call.ports, *since, call.query("store"))) {
    return refuse_resume(call, *refused);
  }
  if (const Status known = call.feeds.clients.acknowledge(client, *since); !known.ok()) {
    return call.answer.refuse(503, known.error());
  }
  if (call.request.accept.find("text/event-stream") != std::string::npos) {
    return begin_stream(call, std::move(*filter), *since);
  }
  call.feeds.pages.ask({call.answer, std::move(*filter), *since, *limit});
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/changes", "since store match feed kind limit client", get_changes},
};

}  // namespace

std::span<const Route> change_routes() {
  return kRoutes;
}

}  // namespace attune::api
