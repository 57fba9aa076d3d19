#include "broker/core/learning.h"
#include "broker/shell/api/documents.h"
#include "broker/shell/api/routes.h"
#include "devices/json/reader.h"

/// GET /api/v1/learned; POST /learned/{rule.attr}/accept, /dismiss, /undo
namespace attune::api {
namespace {

void append_evidence(Writer& out, const core::Learned& row) {
  out.key("corrections").begin_array();
  for (const core::Correction& each : row.evidence) {
    out.begin_object().member("value", each.chosen).member("at", time_of(each.at));
    out.member("rule", each.rule).member("revision", integer(each.revision)).end_object();
  }
  out.end_array().key("steps").begin_array();
  for (const core::Moved& each : row.moves) {
    out.begin_object().member("from", each.from).member("to", each.to);
    out.member("at", time_of(each.at)).member("by", each.who);
    out.member("revision", integer(each.revision)).end_object();
  }
  out.end_array();
}

void append_row(Writer& out, const rules::Learn& learn, const core::Learned* row) {
  const double value = row == nullptr ? learn.literal : row->value;
  out.begin_object().member("id", learn.id);
  out.member("context", text_or_null(row == nullptr ? "" : row->context));
  out.member("literal", learn.literal).member("value", value);
  out.member("proposed", row != nullptr && row->proposed ? Value(*row->proposed) : Value());
  out.member("min", learn.min).member("max", learn.max).member("step", learn.step);
  out.member("after", integer(learn.after)).member("apply", learn.applies ? "auto" : "ask");
  out.member("file", learn.place.file).member("line", Value(learn.place.line));
  append_evidence(out, row == nullptr ? core::Learned{} : *row);
  out.end_object();
}

/// Every number that may be learned, and each context in which it was corrected.
void get_learned(const Call& call) {
  const core::Core& core = call.ports.core();
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head()));
  out.key("learned").begin_array();
  for (const rules::Learn& learn : core.rule_set().learn) {
    bool any = false;
    for (const auto& [key, row] : core.learning().all()) {
      if (row.id != learn.id) continue;
      append_row(out, learn, &row);
      any = true;
    }
    if (!any) append_row(out, learn, nullptr);
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

Status read_context(std::string_view body, core::LearnRequest& request) {
  if (body.empty()) return {};
  devices::json::Reader reader;
  const auto* root = reader.read(body);
  const Error wrong{"body", "the body may say {\"context\":\"settings.house=night\"}, and no more"};
  if (root == nullptr || root->kind != devices::json::Kind::object) return wrong;
  for (const auto& node : *root) {
    if (node.key != "context" || node.kind != devices::json::Kind::text) return wrong;
    request.context = std::string(node.text);
  }
  return {};
}

void answer_learn(const Answer& answer, const core::Reply& reply) {
  if (reply.result == core::Reply::Result::rejected) {
    const int status = reply.code == "full" ? 507 : reply.code == "unknown_rule" ? 404 : 422;
    return answer.refuse(status, reply.code, reply.message);
  }
  Writer out;
  out.begin_object().member("revision", integer(reply.revision)).end_object();
  answer.json(std::move(out), 202);
}

void submit(const Call& call, core::LearnRequest::Action action) {
  core::LearnRequest request;
  request.learn = std::string(call.params[0]);
  request.action = action;
  request.who = call.request.local_socket ? "local" : "http";
  if (const Status read = read_context(call.request.body, request); !read.ok()) {
    return call.answer.refuse(422, read.error());
  }
  call.ports.submit(std::move(request), [answer = call.answer](const core::Reply& reply) {
    answer_learn(answer, reply);
  });
}

void accept(const Call& call) {
  submit(call, core::LearnRequest::Action::accept);
}
void dismiss(const Call& call) {
  submit(call, core::LearnRequest::Action::dismiss);
}
void undo(const Call& call) {
  submit(call, core::LearnRequest::Action::undo);
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/learned", "", get_learned},
    {"POST", "api/v1/learned/*/accept", "", accept},
    {"POST", "api/v1/learned/*/dismiss", "", dismiss},
    {"POST", "api/v1/learned/*/undo", "", undo},
};

}  // namespace

std::span<const Route> learned_routes() {
  return kRoutes;
}

}  // namespace attune::api
