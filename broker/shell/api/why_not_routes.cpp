#include "broker/core/why_not_then.h"
#include "broker/shell/api/documents.h"
#include "broker/shell/api/past.h"
#include "broker/shell/api/routes.h"
#include "broker/shell/config/surroundings.h"

/// GET /api/v1/rules/{id}/why-not, /why-not
namespace attune::api {
namespace {

void append_read(Writer& out, const core::Moment::Read& read) {
  out.begin_object().member("device", read.path.device.text());
  out.member("attribute", read.path.attribute).member("text", read.text);
  out.member("value", read.value).member("since", read.since ? time_of(*read.since) : Value());
  out.member("offline", read.offline).end_object();
}

void append_obstacle(Writer& out, const core::Obstacle& obstacle) {
  out.begin_object().member("clause", core::name(obstacle.clause));
  out.member("text", obstacle.text).member("truth", cel::name(obstacle.truth));
  out.member("error", text_or_null(obstacle.error)).key("reads").begin_array();
  for (const auto& read : obstacle.reads) append_read(out, read);
  out.end_array().member("reads_more", integer(obstacle.reads_more)).end_object();
}

void append_outcome(Writer& out, const core::WantOutcome& want) {
  out.begin_object().member("device", want.path.device.text());
  out.member("attribute", want.path.attribute);
  out.member("value", want.own ? want.own->value : Value());
  out.member("shadow", want.own && want.own->shadow).key("winner");
  if (want.winner) {
    append_claim(out, *want.winner, core::name(core::ClaimStanding::held));
  } else {
    out.value(Value());
  }
  out.end_object();
}

/// Members of an open object.
void append_why_not(Writer& out, const core::WhyNot& why) {
  out.member("rule", why.rule.id.text()).member("label", text_or_null(why.rule.label));
  out.member("file", why.rule.place.file).member("line", Value(why.rule.place.line));
  out.member("mode", name(why.rule.mode)).member("standing", core::name(why.standing));
  out.member("since", why.since ? time_of(*why.since) : Value());
  out.member("due", why.due ? Value(format_utc(*why.due)) : Value());
  out.key("obstacles").begin_array();
  for (const auto& obstacle : why.obstacles) append_obstacle(out, obstacle);
  out.end_array().key("wants").begin_array();
  for (const auto& want : why.wants) append_outcome(out, want);
  out.end_array();
}

void answer_rule(const Call& call, const core::WhyNot& why, Revision at) {
  Writer out;
  out.begin_object().member("revision", integer(at));
  append_why_not(out, why);
  call.answer.json(std::move(out.member("text", core::why_not_text(why)).end_object()));
}

void refuse_rule(const Call& call, std::string_view when) {
  call.answer.refuse(404, "unknown_rule",
                     "there is no rule `" + std::string(call.params[0]) + "`" + std::string(when));
}

/// The devices as they are, with a table of attributes of their own: what a set of the past names
/// must not grow that of the core.
void copy_devices(const core::Core& core, devices::Catalog& into) {
  for (const auto& [id, info] : core.catalog().devices()) into.describe(info);
}

/// The rules that ran at `at`, against the devices of now; empty, and the call is answered, when
/// they are not kept or do not fit.
class SetOfThen {
 public:
  SetOfThen(const Call& call, const core::Past& past, Revision at) {
    const auto files = call.ports.rules_at(at);
    if (!files) {
      refuse_moment(call, past, files.error());
      return;
    }
    copy_devices(call.ports.core(), catalog_);
    rules::Loaded loaded = rules::load(*files, config::surroundings(catalog_));
    if (!loaded.set) {
      call.answer.refuse(
          410, "rules",
          "the rules of then do not fit the devices of now:\n" + render(loaded.issues));
      return;
    }
    set_ = std::move(loaded.set);
  }
  [[nodiscard]] bool empty() const { return set_ == nullptr; }
  [[nodiscard]] core::RulesThen rules() const { return {*set_, catalog_.table()}; }

