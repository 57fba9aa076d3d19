#include <charconv>
#include <cmath>

#include "rules/sections/keys.h"
#include "rules/sections/sections.h"

// limits: {<dev.attr | group.attr>: {min_on, min_off, min_dwell, max_on, max_starts, min, max,
// slew}}
namespace attune::rules {

namespace {

/// `6/h`, `10/min`: so much in a time.
std::optional<Limit::Rate> parse_rate(std::string_view text) {
  static const std::map<std::string_view, Millis> kUnits = {{"s", std::chrono::seconds(1)},
                                                            {"min", std::chrono::minutes(1)},
                                                            {"h", std::chrono::hours(1)},
                                                            {"d", std::chrono::hours(24)}};
  const std::size_t slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto unit = kUnits.find(text.substr(slash + 1));
  double amount = 0;
  const auto read = std::from_chars(text.data(), text.data() + slash, amount);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + slash;
  if (unit == kUnits.end() || !whole || !std::isfinite(amount) || amount <= 0) return std::nullopt;
  return Limit::Rate{amount, unit->second};
}

std::optional<Limit::Rate> read_rate(Reader& reader, const yaml::Node& node,
                                     std::string_view what) {
  const auto text = reader.text(node, what);
  if (!text) return std::nullopt;
  if (const auto rate = parse_rate(*text)) return rate;
  reader.error("E105", node, "'" + printable(*text) + "' is no rate",
               "write 6/h or 10/min: a number above 0, then s, min, h or d");
  return std::nullopt;
}

void read_starts(Reader& reader, const yaml::Node& node, Limit& limit) {
  limit.max_starts = read_rate(reader, node, "max_starts");
  if (!limit.max_starts) return;
  const double starts = limit.max_starts->amount;
  if (std::trunc(starts) == starts && starts <= Limit::kStartsMax) return;
  reader.error("E105", node, "starts are counted: a whole number, at most 1000", "write 6/h");
}

const std::vector<Field<Limit>> kFields = {
    {"min_on", [](Reader& r, const yaml::Node& n, Limit& l) { l.min_on = r.duration(n); }},
    {"min_off", [](Reader& r, const yaml::Node& n, Limit& l) { l.min_off = r.duration(n); }},
    {"min_dwell", [](Reader& r, const yaml::Node& n, Limit& l) { l.min_dwell = r.duration(n); }},
    {"max_on", [](Reader& r, const yaml::Node& n, Limit& l) { l.max_on = r.duration(n); }},
    {"max_starts", read_starts},
    {"min", [](Reader& r, const yaml::Node& n, Limit& l) { l.min = r.number(n, "min"); }},
    {"max", [](Reader& r, const yaml::Node& n, Limit& l) { l.max = r.number(n, "max"); }},
    {"slew", [](Reader& r, const yaml::Node& n, Limit& l) { l.slew = read_rate(r, n, "slew"); }},
};

bool is_number(const AttributeInfo& info) {
  return info.type == ValueType::number || info.type == ValueType::integer;
}

bool can_be_off(const AttributeInfo& info) {
  return info.type == ValueType::boolean || info.type == ValueType::enumeration || is_number(info);
}

/// E203 where the attribute has no such thing.
bool suits(Reader& reader, const yaml::Node& key, const Target& target, const Limit& limit) {
  const bool of_numbers = limit.min || limit.max || limit.slew;
  const bool of_switches = limit.min_on || limit.min_off || limit.max_on || limit.max_starts;
  if (target.path.device.text() == kSettingsDevice) {
    reader.error("E305", key, "a setting is not limited here", "write min and max where it is");
    return false;
  }
  if (of_numbers && !is_number(target.info)) {
    reader.error("E203", key, target.path.text() + " is no number: min, max and slew bind numbers",
                 "use min_on, min_off, min_dwell, max_on or max_starts");
    return false;
  }
  if (of_switches && !can_be_off(target.info)) {
    reader.error("E203", key, target.path.text() + " is never on or off", "use min_dwell");
    return false;
  }
  return true;
}

/// E304 for a bound that the attribute cannot have.
bool bounds_fit(Reader& reader, const yaml::Entry& entry, const Target& target,
                const Limit& limit) {
  const auto fits = [&](std::string_view key, const std::optional<double>& bound) {
    const yaml::Node* const node = entry.value.find(key);
    return !bound || node == nullptr || reader.is_in_range(*node, *bound, target.info);
  };
  return fits("min", limit.min) && fits("max", limit.max);
}

void read_limit(Reader& reader, const yaml::Entry& entry) {
  const auto named = reader.targets(entry.key, Use::command);
  if (!reader.is_map(entry.value, "a limit")) return;
  const std::size_t errors_before = reader.loading.errors;
  Limit limit;
  read_fields(reader, entry.value, kFields, limit);
  if (entry.value.entries.empty()) {
    reader.error("E104", entry.key, "this limits nothing", "write {min_off: 5m}");
  }
  if (limit.min && limit.max && *limit.min > *limit.max) {
    reader.error("E304", entry.value, "min is above max", "swap the two");
  }
  if (limit.min_on && limit.max_on && *limit.min_on > *limit.max_on) {
    reader.error("E304", entry.value, "min_on is above max_on",
                 "it could neither stay on nor go off");
  }
  if (!named || reader.loading.errors > errors_before) return;
  for (const Target& target : named->items) {
    if (!suits(reader, entry.key, target, limit)) return;
    if (!bounds_fit(reader, entry, target, limit)) return;
    if (!reader.loading.limits.take(reader, entry.key, *named, target)) continue;
    reader.loading.set.limits[target.id] = limit;
  }
}

}  // namespace

void read_limits(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) read_limit(reader, entry);
}

KeyTable limit_keys() {
  return {"limit", keys_of(kFields)};
}

}  // namespace attune::rules
