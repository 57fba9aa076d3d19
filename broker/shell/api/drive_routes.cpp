#include <algorithm>

#include "broker/shell/api/documents.h"
#include "broker/shell/api/match.h"
#include "broker/shell/api/routes.h"
#include "devices/model/glob.h"

/// GET /api/v1/commands, /claims, /conflicts, /rejections, /notices
namespace attune::api {
namespace {

constexpr std::size_t kFinishedMax = 200;

bool wanted(const Call& call, const Command& command) {
  const auto device = call.query("device");
  const auto state = call.query("state");
  return (device.empty() || glob(device, command.path.device.text())) &&
         (state.empty() || state == name(command.state));
}

/// Error "state": no state has that name.
Status check_state(std::string_view word) {
  if (word.empty()) return {};
  std::string known;
  for (auto state = CommandState::queued; state <= CommandState::rejected;
       state = static_cast<CommandState>(static_cast<unsigned>(state) + 1)) {
    if (word == name(state)) return {};
    known += (known.empty() ? "" : ", ") + std::string(name(state));
  }
  return Error{"state", "`state` is one of " + known};
}

void get_commands(const Call& call) {
  const auto known = check_state(call.query("state"));
  if (!known.ok()) return call.answer.refuse(400, known.error());
  const auto finished = call.ports.finished_commands("", kFinishedMax);
  if (!finished) return call.answer.refuse(500, finished.error());
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head())).key("commands").begin_array();
  const auto& open = call.ports.core().ledger().open();
  for (auto entry = open.rbegin(); entry != open.rend(); ++entry) {
    if (wanted(call, entry->second)) append_command(out, entry->second);
  }
  for (const auto& command : *finished) {
    if (wanted(call, command)) append_command(out, command);
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_claims(const Call& call) {
  const auto& core = call.ports.core();
  const auto& table = core.catalog().table();
  const Match match(call.query("match"));
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head())).key("claims").begin_array();
  for (const auto attribute : core.claims().claimed(table)) {
    const auto& path = table.path(attribute);
    if (!match.attribute(path.device.text(), path.attribute)) continue;
    const auto& on = core.claims().on(attribute);
    for (const auto& claim : on) append_claim(out, claim, name(core::standing(on, claim)));
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_conflicts(const Call& call) {
  const auto& core = call.ports.core();
  const auto& table = core.catalog().table();
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head())).key("conflicts").begin_array();
  for (const auto attribute : core.claims().claimed(table)) {
    if (!in_conflict(core.claims().on(attribute))) continue;
    const auto* winner = core.claims().winner(attribute);
    out.begin_object().member("device", table.path(attribute).device.text());
    out.member("attribute", table.path(attribute).attribute).member("kind", "claims");
    out.key("claims").begin_array();
    for (const auto& claim : core.claims().on(attribute)) {
      if (!core::counts(claim) || claim.priority != winner->priority) continue;
      append_claim(out, claim, &claim == winner ? "held" : "waiting");
    }
    out.end_array().end_object();
  }
  for (const auto& [path, conflict] : core.conflicts().all()) append_conflict(out, conflict);
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_rejections(const Call& call) {
  const auto& rejections = call.ports.rejections();
  Writer out;
  out.begin_object().member("total", integer(rejections.total())).key("rejections").begin_array();
  for (const auto& entry : rejections.entries()) {
    out.begin_object().member("topic", entry.rejection.topic);
    out.member("attribute", text_or_null(entry.rejection.attribute));
    out.member("reason", entry.rejection.reason).member("detail", entry.rejection.detail);
    out.member("count", integer(entry.count));
    out.member("first", format_utc(entry.first)).member("last", format_utc(entry.last));
    out.end_object();
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_notices(const Call& call) {
  const auto& core = call.ports.core();
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head())).key("notices").begin_array();
  for (const auto& [key, notice] : core.notices().all()) {
    out.begin_object().member("id", notice.id).member("rule", notice.rule.text());
    out.member("to", notice.to).member("severity", notice.severity);
    out.member("message", notice.message).member("state", core::name(notice.state));
    out.member("count", integer(std::uint64_t{notice.count}));
    out.member("since", format_utc(notice.raised.wall))
        .member("told", format_utc(notice.told.wall));
    out.member("ack", notice.wants_ack).member("acknowledged", notice.acknowledged);
    out.end_object();
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/commands", "device state", get_commands},
    {"GET", "api/v1/claims", "match", get_claims},
    {"GET", "api/v1/conflicts", "", get_conflicts},
    {"GET", "api/v1/rejections", "", get_rejections},
    {"GET", "api/v1/notices", "", get_notices},
};

}  // namespace

bool in_conflict(const std::vector<Claim>& claims) {
  const Claim* held = core::deciding(claims);
  if (held == nullptr || !core::is_point(*held)) return false;
  return std::any_of(claims.begin(), claims.end(), [&](const Claim& claim) {
    return core::counts(claim) && core::is_point(claim) && claim.priority == held->priority &&
           claim.value != held->value;
  });
}

std::span<const Route> drive_routes() {
  return kRoutes;
}

}  // namespace attune::api
