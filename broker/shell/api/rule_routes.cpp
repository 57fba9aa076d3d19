#include <array>

#include "broker/shell/api/documents.h"
#include "broker/shell/api/routes.h"
#include "rules/check/schema.h"
#include "rules/machine.h"

/// GET /api/v1/rules, /rules/{id}, /rules/schema; POST /reload
namespace attune::api {
namespace {

struct Counts {
  std::uint64_t total = 0, active = 0, waiting = 0, disabled = 0, shadow = 0, in_error = 0;
};

Counts count(const core::Core& core) {
  Counts counts;
  counts.total = core.rule_set().rules.size();
  for (std::uint32_t i = 0; i < counts.total; ++i) {
    const auto& standing = core.rules().at(i);
    const auto phase = standing.state.phase;
    counts.active += rules::holds_claims(phase);
    counts.waiting += phase == RulePhase::waiting;
    counts.disabled += core.rules().mode(i) == RuleMode::disabled;
    counts.shadow += core.rules().mode(i) == RuleMode::shadow;
    counts.in_error += !standing.error->empty();
  }
  return counts;
}

void get_rules(const Call& call) {
  const auto& core = call.ports.core();
  const auto counts = count(core);
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head())).key("counts").begin_object();
  out.member("total", integer(counts.total)).member("active", integer(counts.active));
  out.member("waiting", integer(counts.waiting)).member("disabled", integer(counts.disabled));
  out.member("shadow", integer(counts.shadow)).member("error", integer(counts.in_error));
  out.end_object().key("rules").begin_array();
  for (std::uint32_t i = 0; i < counts.total; ++i) {
    append_rule(out.begin_object(), core, i);
    out.end_object();
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_rule(const Call& call) {
  const auto& core = call.ports.core();
  const auto index = core.rule_set().index_of(call.params[0]);
  if (!index) {
    return call.answer.refuse(404, "unknown_rule",
                              "there is no rule `" + std::string(call.params[0]) + "`");
  }
  Writer out;
  append_rule(out.begin_object(), core, *index);
  call.answer.json(std::move(out.end_object()));
}

/// Before a rule of that id, which is in the list of all.
void get_schema(const Call& call) {
  http::Response response;
  response.content_type = "application/schema+json";
  response.body = rules::schema() + "\n";
  call.answer.send(std::move(response));
}

void answer_reload(const Answer& answer, const Reloaded& reloaded) {
  Writer out;
  out.begin_object();
  if (!reloaded.ok) {
    out.member("error", "reload");
    out.member("message", "nothing was changed: the set that ran before still runs");
  }
  out.member("revision", integer(reloaded.revision)).key("issues").begin_array();
  for (const auto& issue : reloaded.issues) append_issue(out, issue);
  out.end_array().member("text", render(reloaded.issues));
  answer.json(std::move(out.end_object()), reloaded.ok ? 200 : 422);
}

void post_reload(const Call& call) {
  call.ports.reload(
      [answer = call.answer](const Reloaded& reloaded) { answer_reload(answer, reloaded); });
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/rules", "", get_rules},
    {"GET", "api/v1/rules/schema", "", get_schema},
    {"GET", "api/v1/rules/*", "", get_rule},
    {"POST", "api/v1/reload", "", post_reload},
};

}  // namespace

std::span<const Route> rule_routes() {
  return kRoutes;
}

}  // namespace attune::api
