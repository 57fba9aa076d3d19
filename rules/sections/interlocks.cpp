#include <algorithm>

#include "rules/sections/keys.h"
#include "rules/sections/permissions.h"
#include "rules/sections/priority.h"
#include "rules/sections/sections.h"
#include "rules/sections/wants.h"

// interlocks: {<id>: {never: CEL, want, priority, on_unknown, severity}}
namespace attune::rules {

namespace {

struct Draft {
  Interlock lock;
  const yaml::Node* want = nullptr;
};

void read_on_unknown(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"deny", "allow", "keep"};
  const auto at = reader.word(node, "on_unknown", kWords);
  if (at) draft.lock.on_unknown = static_cast<Interlock::OnUnknown>(*at);
}

void read_severity(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kWords = {"info", "warning", "critical"};
  if (const auto at = reader.word(node, "severity", kWords)) draft.lock.severity = kWords[*at];
}

const std::vector<Field<Draft>> kFields = {
    {"never",
     [](Reader& r, const yaml::Node& n, Draft& d) {
       if (auto never = r.condition(n, "never")) d.lock.never = std::move(*never);
     }},
    {"want", [](Reader&, const yaml::Node& n, Draft& d) { d.want = &n; }},
    {"priority", [](Reader& r, const yaml::Node& n,
                    Draft& d) { d.lock.priority = read_priority(r, n).value_or(d.lock.priority); }},
    {"on_unknown", read_on_unknown},
    {"severity", read_severity},
};

/// A setting is written once and stays: no interlock can hold it, or let it go.
void refuse_settings(Reader& reader, const yaml::Node& want) {
  for (const yaml::Entry& entry : want.entries) {
    if (!entry.key.text.starts_with(std::string(kSettingsDevice) + ".")) continue;
    reader.error("E305", entry.key, "an interlock holds devices, not settings",
                 "write the setting from a rule");
  }
}

/// Something that can be commanded: an interlock over sensors alone guards nothing.
bool guards_something(const Loading& loading, const Interlock& lock) {
  if (!lock.want.empty()) return true;
  const auto reads = lock.never.reads();
  return std::any_of(reads.begin(), reads.end(), [&](AttributeId id) {
    const AttributePath& path = loading.around.table.path(id);
    const auto device = loading.around.devices.find(path.device);
    const AttributeInfo* info =
        device == loading.around.devices.end() ? nullptr : device->second.find(path.attribute);
    return info != nullptr && info->writable;
  });
}

/// What it reads it can bar: a file that may not write a device may not bar it either.
void check_permission(Reader& reader, const yaml::Entry& entry, const Interlock& lock) {
  const Loading& loading = reader.loading;
  for (const AttributeId id : lock.never.reads()) {
    const AttributePath& path = loading.around.table.path(id);
    const auto device = loading.around.devices.find(path.device);
    const AttributeInfo* info =
        device == loading.around.devices.end() ? nullptr : device->second.find(path.attribute);
    if (info == nullptr || !info->writable) continue;
    if (may_write(loading.around, reader.document().file, path)) continue;
    reader.error("E308", entry.key, "this file may not bar " + path.text(),
                 "see `permissions` in attune.yaml");
  }
}

void read_interlock(Reader& reader, const yaml::Entry& entry) {
  // A rule of the same name could not be told from it in the log.
  if (!reader.take_id("rule", entry.key) || !reader.is_map(entry.value, "an interlock")) return;
  const std::size_t errors_before = reader.loading.errors;
  Draft draft;
  draft.lock.id = entry.key.text;
  draft.lock.place = entry.key.place;
  read_fields(reader, entry.value, kFields, draft);
  if (entry.value.find("never") == nullptr) {
    reader.error("E104", entry.key, "interlock '" + entry.key.text + "' has no `never`",
                 "say what must not be: never: pump.on && tank.fill < 10");
  }
  if (draft.want != nullptr) {
    refuse_settings(reader, *draft.want);
    draft.lock.want = read_wants(reader, *draft.want);
  }
  check_permission(reader, entry, draft.lock);
  if (reader.loading.errors > errors_before) return;
  if (!guards_something(reader.loading, draft.lock)) {
    reader.warning("W908", entry.key,
                   "interlock '" + entry.key.text + "' reads nothing that can be commanded",
                   "give it a `want`");
  }
  reader.loading.set.interlocks.push_back(std::move(draft.lock));
}

}  // namespace

void read_interlocks(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) read_interlock(reader, entry);
}

KeyTable interlock_keys() {
  return {"interlock", keys_of(kFields)};
}

}  // namespace attune::rules
