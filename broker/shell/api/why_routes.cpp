#include "broker/core/why_then.h"

#include "broker/shell/api/body.h"
#include "broker/shell/api/documents.h"
#include "broker/shell/api/past.h"
#include "broker/shell/api/routes.h"

/// GET /api/v1/why, of now or with `at` of then
namespace attune::api {
namespace {

void append_note(Writer& out, const std::optional<core::RuleNote>& rule) {
  if (!rule) return;
  out.key("rule").begin_object().member("id", rule->id.text());
  out.member("label", text_or_null(rule->label)).member("because", text_or_null(rule->because));
  out.member("file", rule->place.file).member("line", Value(rule->place.line));
  out.member("when", rule->when).member("until", text_or_null(rule->until));
  out.member("mode", name(rule->mode)).member("phase", name(rule->phase)).end_object();
}

void append_chain(Writer& out, std::string_view key, const core::Chain& chain,
                  std::string_view node) {
  out.key(key).begin_object().member("end", core::name(chain.end)).key("steps").begin_array();
  for (const auto& step : chain.steps) {
    append_change(out.begin_object().key("change"), step.change, node);
    append_note(out, step.rule);
    out.end_object();
  }
  out.end_array().end_object();
}

void append_claims(Writer& out, const std::vector<core::WhyClaim>& claims) {
  out.key("claims").begin_array();
  for (const auto& claim : claims) {
    append_claim(out.begin_object().key("claim"), claim.claim, core::name(claim.standing));
    append_note(out, claim.rule);
    out.end_object();
  }
  out.end_array();
}

void get_why_now(const Call& call, AttributeId attribute) {
  const auto& core = call.ports.core();
  const auto why = core::why(core, log_of(call.ports), attribute);
  const auto& node = call.ports.identity().node;
  Writer out;
  out.begin_object().member("device", why.path.device.text());
  out.member("attribute", why.path.attribute).member("availability", name(why.availability));
  append_attribute(out.key("now"), core, attribute);
  append_claims(out, why.claims);
  if (why.conflict) append_conflict(out.key("conflict"), *why.conflict);
  append_chain(out, "reported", why.reported, node);
  append_chain(out, "wanted", why.wanted, node);
  call.answer.json(std::move(out.member("text", core::why_text(why)).end_object()));
}

void get_why_then(const Call& call, AttributeId attribute) {
  const core::Past past = past_of(call.ports);
  const auto asked = asked_then(call, past, attribute);
  if (!asked) return;
  const core::WhyThen& why = asked->why;
  const auto& node = call.ports.identity().node;
  Writer out;
  out.begin_object().member("device", why.path.device.text());
  out.member("attribute", why.path.attribute).member("revision", integer(why.revision));
  out.member("value", why.value ? why.value->value : Value());
  out.member("since", why.value ? time_of(why.value->at) : Value());
  out.member("desired", why.desired ? why.desired->value : Value());
  out.member("by", text_or_null(why.desired ? why.desired->status : ""));
  append_standing(out, why, node);
  append_chain(out, "reported", why.reported, node);
  append_chain(out, "wanted", why.wanted, node);
  call.answer.json(std::move(out.member("text", core::why_text(why)).end_object()));
}

void get_why(const Call& call) {
  const auto attribute = attribute_asked(call);
  if (!attribute) return;
  call.has_query("at") ? get_why_then(call, *attribute) : get_why_now(call, *attribute);
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/why", "device attribute at", get_why},
};

}  // namespace

std::span<const Route> why_routes() {
  return kRoutes;
}

}  // namespace attune::api
