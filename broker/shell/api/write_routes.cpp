#include "broker/shell/api/body.h"
#include "broker/shell/api/documents.h"
#include "broker/shell/api/routes.h"

/// PUT and DELETE /api/v1/devices/{id}/{attribute}, PUT /settings/{id}, DELETE /conflicts/{..}/{..}
namespace attune::api {
namespace {

int status_of(const std::string& code) {
  if (code == "full") return 507;  // nothing is lost, and a later try may succeed
  if (code == "unknown_device" || code == "unknown_attribute" || code == "unknown_rule") return 404;
  if (code == "no_conflict") return 404;
  return 422;
}

void answer_conflict(const Answer& answer, const core::Reply& reply) {
  Writer out;
  out.begin_object().member("error", "conflict");
  out.member("message", reply.conflict ? "somebody wrote later: what stands stays, both are kept"
                                       : "the value has changed since the revision that you name");
  out.member("revision", integer(reply.revision)).member("value", reply.current);
  if (reply.conflict) append_conflict(out.key("conflict"), *reply.conflict);
  answer.json(std::move(out.end_object()), 409);
}

void answer_reply(const Answer& answer, const core::Reply& reply) {
  using Result = core::Reply::Result;
  if (reply.result == Result::conflict) return answer_conflict(answer, reply);
  if (reply.result == Result::rejected) {
    return answer.refuse(status_of(reply.code), reply.code, reply.message);
  }
  Writer out;
  out.begin_object();
  out.member("command", reply.command ? Value(text(*reply.command)) : Value());
  out.member("revision", integer(reply.revision));
  if (reply.conflict) append_conflict(out.key("conflict"), *reply.conflict);
  answer.json(std::move(out.end_object()), 202);
}

std::string who(const Call& call) {
  return call.request.local_socket ? "local" : "http";
}

void submit(const Call& call, Submission what) {
  call.ports.submit(std::move(what), [answer = call.answer](const core::Reply& reply) {
    answer_reply(answer, reply);
  });
}

void put_value(const Call& call, std::string_view device, std::string_view attribute) {
  auto body = parse_write(call.request.body);
  if (!body) return call.answer.refuse(422, body.error());
  if (!call.request.if_match.empty()) {
    const auto revision = parse_if_match(call.request.if_match);
    if (!revision) return call.answer.refuse(400, revision.error());
    if (body->if_revision && *body->if_revision != *revision) {
      return call.answer.refuse(400, "if_match", "If-Match and if_revision differ");
    }
    body->if_revision = *revision;
    if (const Status sound = check_write(*body); !sound.ok()) {
      return call.answer.refuse(422, sound.error());
    }
  }
  submit(call, write_request(std::move(*body),
                             {DeviceId(std::string(device)), std::string(attribute)}, who(call)));
}

void put_attribute(const Call& call) {
  put_value(call, call.params[0], call.params[1]);
}
void put_setting(const Call& call) {
  put_value(call, kSettingsDevice, call.params[0]);
}

void release_attribute(const Call& call) {
  auto wanted = parse_release(call.request.body);
  if (!wanted) return call.answer.refuse(422, wanted.error());
  if (!call.request.if_match.empty()) {
    const auto revision = parse_if_match(call.request.if_match);
    if (!revision) return call.answer.refuse(400, revision.error());
    if (*wanted && **wanted != *revision) {
      return call.answer.refuse(400, "if_match", "If-Match and if_revision differ");
    }
    *wanted = *revision;
  }
  core::ReleaseRequest release;
  release.if_revision = *wanted;  // compared in its turn: what waits in the inbox is stepped first
  release.path = {DeviceId(std::string(call.params[0])), std::string(call.params[1])};
  release.who = who(call);
  submit(call, std::move(release));
}

void set_rule_mode(const Call& call) {
  const auto body = parse_mode(call.request.body);
  if (!body) return call.answer.refuse(422, body.error());
  core::RuleModeRequest request;
  request.rule = RuleId(std::string(call.params[0]));
  request.mode = body->mode;
  request.duration = body->duration;
  request.who = who(call);
  submit(call, std::move(request));
}

void acknowledge_rule(const Call& call) {
  core::AckRequest ack;
  ack.rule = RuleId(std::string(call.params[0]));
  ack.who = who(call);
  submit(call, std::move(ack));
}

void dismiss_conflict(const Call& call) {
  core::DismissRequest dismiss;
  dismiss.path = {DeviceId(std::string(call.params[0])), std::string(call.params[1])};
  dismiss.who = who(call);
  submit(call, std::move(dismiss));
}

constexpr Route kRoutes[] = {
    {"PUT", "api/v1/devices/*/*", "", put_attribute},
    {"DELETE", "api/v1/devices/*/*", "", release_attribute},
    {"DELETE", "api/v1/conflicts/*/*", "", dismiss_conflict},
    {"PUT", "api/v1/settings/*", "", put_setting},
    {"POST", "api/v1/rules/*/enabled", "", set_rule_mode},
    {"POST", "api/v1/rules/*/ack", "", acknowledge_rule},
};

}  // namespace

std::span<const Route> write_routes() {
  return kRoutes;
}

}  // namespace attune::api