 private:
  devices::Catalog catalog_;
  std::shared_ptr<const rules::RuleSet> set_;
};

void answer_then(const Call& call, const core::Past& past, Revision at) {
  const SetOfThen then(call, past, at);
  if (then.empty()) return;
  const auto index = then.rules().set.index_of(call.params[0]);
  if (!index) return refuse_rule(call, " at that moment");
  const auto why = core::why_not_then(call.ports.core(), past, then.rules(), *index, at);
  why ? answer_rule(call, *why, at) : refuse_moment(call, past, why.error());
}

void get_rule_why_not(const Call& call) {
  if (call.has_query("at")) {
    const core::Past past = past_of(call.ports);
    const auto at = moment_of(past, call.ports.now().wall, call.query("at"));
    return at ? answer_then(call, past, *at) : refuse_moment(call, past, at.error());
  }
  const auto& core = call.ports.core();
  const auto index = core.rule_set().index_of(call.params[0]);
  if (!index) return refuse_rule(call, "");
  answer_rule(call, core::why_not(core, *index, call.ports.now()), call.ports.head());
}

std::string standing_text(const core::WhyClaim& claim) {
  const Claim& own = claim.claim;
  const std::string who = own.by == ClaimBy::person ? "a person (" + own.source + ")" : own.source;
  return "  " + std::string(core::name(claim.standing)) + ": " + printable(to_json(own.value)) +
         " by " + printable(who) + " at " + priority_text(own.priority) + " since " +
         format_utc(own.since.wall) + "\n";
}

std::string value_text(const core::Why& why, const std::vector<core::WhyNot>& rules) {
  const std::string path = why.path.text();
  std::string text = path + (why.claims.empty() ? ": nobody wants anything\n" : "\n");
  for (const auto& claim : why.claims) text += standing_text(claim);
  for (const auto& rule : rules) text += core::why_not_text(rule);
  return text;
}

void append_rules(Writer& out, const std::vector<core::WhyNot>& rules) {
  out.key("rules").begin_array();
  for (const auto& rule : rules) {
    append_why_not(out.begin_object(), rule);
    out.end_object();
  }
  out.end_array();
}

void answer_value_now(const Call& call, AttributeId attribute) {
  const auto& core = call.ports.core();
  const auto why = core::why(core, log_of(call.ports), attribute);
  const auto rules = core::inhibited_rules(core, attribute, call.ports.now());
  Writer out;
  out.begin_object().member("device", why.path.device.text());
  out.member("attribute", why.path.attribute).key("claims").begin_array();
  for (const auto& claim : why.claims) append_claim(out, claim.claim, core::name(claim.standing));
  append_rules(out.end_array(), rules);
  call.answer.json(std::move(out.member("text", value_text(why, rules)).end_object()));
}

std::string value_text(const core::WhyThen& why, const std::vector<core::WhyNot>& rules) {
  std::string text = why.path.text();
  text += why.claims.empty() ? ": nobody wanted anything\n" : "\n";
  for (const auto& [claim, standing] : why.claims) {
    text += "  " + std::string(core::name(standing)) + ": " + printable(to_json(claim.value)) +
            " by " + printable(claim.detail) + " since " + format_utc(claim.at.wall) + "\n";
  }
  if (!why.claims_complete) text += "  the log no longer tells of all that was wanted then\n";
  for (const auto& rule : rules) text += core::why_not_text(rule);
  return text;
}

void answer_value_then(const Call& call, AttributeId attribute) {
  const core::Past past = past_of(call.ports);
  const auto asked = asked_then(call, past, attribute);
  if (!asked) return;
  const core::WhyThen& why = asked->why;
  const SetOfThen then(call, past, asked->at);
  if (then.empty()) return;
  const auto of_then = then.rules().table.find(why.path.device.text(), why.path.attribute);
  auto rules = of_then ? core::inhibited_rules_then(call.ports.core(), past, then.rules(), *of_then,
                                                    asked->at)
                       : std::vector<core::WhyNot>();
  if (!rules) return refuse_moment(call, past, rules.error());
  Writer out;
  out.begin_object().member("device", why.path.device.text());
  out.member("attribute", why.path.attribute).member("revision", integer(asked->at));
  append_standing(out, why, call.ports.identity().node);
  append_rules(out, *rules);
  call.answer.json(std::move(out.member("text", value_text(why, *rules)).end_object()));
}

/// Who waits behind, and which rules would want something and are not active.
void get_value_why_not(const Call& call) {
  const auto attribute = attribute_asked(call);
  if (!attribute) return;
  call.has_query("at") ? answer_value_then(call, *attribute) : answer_value_now(call, *attribute);
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/rules/*/why-not", "at", get_rule_why_not},
    {"GET", "api/v1/why-not", "device attribute at", get_value_why_not},
};

}  // namespace

std::span<const Route> why_not_routes() {
  return kRoutes;
}

}  // namespace attune::api
