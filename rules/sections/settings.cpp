#include <algorithm>
#include <limits>

#include "rules/sections/keys.h"
#include "rules/sections/sections.h"

// settings: {<id>: {label, values: [..] | type: bool|number|time|schedule, unit, min, max,
// initial}}
namespace attune::rules {

namespace {

struct Draft {
  std::string label;
  std::string unit;
  std::vector<std::string> values;
  std::optional<std::string> type;
  std::optional<double> min;
  std::optional<double> max;
  const yaml::Node* initial = nullptr;
  bool broken = false;
};

template <class T>
void keep(Draft& draft, std::optional<T> read, T& into) {
  if (!read) draft.broken = true;
  if (read) into = std::move(*read);
}

void keep_number(Reader& reader, const yaml::Node& node, Draft& draft, std::string_view what,
                 std::optional<double>& into) {
  into = reader.number(node, what);
  if (!into) draft.broken = true;
}

void read_values(Reader& reader, const yaml::Node& node, Draft& draft) {
  keep(draft, reader.texts(node, "values"), draft.values);
  if (node.kind == yaml::NodeKind::list && node.items.empty()) {
    reader.error("E104", node, "values is empty", "list the values to choose from");
    draft.broken = true;
  }
  std::vector<std::string> sorted = draft.values;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice == sorted.end()) return;
  reader.error("E102", node, "value '" + printable(*twice) + "' is there twice", "remove one");
}

void read_type(Reader& reader, const yaml::Node& node, Draft& draft) {
  static const std::vector<std::string> kTypes = {"bool", "number", "time", "schedule"};
  const auto at = reader.word(node, "type", kTypes);
  if (!at) draft.broken = true;
  if (at) draft.type = kTypes[*at];
}

const std::vector<Field<Draft>> kFields = {
    {"label",
     [](Reader& r, const yaml::Node& n, Draft& d) { keep(d, r.text(n, "label"), d.label); }},
    {"values", read_values},
    {"type", read_type},
    {"unit", [](Reader& r, const yaml::Node& n, Draft& d) { keep(d, r.text(n, "unit"), d.unit); }},
    {"min", [](Reader& r, const yaml::Node& n, Draft& d) { keep_number(r, n, d, "min", d.min); }},
    {"max", [](Reader& r, const yaml::Node& n, Draft& d) { keep_number(r, n, d, "max", d.max); }},
    {"initial", [](Reader&, const yaml::Node& n, Draft& d) { d.initial = &n; }},
};

std::optional<Range> range_of(const Draft& draft) {
  if (!draft.min && !draft.max) return std::nullopt;
  constexpr double kMost = std::numeric_limits<double>::max();
  return Range{draft.min.value_or(-kMost), draft.max.value_or(kMost)};
}

ValueType type_of(const Draft& draft) {
  if (!draft.values.empty()) return ValueType::enumeration;
  if (draft.type == "time") return ValueType::text;
  return draft.type == "bool" ? ValueType::boolean : ValueType::number;
}

AttributeInfo info_of(const std::string& id, const Draft& draft) {
  AttributeInfo info;
  info.name = id;
  info.unit = draft.unit;
  info.values = draft.values;
  info.writable = true;
  info.range = range_of(draft);
  info.type = type_of(draft);
  if (draft.type == "time") info.unit = kTimeOfDay;
  return info;
}

/// What cannot be meant, although every field alone is fine.
bool is_consistent(Reader& reader, const yaml::Node& node, const Draft& draft) {
  if (draft.broken) return false;
  if (draft.values.empty() && !draft.type) {
    reader.error("E104", node, "a setting needs values or a type",
                 "write values: [..], type: bool or type: number");
    return false;
  }
  const bool is_schedule = draft.type == "schedule";
  if (!draft.values.empty() && draft.type && !is_schedule) {
    reader.error("E114", node, "a setting has values or a type, not both", "remove one of them");
    return false;
  }
  if ((draft.min || draft.max) && draft.type != "number" && !is_schedule) {
    reader.error("E114", node, "min and max are of numbers", "write type: number");
    return false;
  }
  if (draft.min && draft.max && *draft.min > *draft.max) {
    reader.error("E304", node, "min is above max", "swap them");
    return false;
  }
  return true;
}

/// What a setting is before anybody chose, and when no file says it.
std::optional<Value> first_value(Reader& reader, const yaml::Node& node, const Draft& draft,
                                 const AttributeInfo& info) {
  if (draft.initial != nullptr) return reader.value(*draft.initial, info);
  if (info.type == ValueType::boolean) return Value(false);
  if (info.unit == kTimeOfDay) {
    reader.error("E104", node, "a time needs an initial value", "write initial: \"07:00\"");
    return std::nullopt;
  }
  if (info.type == ValueType::enumeration) return Value(info.values.front());
  if (draft.min) return Value(*draft.min);
  reader.error("E104", node, "a number needs an initial value", "write initial: or min:");
  return std::nullopt;
}

/// `{mon-fri: {"05:30": 22}}`
std::optional<Schedule> read_plan(Reader& reader, const yaml::Node& key, const Draft& draft,
                                  const AttributeInfo& info) {
  if (draft.initial == nullptr) {
    reader.error("E104", key, "a schedule needs its plan",
                 "write initial: {mon-sun: {\"06:00\": ..}}");
    return std::nullopt;
  }
  if (!reader.is_map(*draft.initial, "the plan of a schedule")) return std::nullopt;
  std::vector<Schedule::Line> lines;
  for (const auto& [days, times] : draft.initial->entries) {
    if (!reader.is_map(times, "a day of a schedule")) return std::nullopt;
    for (const auto& [time, literal] : times.entries) {
      auto value = reader.value(literal, info);
      if (!value) return std::nullopt;
      lines.push_back({days.text, time.text, std::move(*value)});
    }
  }
  auto plan = Schedule::make(lines);
  if (plan) return std::move(*plan);
  reader.error("E203", *draft.initial, printable(plan.error().message),
               "write {mon-fri: {\"05:30\": 22}, sat-sun: {\"07:30\": 22}}");
  return std::nullopt;
}

void read_setting(Reader& reader, const yaml::Entry& entry) {
  if (!reader.take_id("setting", entry.key) || !reader.is_map(entry.value, "a setting")) return;
  Draft draft;
  read_fields(reader, entry.value, kFields, draft);
  const bool usable = is_consistent(reader, entry.key, draft);
  Setting setting{entry.key.text, draft.label, info_of(entry.key.text, draft), {}, {}};
  if (usable && draft.type == "schedule") {
    setting.schedule = read_plan(reader, entry.key, draft, setting.info);
  } else if (usable) {
    if (auto first = first_value(reader, entry.key, draft, setting.info)) {
      setting.initial = std::move(*first);
    }
  }
  // A broken one is named all the same: its users are not unknown too.
  const AttributeId id =
      reader.loading.around.table.intern(DeviceId(std::string(kSettingsDevice)), setting.id);
  auto& names = reader.loading.names.devices.find(kSettingsDevice)->second.attributes;
  names.emplace(setting.id, cel::Attribute{id, setting.info.type, setting.info.values});
  reader.loading.set.settings.push_back(std::move(setting));
}

}  // namespace

void read_settings(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) read_setting(reader, entry);
}

KeyTable setting_keys() {
  return {"setting", keys_of(kFields)};
}

}  // namespace attune::rules
