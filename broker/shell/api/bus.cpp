#include "broker/shell/api/bus.h"

#include <utility>

#include "broker/shell/api/documents.h"
#include "devices/topics.h"

namespace attune::api {
namespace {

std::string_view reason_of(const core::Reply& reply) {
  return reply.code.empty() ? std::string_view("value") : std::string_view(reply.code);
}

void append_reply(Writer& out, const core::Reply& reply) {
  using Result = core::Reply::Result;
  switch (reply.result) {
    case Result::accepted:
      out.member("result", "accepted");
      out.member("command", reply.command ? Value(text(*reply.command)) : Value());
      out.member("revision", integer(reply.revision));
      break;
    case Result::conflict:
      out.member("result", "conflict").member("revision", integer(reply.revision));
      out.member("value", reply.current);
      break;
    case Result::rejected:
      out.member("result", "rejected").member("reason", reason_of(reply));
      out.member("message", reply.message);
      break;
  }
  if (reply.conflict) append_conflict(out.key("conflict"), *reply.conflict);
}

/// What follows `prefix` + `/` + `word` + `/`; empty: it does not begin so.
std::string_view below(std::string_view topic, std::string_view prefix, std::string_view word) {
  for (const std::string_view part : {prefix, std::string_view("/"), word, std::string_view("/")}) {
    if (!topic.starts_with(part)) return {};
    topic.remove_prefix(part.size());
  }
  return topic;
}

}  // namespace

std::vector<std::string> Bus::filters(std::string_view prefix) {
  return {std::string(prefix) + "/set/#", std::string(prefix) + "/ack/+",
          std::string(prefix) + "/sync"};
}

bool Bus::take(const BusRequest& request) {
  const std::string_view prefix = ports_.identity().prefix;
  const bool is_sync = request.topic == std::string(prefix) + "/sync";
  const std::string_view path = below(request.topic, prefix, "set");
  const std::string_view rule = below(request.topic, prefix, "ack");
  if (!is_sync && path.empty() && rule.empty()) return false;
  if (request.retained || request.arrival == Arrival::retained) {
    if (request.payload.empty() && rule.empty()) return true;  // somebody cleans up
    refuse(request, "retained_command", "a retained request is not obeyed");
  } else if (request.arrival != Arrival::live) {
    refuse(request, "late", "it waited while attune was away: nobody waits for it any more");
  } else if (is_sync) {
    sync(request);
  } else if (!rule.empty()) {
    acknowledge(request, rule);
  } else {
    set(request, path);
  }
  return true;
}

void Bus::refuse(const BusRequest& request, std::string_view reason, std::string detail) {
  auto [topic, id] = asker_of(request.payload);
  if (!is_reply_topic(topic)) topic = request.response_topic;
  if (is_reply_topic(topic)) {
    const Way way{std::move(topic), std::string(request.correlation), std::move(id)};
    Writer out;
    begin_object(out, way);
    out.member("result", "rejected").member("reason", reason).member("message", detail);
    send(way, out.end_object().take());
  }
  ports_.reject({std::string(request.topic), "", std::string(reason), std::move(detail)});
}

/// Anywhere else attune would publish whatever anyone wants to whomever.
bool Bus::is_reply_topic(std::string_view topic) const {
  return !below(topic, ports_.identity().prefix, "reply").empty() &&
         devices::what_is_wrong_with_topic(topic).empty();
}

std::optional<Bus::Way> Bus::way_of(const BusRequest& request, const std::string& reply_to,
                                    const std::string& id) {
  Way way{reply_to.empty() ? std::string(request.response_topic) : reply_to,
          std::string(request.correlation), id};
  if (way.topic.empty()) return way;
  if (is_reply_topic(way.topic)) return way;
  refuse(request, "reply_to", "answers go below " + ports_.identity().prefix + "/reply/ alone");
  return std::nullopt;
}

bool Bus::send(const Way& way, std::string payload) {
  if (way.topic.empty()) return true;
  return ports_.publish({way.topic, std::move(payload), way.correlation});
}

void Bus::begin_object(Writer& out, const Way& way) const {
  out.begin_object();
  if (!way.id.empty()) out.member("id", way.id);
}

// --- set -----------------------------------------------------------------------------------------

void Bus::set(const BusRequest& request, std::string_view path) {
  const auto slash = path.find('/');
  const auto device = path.substr(0, slash);
  const auto attribute = slash == std::string_view::npos ? "" : path.substr(slash + 1);
  if (attribute.empty() || attribute.find('/') != std::string_view::npos) {
    return refuse(request, "topic", "it is set/<device>/<attribute>");
  }
  auto body = parse_set(request.payload);
  if (!body) return refuse(request, body.error().code, body.error().message);
  const auto way = way_of(request, body->reply_to, body->write.id);
  if (!way) return;
  const auto done = [this, way = *way,
                     topic = std::string(request.topic)](const core::Reply& reply) {
    Writer out;
    begin_object(out, way);
    append_reply(out, reply);
    send(way, out.end_object().take());
    if (reply.result != core::Reply::Result::rejected) return;
    ports_.reject({topic, "", std::string(reason_of(reply)), reply.message});
  };
  const AttributePath at{DeviceId(std::string(device)), std::string(attribute)};
  if (body->release) return ports_.submit(core::ReleaseRequest{{}, at, "mqtt"}, done);
  ports_.submit(write_request(std::move(body->write), at, "mqtt"), done);
}

/// The payload is not read: there is nothing to say but that it was seen.
void Bus::acknowledge(const BusRequest& request, std::string_view rule) {
  const auto way = way_of(request, "", "");
  if (!way) return;
  const auto done = [this, way = *way,
                     topic = std::string(request.topic)](const core::Reply& reply) {
    Writer out;
    begin_object(out, way);
    append_reply(out, reply);
    send(way, out.end_object().take());
    if (reply.result != core::Reply::Result::rejected) return;
    ports_.reject({topic, "", std::string(reason_of(reply)), reply.message});
  };
  ports_.submit(core::AckRequest{{}, RuleId(std::string(rule)), "mqtt"}, done);
}

// --- sync ----------------------------------------------------------------------------------------

void Bus::sync(const BusRequest& request) {
  auto body = parse_sync(request.payload);
  if (!body) return refuse(request, body.error().code, body.error().message);
  auto way = way_of(request, body->reply_to, body->id);
  if (!way) return;
  if (way->topic.empty()) {
    return refuse(request, "reply_to", "a sync needs a `reply_to` or a response topic");
  }
  if (syncs_.size() == kSyncsMax) {
    Writer out;
    begin_object(out, *way);
    out.member("error", "busy").member("message", "too many syncs are under way, ask again");
    send(*way, out.end_object().take());
    return;
  }
  Sync sync;
  sync.way = std::move(*way);
  sync.filter = std::move(body->filter);
  sync.store = std::move(body->store);
  sync.cursor = body->since;
  if (sync.cursor && !check_resume(ports_, *sync.cursor, sync.store)) {
    const Status known = clients_.acknowledge(body->client, *sync.cursor);
    if (!known.ok()) {
      return refuse(request, known.error().code, known.error().message);
    }
  }
  syncs_.push_back(std::move(sync));
}

/// Not by what the sender holds now: it may have made room since the turn that had to stop.
bool Bus::paused() const {
  return !syncs_.empty();
}

void Bus::turn() {
  std::size_t before = syncs_.size();
  bool more = false;
  while (before-- != 0) {                          // each gets its turn, also with a slow sender
    if (ports_.publishing() > kWaitingMax) break;  // see paused()
    const Next next = go_on(syncs_.front());
    more = more || next == Next::again;
    if (next == Next::ended)
      syncs_.pop_front();
    else
      syncs_.splice(syncs_.end(), syncs_, syncs_.begin());
  }
  if (more) ports_.wake();
}

Bus::Next Bus::go_on(Sync& sync) {
  if (!sync.cursor) return send_part(sync);
  const auto refused = check_resume(ports_, *sync.cursor, sync.store);
  if (!refused) return send_batch(sync);
  Writer out;
  begin_object(out, sync.way);
  append_refused(out, *refused, ports_);
  sync.cursor.reset();  // what follows is the state as it is
  return send(sync.way, out.end_object().take()) ? Next::again : Next::ended;
}

Bus::Next Bus::send_batch(Sync& sync) {
  const auto page = read_page(ports_, latest_, sync.filter, *sync.cursor, kBatchChanges);
  Writer out;
  begin_object(out, sync.way);
  if (!page) {
    out.member("error", page.error().code).member("message", page.error().message);
    send(sync.way, out.end_object().take());
    return Next::ended;
  }
  if (!*page) return Next::again;  // the log is read back a piece in each turn
  append_page(out, **page, ports_.identity());
  sync.cursor = (*page)->to;
  const bool sent = send(sync.way, out.end_object().take());
  return !sent || (*page)->up_to_date ? Next::ended : Next::again;
}

Bus::Next Bus::send_part(Sync& sync) {
  if (!sync.snapshot) {
    sync.snapshot = std::make_shared<std::optional<Snapshot>>();
    auto whole = sync.snapshot;
    snapshots_.take(sync.filter.match, [whole](Snapshot taken) { *whole = std::move(taken); });
  }
  if (!sync.snapshot->has_value()) return Next::wait;  // the snapshots wake while one is taken
  Snapshot& snapshot = **sync.snapshot;
  auto& devices = snapshot.devices;
  Writer out;
  begin_object(out, sync.way);
  std::string payload = out.key("snapshot").begin_object().take();
  bool first = true;
  while (!devices.empty() && payload.size() < kPartBytes) {
    const auto device = devices.extract(devices.begin());
    payload.append(std::exchange(first, false) ? "\"" : ",\"").append(device.key());
    payload.append("\":").append(device.mapped());
  }
  const bool last = devices.empty();
  Writer rest;
  rest.begin_object().member("revision", integer(snapshot.revision));
  rest.member("part", integer(std::uint64_t{++sync.part})).member("last", last);
  rest.member("store", ports_.identity().store_uuid);
  payload.append("},").append(rest.end_object().take().substr(1));
  const bool sent = send(sync.way, std::move(payload));
  return !sent || last ? Next::ended : Next::again;
}

}  // namespace attune::api
