#include <algorithm>

#include "broker/shell/api/documents.h"
#include "broker/shell/api/match.h"
#include "broker/shell/api/routes.h"

/// GET /api/v1/commands, /claims, /conflicts, /rejections
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
    const auto* winner = core.claims().winner(attribute);
    for (const auto& claim : core.claims().on(attribute)) {
      append_claim(out, claim, claim.shadow ? "shadow" : &claim == winner ? "held" : "waiting");
    }
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
      if (claim.shadow || claim.priority != winner->priority) continue;
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

constexpr Route kRoutes[] = {
    {"GET", "api/v1/commands", "device state", get_commands},
    {"GET", "api/v1/claims", "match", get_claims},
    {"GET", "api/v1/conflicts", "", get_conflicts},
    {"GET", "api/v1/rejections", "", get_rejections},
};

}  // namespace

bool in_conflict(const std::vector<Claim>& claims) {
  if (claims.empty() || claims.front().shadow) return false;
  const auto& held = claims.front();
  return std::any_of(claims.begin() + 1, claims.end(), [&](const Claim& claim) {
    return !claim.shadow && claim.priority == held.priority && claim.value != held.value;
  });
}

std::span<const Route> drive_routes() {
  return kRoutes;
}

}  // namespace attune::api
