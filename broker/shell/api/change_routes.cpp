#include <charconv>

#include "broker/shell/api/body.h"
#include "broker/shell/api/documents.h"
#include "broker/shell/api/routes.h"

/// GET /api/v1/changes: a page, or a live stream
namespace attune::api {
namespace {

void refuse_resume(const Call& call, const Refused& refused) {
  Writer out;
  out.begin_object();
  int status = 410;
  switch (refused.why) {
    case Refused::Why::compacted:
      out.member("error", "compacted");
      out.member("message", "the changes after that revision are not kept: read the state again");
      break;
    case Refused::Why::future:
      status = 416;
      out.member("error", "future").member("message", "that revision has not been given out");
      break;
    case Refused::Why::wrong_store:
      status = 409;
      out.member("error", "wrong_store").member("message", "that revision is of another store");
      out.member("store", call.ports.identity().store_uuid);
      break;
  }
  out.member("floor", integer(call.ports.floor())).member("head", integer(call.ports.head()));
  call.answer.json(std::move(out.end_object()), status);
}

std::optional<std::uint32_t> kinds_of(std::string_view words) {
  std::uint32_t kinds = 0;
  while (!words.empty()) {
    const auto word = words.substr(0, words.find(','));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    const auto before = kinds;
    for (auto kind = ChangeKind::state; kind <= ChangeKind::liveness;
         kind = static_cast<ChangeKind>(static_cast<unsigned>(kind) + 1)) {
      if (word == name(kind)) kinds |= 1u << static_cast<unsigned>(kind);
    }
    if (kinds == before) return std::nullopt;
  }
  return kinds;
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

void send_page(const Call& call, const Filter& filter, Revision since) {
  const auto limit = limit_of(call);
  if (!limit) return call.answer.refuse(400, limit.error());
  const auto page = read_page(call.ports, filter, since, *limit);
  if (!page) return call.answer.refuse(500, page.error());
  Writer out;
  out.begin_object().member("from", integer(page->from)).member("to", integer(page->to));
  out.key("changes").begin_array();
  for (const auto& change : page->changes) append_change(out, change, call.ports.identity().node);
  out.end_array().member("up_to_date", page->up_to_date);
  call.answer.json(std::move(out.member("store", call.ports.identity().store_uuid).end_object()));
}

void begin_stream(const Call& call, Filter filter, Revision since) {
  auto signal = std::make_shared<Followers::Signal>();
  auto stream = call.answer.stream([signal, &ports = call.ports] {
    if (!signal->drained.exchange(true)) ports.wake();
  });
  if (stream) call.followers.add(std::move(stream), std::move(signal), std::move(filter), since);
}

void get_changes(const Call& call) {
  auto filter = filter_of(call);
  if (!filter) return call.answer.refuse(400, filter.error());
  const auto since = since_of(call);
  if (!since) return call.answer.refuse(400, since.error());
  if (const auto refused = check_resume(call.ports, *since, call.query("store"))) {
    return refuse_resume(call, *refused);
  }
  if (call.request.accept.find("text/event-stream") != std::string::npos) {
    return begin_stream(call, std::move(*filter), *since);
  }
  send_page(call, *filter, *since);
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/changes", "since store match feed kind limit", get_changes},
};

}  // namespace

std::span<const Route> change_routes() {
  return kRoutes;
}

}  // namespace attune::api
