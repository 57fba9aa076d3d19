#include "rules/sections/composed.h"
#include "rules/sections/sections.h"

// vars: {<name>: literal, list, map, or =CEL}
namespace attune::rules {

namespace {

constexpr std::string_view kSyntax = "E201";

/// A condition that compiles exactly if the var does: vars may be maps and lists, too.
Composed probe(const yaml::Node& node) {
  Composed out;
  out.add_literal(node, "size([");
  out.add(compose(node));
  out.add_literal(node, "]) > 0");
  return out;
}

/// Whether each `=CEL` of a var is an expression by itself. Only its syntax is reported here.
bool reads_well(Reader& reader, const yaml::Node& node) {
  bool well = true;
  for (const yaml::Node& item : node.items) well = reads_well(reader, item) && well;
  for (const yaml::Entry& entry : node.entries) well = reads_well(reader, entry.value) && well;
  if (!is_expression(node)) return well;
  std::vector<cel::Finding> findings;
  (void)cel::compile(node.text.substr(1), reader.loading.names, cel::Expect::any, findings);
  std::erase_if(findings, [](const cel::Finding& finding) { return finding.code != kSyntax; });
  const bool fine = findings.empty();
  report(reader, compose(node), std::move(findings));
  return well && fine;
}

bool is_free(Reader& reader, const yaml::Node& key) {
  if (!reader.take_id("var", key)) return false;
  if (!reader.loading.set.groups.contains(key.text)) return true;
  reader.error("E106", key, "'" + key.text + "' is a group already", "rename one of the two");
  return false;
}

}  // namespace

void read_vars(Reader& reader, const yaml::Node& section) {
  cel::Environment& names = reader.loading.names;
  for (const yaml::Entry& entry : section.entries) {
    if (!is_free(reader, entry.key)) continue;
    if (names.devices.erase(entry.key.text) > 0) {
      reader.warning("W903", entry.key,
                     "var '" + entry.key.text + "' hides the device of that name",
                     "rename the var");
    }
    names.vars.emplace(entry.key.text, cel::Var{compose(entry.value).source()});
  }
}

void check_vars(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) {
    if (!reads_well(reader, entry.value)) continue;
    (void)compile(reader, probe(entry.value), cel::Expect::boolean);
  }
}

}  // namespace attune::rules
