#include "broker/shell/api/rules_body.h"

#include <string>
#include <utility>

namespace attune::api {
namespace {

using devices::json::Kind;
using devices::json::Node;
using devices::json::Reader;

Error wrong(std::string message) {
  return {"body", std::move(message)};
}

Result<bool> truth_of(const Node& node) {
  if (node.kind == Kind::boolean) return node.boolean;
  return wrong("`" + std::string(node.key) + "` must be true or false");
}

Result<Revision> revision_of(const Node& node) {
  if (node.kind == Kind::integer && node.integer >= 0) {
    return Revision{static_cast<std::uint64_t>(node.integer)};
  }
  return wrong("`" + std::string(node.key) + "` must be a revision");
}

/// What every body may say. False: the key is none of these.
Result<bool> read_condition(const Node& node, RulesEdit& out) {
  if (node.key == "dry_run") {
    const auto dry = truth_of(node);
    if (!dry) return dry.error();
    out.dry = *dry;
    return true;
  }
  if (node.key != "if_version") return false;
  const auto version = revision_of(node);
  if (!version) return version.error();
  out.if_version = *version;
  return true;
}

Status read_files(const Node& node, RulesEdit& out) {
  if (node.kind != Kind::object) return wrong("`files` must be an object: name to text");
  for (const Node& file : node) {
    if (file.kind != Kind::text) return wrong("the text of each of `files` must be a text");
    out.put.push_back({std::string(file.key), std::string(file.text)});
  }
  return {};
}

Status read_names(const Node& node, RulesEdit& out) {
  if (node.kind != Kind::array) return wrong("`remove` must be a list of names");
  for (const Node& name : node) {
    if (name.kind != Kind::text) return wrong("`remove` must be a list of names");
    out.remove.emplace_back(name.text);
  }
  return {};
}

Status read_of_set(const Node& node, RulesEdit& out) {
  if (node.key == "files") return read_files(node, out);
  if (node.key == "remove") return read_names(node, out);
  if (node.key == "whole") {
    const auto whole = truth_of(node);
    if (!whole) return whole.error();
    out.whole = *whole;
    return {};
  }
  return wrong("unknown key `" + std::string(node.key) +
               "`; known: files, remove, whole, if_version, dry_run");
}

Status read_of_file(const Node& node, RulesEdit& out) {
  if (node.key != "text" || node.kind != Kind::text) {
    return wrong("known keys: text (the file), if_version, dry_run; not `" + std::string(node.key) +
                 "`");
  }
  out.put.front().text = node.text;
  return {};
}

Status read_of_rollback(const Node& node, RulesEdit& out) {
  if (node.key != "revision") return wrong("known keys: revision, if_version, dry_run");
  const auto revision = revision_of(node);
  if (!revision) return revision.error();
  out.rollback->to = *revision;
  return {};
}

Result<RulesEdit> parse(std::string_view text, RulesEdit edit,
                        Status (*read)(const Node&, RulesEdit&)) {
  if (text.empty()) return edit;
  Reader reader;
  const Node* root = reader.read(text, kRulesLimits);
  if (root == nullptr) {
    return wrong(std::string(reader.refusal().reason) + ": " + reader.refusal().detail);
  }
  if (root->kind != Kind::object) return wrong("the body must be a JSON object");
  for (const Node& node : *root) {
    const auto common = read_condition(node, edit);
    if (!common) return common.error();
    if (*common) continue;
    if (Status taken = read(node, edit); !taken.ok()) return taken.error();
  }
  return edit;
}

}  // namespace

Result<RulesEdit> parse_rules(std::string_view text) {
  return parse(text, {}, read_of_set);
}

Result<RulesEdit> parse_rule_file(std::string_view name, std::string_view text) {
  RulesEdit edit;
  edit.put.push_back({std::string(name), ""});
  auto read = parse(text, std::move(edit), read_of_file);
  if (read && read->put.front().text.empty()) {
    return wrong("`text` is missing: the file, as one text");
  }
  return read;
}

Result<RulesEdit> parse_rollback(std::string_view text) {
  RulesEdit edit;
  edit.rollback.emplace();
  return parse(text, std::move(edit), read_of_rollback);
}

}  // namespace attune::api
