#include <algorithm>

#include "broker/shell/api/documents.h"
#include "broker/shell/api/routes.h"
#include "broker/shell/api/rules_body.h"

/// POST /api/v1/rules/check, /rules/rollback; PUT /rules, PUT and DELETE /rules/{file};
/// GET /rules/files, /rules/files/{file}, /rules/versions
namespace attune::api {
namespace {

/// A list that nobody reads to its end is cut, and says so by `more`.
constexpr std::size_t kEffectsMax = 1'000;

int status_of(const std::string& code) {
  if (code == "full") return 507;
  if (code == "version") return 409;
  if (code == "compacted") return 410;
  if (code == "future") return 416;
  return code == "folder" || code == "corrupt" ? 500 : 422;
}

void append_names(Writer& out, std::string_view key, const RulesDifference::Names& names) {
  const auto list = [&out](std::string_view of, const std::vector<std::string>& items) {
    out.key(of).begin_array();
    for (const std::string& item : items) out.value(item);
    out.end_array();
  };
  out.key(key).begin_object();
  list("added", names.added);
  list("changed", names.changed);
  list("removed", names.removed);
  out.end_object();
}

void append_wish(Writer& out, std::string_view key, const RulesDifference::Wish& wish) {
  out.key(key).begin_object().member("value", wish.value);
  out.member("by", text_or_null(wish.by)).end_object();
}

void append_path(Writer& out, const AttributePath& path) {
  out.begin_object().member("device", path.device.text()).member("attribute", path.attribute);
}

void append_difference(Writer& out, const RulesDifference& difference) {
  append_names(out, "files", difference.files);
  append_names(out, "rules", difference.rules);
  out.key("lost_edits").begin_array();
  for (const std::string& name : difference.lost_edits) out.value(name);
  out.end_array().key("effects").begin_array();
  const std::size_t effects = std::min(difference.effects.size(), kEffectsMax);
  for (std::size_t i = 0; i < effects; ++i) {
    append_path(out, difference.effects[i].path);
    append_wish(out, "before", difference.effects[i].before);
    append_wish(out, "after", difference.effects[i].after);
    out.end_object();
  }
  out.end_array().key("commands").begin_array();
  const std::size_t commands = std::min(difference.commands.size(), kEffectsMax);
  for (std::size_t i = 0; i < commands; ++i) {
    append_path(out, difference.commands[i].path);
    out.member("value", difference.commands[i].value).end_object();
  }
  out.end_array();
  out.member("more", effects < difference.effects.size() || commands < difference.commands.size());
}

void answer_edited(const Answer& answer, const RulesEdited& edited, bool only_asked) {
  const bool wrong_rules = edited.refused && edited.refused->code == "rules";
  if (edited.refused && !wrong_rules) {
    return answer.refuse(status_of(edited.refused->code), *edited.refused);
  }
  Writer out;
  out.begin_object();
  if (wrong_rules && !only_asked) {
    out.member("error", "rules").member("message", edited.refused->message);
  }
  out.member("ok", !edited.refused).member("applied", edited.applied);
  out.member("revision", integer(edited.revision)).member("version", integer(edited.version));
  append_difference(out, edited.difference);
  out.key("issues").begin_array();
  for (const auto& issue : edited.issues) append_issue(out, issue);
  out.end_array().member("text", render(edited.issues));
  answer.json(std::move(out.end_object()), wrong_rules && !only_asked ? 422 : 200);
}

void hand_over(const Call& call, Result<RulesEdit> edit, bool only_ask = false) {
  if (!edit) return call.answer.refuse(422, edit.error());
  edit->dry = edit->dry || only_ask;
  call.ports.edit_rules(std::move(*edit),
                        [answer = call.answer, only_ask](const RulesEdited& done) {
                          answer_edited(answer, done, only_ask);
                        });
}

void check_rules(const Call& call) {
  hand_over(call, parse_rules(call.request.body), true);
}
void put_rules(const Call& call) {
  hand_over(call, parse_rules(call.request.body));
}
void put_rule_file(const Call& call) {
  hand_over(call, parse_rule_file(call.params[0], call.request.body));
}
void roll_back(const Call& call) {
  hand_over(call, parse_rollback(call.request.body));
}
void delete_rule_file(const Call& call) {
  RulesEdit edit;
  edit.remove.emplace_back(call.params[0]);
  hand_over(call, std::move(edit));
}

std::string_view name_of(const rules::SourceFile& file) {
  const std::string_view path = file.path;
  return path.substr(path.rfind('/') + 1);
}

void get_files(const Call& call) {
  Writer out;
  const auto versions = call.ports.rule_versions();
  out.begin_object().member("revision", integer(call.ports.head()));
  out.member("version", integer(versions.empty() ? Revision{} : versions.back()));
  out.key("files").begin_array();
  for (const rules::SourceFile& file : call.ports.core().rule_set().files) {
    out.begin_object().member("name", name_of(file)).member("path", file.path);
    out.member("bytes", integer(file.text.size())).end_object();
  }
  call.answer.json(std::move(out.end_array().end_object()));
}

void get_file(const Call& call) {
  for (const rules::SourceFile& file : call.ports.core().rule_set().files) {
    if (name_of(file) != call.params[0]) continue;
    Writer out;
    out.begin_object().member("name", name_of(file)).member("path", file.path);
    return call.answer.json(std::move(out.member("text", file.text).end_object()));
  }
  call.answer.refuse(404, "file", "no such file of rules runs");
}

void get_versions(const Call& call) {
  Writer out;
  out.begin_object().member("revision", integer(call.ports.head())).key("versions").begin_array();
  for (const Revision version : call.ports.rule_versions()) out.value(integer(version));
  call.answer.json(std::move(out.end_array().end_object()));
}

constexpr Route kRoutes[] = {
    {"GET", "api/v1/rules/files", "", get_files},
    {"GET", "api/v1/rules/files/*", "", get_file},
    {"GET", "api/v1/rules/versions", "", get_versions},
    {"POST", "api/v1/rules/check", "", check_rules},
    {"POST", "api/v1/rules/rollback", "", roll_back},
    {"PUT", "api/v1/rules", "", put_rules},
    {"PUT", "api/v1/rules/*", "", put_rule_file},
    {"DELETE", "api/v1/rules/*", "", delete_rule_file},
};

}  // namespace

std::span<const Route> rule_file_routes() {
  return kRoutes;
}

}  // namespace attune::api
