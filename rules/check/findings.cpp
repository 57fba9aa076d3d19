#include "rules/check/findings.h"

#include <algorithm>

namespace attune::rules {

namespace {

const yaml::Entry* entry_of(const yaml::Node& map, std::string_view key) {
  for (const yaml::Entry& entry : map.entries) {
    if (entry.key.text == key) return &entry;
  }
  return nullptr;
}

std::string line_of(const std::string& text, int line) {
  std::size_t from = 0;
  for (int at = 1; at < line && from != std::string::npos; ++at) {
    from = text.find('\n', from);
    if (from != std::string::npos) ++from;
  }
  if (from == std::string::npos) return {};
  std::string found = text.substr(from, text.find('\n', from) - from);
  if (found.ends_with('\r')) found.pop_back();
  return found;
}

std::string value_text(const Value& value) {
  if (value.kind() == ValueKind::text) return "'" + value.as_text() + "'";
  return to_json(value);
}

}  // namespace

const std::string& shown(const Rule& rule) {
  return rule.id.text();
}

std::string text(const Facts& facts, const State& state) {
  std::string out;
  for (const auto& [attribute, value] : state.values) {
    if (index(attribute) >= facts.around.table.size()) continue;
    if (!out.empty()) out += ", ";
    out += facts.name(attribute) + " = " + value_text(value);
  }
  return out;
}

void Findings::report(Severity severity, const SourcePlace& place, Text text) {
  if ((severity == Severity::error ? errors_ : warnings_)++ >= kFindingsMax) return;
  Issue issue{severity, std::move(text.code), place, std::move(text.message),
              {},       std::move(text.hint)};
  for (const SourceFile& file : facts_.set.files) {
    if (file.path == place.file) issue.source_line = line_of(file.text, place.line);
  }
  issues_.push_back(std::move(issue));
}

void Findings::error(const SourcePlace& place, Text text) {
  report(Severity::error, place, std::move(text));
}

void Findings::warning(const SourcePlace& place, Text text) {
  report(Severity::warning, place, std::move(text));
}

const yaml::Document* Findings::document(const std::string& file) {
  const auto [known, fresh] = documents_.try_emplace(file);
  if (fresh) {
    Issues ignored;  // it was read before
    for (const SourceFile& source : facts_.set.files) {
      if (source.path == file) known->second = yaml::parse(file, source.text, ignored);
    }
  }
  return known->second ? &*known->second : nullptr;
}

const yaml::Entry* Findings::rule_entry(const Rule& rule, std::string_view key) {
  const yaml::Document* const read = document(facts_.set.place_of(rule).file);
  if (read == nullptr) return nullptr;
  const yaml::Node* const section = read->root.find("rules");
  if (section == nullptr) return nullptr;
  const yaml::Entry* const own = entry_of(*section, rule.declared());
  return own == nullptr ? nullptr : entry_of(own->value, key);
}

SourcePlace Findings::of_key(const Rule& rule, std::string_view key) {
  const yaml::Entry* const entry = rule_entry(rule, key);
  return entry == nullptr ? facts_.set.place_of(rule) : entry->key.place;
}

SourcePlace Findings::of_want(const Rule& rule, AttributeId attribute) {
  const yaml::Entry* const want = rule_entry(rule, "want");
  if (want == nullptr) return facts_.set.place_of(rule);
  const yaml::Entry* const named = entry_of(want->value, facts_.name(attribute));
  return named == nullptr ? want->key.place : named->key.place;
}

std::optional<SourcePlace> Findings::of_entry(std::string_view section, std::string_view id) {
  for (const SourceFile& file : facts_.set.files) {
    const yaml::Document* const read = document(file.path);
    const yaml::Node* const entries = read == nullptr ? nullptr : read->root.find(section);
    const yaml::Entry* const own = entries == nullptr ? nullptr : entry_of(*entries, id);
    if (own != nullptr) return own->key.place;
  }
  return std::nullopt;
}

Issues Findings::take() {
  std::stable_sort(issues_.begin(), issues_.end(), [](const Issue& a, const Issue& b) {
    return std::tie(a.place.file, a.place.line, a.place.column, a.code, a.message) <
           std::tie(b.place.file, b.place.line, b.place.column, b.code, b.message);
  });
  const std::size_t more = errors_ + warnings_ - issues_.size();
  if (more > 0) left_out_.insert(std::to_string(more) + " findings more than these");
  for (const std::string& what : left_out_) {
    issues_.push_back({Severity::warning,
                       "W909",
                       {},
                       "left out: " + what,
                       {},
                       "mend these first, or check fewer rules at a time"});
  }
  return std::move(issues_);
}

}  // namespace attune::rules
