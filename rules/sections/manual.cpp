#include "rules/sections/keys.h"
#include "rules/sections/sections.h"

// manual: {default: {hold, until}, <dev.attr | group.attr>: {hold, until}}
namespace attune::rules {

namespace {

struct Draft {
  std::optional<Millis> hold;
  std::optional<cel::Expression> until;
};

const std::vector<Field<Draft>> kFields = {
    {"hold", [](Reader& r, const yaml::Node& n, Draft& d) { d.hold = r.duration(n); }},
    {"until", [](Reader& r, const yaml::Node& n, Draft& d) { d.until = r.condition(n, "until"); }},
};

std::optional<ManualPolicy> read_policy(Reader& reader, const yaml::Entry& entry) {
  if (!reader.is_map(entry.value, "what a hand is worth")) return std::nullopt;
  if (entry.value.entries.empty()) {
    reader.error("E104", entry.key, "neither hold nor until", "write {hold: 2h}");
    return std::nullopt;
  }
  Draft draft;
  read_fields(reader, entry.value, kFields, draft);
  return ManualPolicy{draft.hold, draft.until};
}

void read_default(Reader& reader, const yaml::Entry& entry) {
  if (!reader.take_once("manual", "default", entry.key)) return;
  if (auto policy = read_policy(reader, entry)) reader.loading.set.manual = std::move(*policy);
}

void read_override(Reader& reader, const yaml::Entry& entry) {
  const auto named = reader.targets(entry.key, Use::command);
  const auto policy = read_policy(reader, entry);
  if (!named || !policy) return;
  for (const Target& target : named->items) {
    if (!reader.loading.manual.take(reader, entry.key, *named, target)) continue;
    reader.loading.set.manual_of[target.id] = *policy;
  }
}

}  // namespace

void read_manual(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) {
    if (entry.key.text == "default") {
      read_default(reader, entry);
    } else {
      read_override(reader, entry);
    }
  }
}

KeyTable hold_keys() {
  return {"hold", keys_of(kFields)};
}

}  // namespace attune::rules
