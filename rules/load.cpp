#include "rules/load.h"

#include <algorithm>
#include <tuple>

#include "rules/cel/memory.h"
#include "rules/cel/shared_nodes.h"
#include "rules/sections/keys.h"
#include "rules/sections/sections.h"
#include "rules/signals.h"

namespace attune::rules {

namespace {

/// A section of a file. `read` is null for those that are not built yet.
struct Section {
  std::string_view key;
  void (*read)(Reader&, const yaml::Node&);
};

/// In the order of reading, each over all files before the next: later ones name earlier ones.
constexpr Section kSections[] = {
    {"settings", read_settings},     {"groups", read_groups}, {"vars", read_vars},
    {"rules", read_rule_ids},        {"vars", check_vars},    {"defaults", read_defaults},
    {"notifiers", read_notifiers},   {"manual", read_manual}, {"rules", read_rules},
    {"interlocks", read_interlocks}, {"tests", read_tests},   {"limits", read_limits},
    {"learn", read_learn},           {"triggers", nullptr},
};

std::vector<Key> top_level_keys() {
  std::vector<Key> keys = {{"version"}};
  for (const Section& section : kSections) keys.push_back({section.key, section.read != nullptr});
  return keys;
}

/// Whether the file is written in the version that this program reads.
bool check_version(Reader& reader) {
  const yaml::Node& root = reader.document().root;
  const yaml::Node* version = root.find("version");
  if (version == nullptr) {
    SourcePlace top = {reader.document().file, 1, 1, 1};
    reader.error_at("E107", std::move(top), "this file has no version", "begin it with version: 1");
    return true;  // what else is wrong is worth saying
  }
  if (version->as_number() == 1.0) return true;
  reader.error("E107", *version, "this is not version 1 of the language", "write version: 1");
  return false;
}

/// Documents that are maps of known sections.
std::vector<yaml::Document> parse_all(const std::vector<SourceFile>& files, Loading& loading) {
  std::vector<yaml::Document> documents;
  documents.reserve(files.size());
  for (const SourceFile& file : files) {
    auto document = yaml::parse(file.path, file.text, loading.issues);
    if (!document) continue;
    Reader reader(loading, *document);
    if (!reader.is_map(document->root, "a rule file") || !check_version(reader)) continue;
    (void)reader.match(document->root, top_level_keys());
    documents.push_back(std::move(*document));
  }
  return documents;
}

void read_section(const Section& section, const std::vector<yaml::Document>& documents,
                  Loading& loading) {
  loading.compiled.clear();  // sections give names
  for (const yaml::Document& document : documents) {
    const yaml::Node* node = document.root.find(section.key);
    if (node == nullptr || node->kind == yaml::NodeKind::null) continue;  // `rules:` and no more
    Reader reader(loading, document);
    if (reader.is_map(*node, section.key)) section.read(reader, *node);
  }
}

auto order(const Issue& issue) {
  return std::tie(issue.place.file, issue.place.line, issue.place.column, issue.code,
                  issue.message);
}

/// In the order of the files; what a group's members say alike is said once.
void tidy(Issues& issues) {
  std::stable_sort(issues.begin(), issues.end(),
                   [](const Issue& a, const Issue& b) { return order(a) < order(b); });
  const auto same = [](const Issue& a, const Issue& b) { return order(a) == order(b); };
  issues.erase(std::unique(issues.begin(), issues.end(), same), issues.end());
}

/// Every error is of the kind that a device not yet discovered explains, also of those not shown.
bool only_unknown_devices(const Loading& loading) {
  return loading.only_unknown_devices &&
         std::all_of(loading.issues.begin(), loading.issues.end(), [](const Issue& issue) {
           return issue.severity == Severity::warning || device_may_explain(issue.code);
         });
}

}  // namespace

Loaded load(const std::vector<SourceFile>& files, const Surroundings& around) {
  Loading loading(around);
  name_devices(loading);
  SignalTable signals(around.table, loading.ids);
  loading.names.signals = &signals;
  name_clocks(loading.names);
  const auto conditions = std::make_shared<cel::Conditions>();
  loading.names.conditions = conditions.get();
  loading.names.memory = std::make_shared<cel::Memory>();
  cel::SharedNodes nodes(*loading.names.memory);
  loading.names.nodes = &nodes;
  loading.set.files = files;
  const std::vector<yaml::Document> documents = parse_all(files, loading);
  for (const Section& section : kSections) {
    if (section.read != nullptr) read_section(section, documents, loading);
  }
  tidy(loading.issues);
  if (has_errors(loading.issues)) {
    const bool only_unknown = only_unknown_devices(loading);
    return {nullptr, nullptr, std::move(loading.issues), only_unknown};
  }
  loading.set.signals = signals.release();
  finish(loading);
  return {std::make_shared<const RuleSet>(std::move(loading.set)), conditions,
          std::move(loading.issues), false};
}

KeyTable file_keys() {
  return {"file", top_level_keys()};
}

}  // namespace attune::rules
