#include <array>

#include "broker/shell/api/documents.h"
#include "broker/shell/api/feeds.h"
#include "broker/shell/api/routes.h"

/// GET /api/v1/status, /healthz, /readyz, /metrics
namespace attune::api {
namespace {

void append_health(Writer& out, const Health& health) {
  out.member("ready", health.ready).key("reasons").begin_array();
  for (const auto& reason : health.reasons) out.value(reason);
  out.end_array();
}

void append_devices(Writer& out, const core::Core& core) {
  std::array<std::uint64_t, kAvailabilities> counts{};
  for (const auto& [id, info] : core.catalog().devices()) {
    const auto device = core.catalog().table().find_device(id.text());
    if (device) ++counts[static_cast<std::size_t>(core.image().device(*device).availability)];
  }
  out.key("devices").begin_object();
  out.member("total", integer(std::uint64_t{core.catalog().devices().size()}));
  for (std::size_t i = 0; i < counts.size(); ++i) {
    out.member(name(static_cast<Availability>(i)), integer(counts[i]));
  }
  out.end_object();
}

void append_drive(Writer& out, const core::Core& core) {
  std::uint64_t conflicts = core.conflicts().all().size();
  std::uint64_t diverged = 0;
  const auto& table = core.catalog().table();
  for (const auto attribute : core.claims().claimed(table)) {
    conflicts += in_conflict(core.claims().on(attribute));
    diverged += core.ledger().diverged(attribute);
  }
  out.member("claims", integer(std::uint64_t{core.claims().size()}));
  out.member("conflicts", integer(conflicts));
  out.member("commands_open", integer(std::uint64_t{core.ledger().open().size()}));
  out.member("diverged", integer(diverged));
}

void get_status(const Call& call) {
  const auto& identity = call.ports.identity();
  const auto& core = call.ports.core();
  const auto now = call.ports.now();
  Writer out;
  out.begin_object();
  append_health(out, call.ports.health());
  out.member("version", identity.version).member("node", identity.node);
  out.member("store", identity.store_uuid).member("at", time_of(now));
  const auto up =
      std::chrono::duration_cast<std::chrono::seconds>(now.steady - identity.started.steady);
  out.member("uptime_seconds", Value(static_cast<std::int64_t>(up.count())));
  out.member("revision", integer(call.ports.head())).member("floor", integer(call.ports.floor()));
  append_devices(out, core);
  out.member("rules", integer(std::uint64_t{core.rule_set().rules.size()}));
  append_drive(out, core);
  out.member("rejections", integer(call.ports.rejections().total()));
  out.member("streams", integer(std::uint64_t{call.feeds.followers.size()}));
  call.answer.json(std::move(out.end_object()));
}

/// That it is answered at all is the answer: the door says 503 when the loop does not.
void get_healthz(const Call& call) {
  Writer out;
  call.answer.json(std::move(out.begin_object().member("loop", "answers").end_object()));
}

void get_readyz(const Call& call) {
  const auto health = call.ports.health();
  Writer out;
  append_health(out.begin_object(), health);
  call.answer.json(std::move(out.end_object()), health.ready ? 200 : 503);
}

void get_metrics(const Call& call) {
  http::Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = call.ports.metrics_text();
  call.answer.send(std::move(response));
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/status", "", get_status},
    {"GET", "healthz", "", get_healthz},
    {"GET", "readyz", "", get_readyz},
    {"GET", "metrics", "", get_metrics},
};

}  // namespace

std::span<const Route> status_routes() {
  return kRoutes;
}

}  // namespace attune::api
