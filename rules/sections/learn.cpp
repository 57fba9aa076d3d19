#include <algorithm>
#include <cmath>

#include "rules/learn.h"
#include "rules/sections/keys.h"
#include "rules/sections/permissions.h"
#include "rules/sections/sections.h"

// learn: {<rule.attr>: {min, max, step, after, per, apply}}
namespace attune::rules {

namespace {

struct Draft {
  const yaml::Node* min = nullptr;
  const yaml::Node* max = nullptr;
  std::optional<double> step, after;
  std::vector<std::string> per;
  const yaml::Node* per_at = nullptr;
  bool applies = false;
};

void read_per(Reader& reader, const yaml::Node& node, Draft& draft) {
  draft.per_at = &node;
  if (auto texts = reader.texts(node, "per")) draft.per = std::move(*texts);
}

void read_apply(Reader& reader, const yaml::Node& node, Draft& draft) {
  const auto word = reader.word(node, "apply", {"ask", "auto"});
  draft.applies = word && *word == 1;
}

const std::vector<Field<Draft>> kFields = {
    {"min", [](Reader&, const yaml::Node& n, Draft& d) { d.min = &n; }},
    {"max", [](Reader&, const yaml::Node& n, Draft& d) { d.max = &n; }},
    {"step", [](Reader& r, const yaml::Node& n, Draft& d) { d.step = r.number(n, "step"); }},
    {"after", [](Reader& r, const yaml::Node& n, Draft& d) { d.after = r.number(n, "after"); }},
    {"per", read_per},
    {"apply", read_apply},
};

/// What a key stands for: a rule's wants, with the devices whose they are.
struct Found {
  const Rule* rule;
  const Want* want;
  AttributePath path;
};

/// One entry of the section on its way into the set.
class Entry {
 public:
  Entry(Reader& reader, const yaml::Entry& entry) : reader_(reader), entry_(entry) {}

  void read() {
    if (!reader_.is_map(entry_.value, "what may be learned")) return;
    const std::size_t before = reader_.loading.errors;
    Draft draft;
    read_fields(reader_, entry_.value, kFields, draft);
    require(draft);
    if (!split() || !find() || reader_.loading.errors > before) return;
    learn_.id = entry_.key.text;
    learn_.place = entry_.key.place;
    if (!all_fit() || !read_bounds(draft) || !read_contexts(draft)) return;
    if (!reader_.take_once("learn", learn_.id, entry_.key)) return;
    for (const Found& found : found_) {
      learn_.targets.push_back({found.rule->id, found.want->attribute, area_of(found.path)});
      const std::string target = found.rule->id.text() + "." + found.path.text();
      if (!reader_.take_once("learned number", target, entry_.key)) return;
    }
    reader_.loading.set.learn.push_back(std::move(learn_));
  }

 private:
  void refuse(std::string code, std::string message, std::string hint) {
    reader_.error(std::move(code), entry_.key, std::move(message), std::move(hint));
  }

  void require(const Draft& draft) {
    if (draft.min == nullptr || draft.max == nullptr || !has(entry_.value, "step") ||
        !has(entry_.value, "after")) {
      refuse("E104", "what is learned needs min, max, step and after",
             "write {min: 10, max: 90, step: 5, after: 3}");
    }
  }
  static bool has(const yaml::Node& map, std::string_view key) { return map.find(key) != nullptr; }

  bool split() {
    const std::string& key = entry_.key.text;
    const std::size_t dot = key.find('.');
    if (dot == std::string::npos || dot == 0 || dot + 1 == key.size()) {
      refuse("E114", "'" + printable(key) + "' is no rule.attribute",
             "write hall_light.hall_lamp.brightness, or hall_light.brightness");
      return false;
    }
    learn_.rule = key.substr(0, dot);
    attribute_ = key.substr(dot + 1);
    return true;
  }

  /// The wants that the key names: `device.attribute`, `group.attribute`, or an attribute's name.
  bool find() {
    const Loading& loading = reader_.loading;
    bool known = false;
    for (const Rule& rule : loading.set.rules) {
      if (rule.declared() != learn_.rule) continue;
      known = true;
      for (const Want& want : rule.want) {
        const AttributePath& path = loading.around.table.path(want.attribute);
        if (is_named(path)) found_.push_back({&rule, &want, path});
      }
    }
    if (!known) return unknown_rule();
    if (!found_.empty()) return true;
    refuse("E302", "rule " + learn_.rule + " wants nothing of '" + printable(attribute_) + "'",
           "name what stands under its `want`; the steps of `do` do not learn");
    return false;
  }

  bool is_named(const AttributePath& path) const {
    if (path.text() == attribute_ || path.attribute == attribute_) return true;
    const auto named = parse_path(attribute_);
    if (!named || named->attribute != path.attribute) return false;
    const auto group = reader_.loading.set.groups.find(named->device.text());
    return group != reader_.loading.set.groups.end() &&
           std::find(group->second.begin(), group->second.end(), path.device) !=
               group->second.end();
  }

  /// A rule that is wrong itself has its own finding.
  bool unknown_rule() {
    for (const Interlock& lock : reader_.loading.set.interlocks) {
      if (lock.id != learn_.rule) continue;
      refuse("E309", "an interlock never learns", "only what a rule wants can be learned");
      return false;
    }
    const auto& ids = reader_.loading.ids;
    if (ids.contains({"rule", learn_.rule})) return false;
    std::vector<std::string> known;
    for (const auto& [id, place] : ids) {
      if (id.first == "rule") known.push_back(id.second);
    }
    const std::string near = reader_.suggest(learn_.rule, known);
    refuse("E307", "unknown rule '" + printable(learn_.rule) + "'",
           near.empty() ? "name a rule of this set" : "did you mean '" + near + "'?");
    return false;
  }

  bool all_fit() {
    for (const Found& found : found_) {
      if (!fits(found)) return false;
    }
    return true;
  }

  bool fits(const Found& found) {
    const std::string path = found.path.text();
    const Value* literal = std::get_if<Value>(&found.want->value);
    if (found.want->is_range() || literal == nullptr) {
      refuse("E203", "what " + learn_.rule + " wants of " + path + " is no plain number",
             "learning moves a number that stands in the file, no range and no expression");
      return false;
    }
    if (found.path.device.text() == kSettingsDevice) {
      refuse("E309", "a setting is its residents': " + path + " is not learned",
             "learn what a device is told");
      return false;
    }
    if (!literal->is_numeric()) {
      refuse("E203", path + " is no number", "only numbers move by steps");
      return false;
    }
    return may_learn(found) && is_one_number(found, literal->numeric());
  }

  bool may_learn(const Found& found) {
    const auto device = reader_.loading.around.devices.find(found.path.device);
    const auto is = [&](std::string_view capability) {
      return device != reader_.loading.around.devices.end() &&
             std::ranges::find(device->second.capabilities, capability) !=
                 device->second.capabilities.end();
    };
    if (is("lock") || is("valve")) {
      refuse("E309", "a lock or a valve never learns: " + found.path.text(),
             "say what it should be");
      return false;
    }
    if (!found.rule->lives_on()) {
      refuse("E309", learn_.rule + " acts once: there is no time in which it is corrected",
             "give it an `until` or a `max_time`");
      return false;
    }
    if (may_write(reader_.loading.around, reader_.document().file, found.path)) return true;
    refuse("E308", "this file may not write " + found.path.text(),
           "see `permissions` in attune.yaml");
    return false;
  }

  bool is_one_number(const Found& found, double literal) {
    if (&found == &found_.front()) learn_.literal = literal;
    if (learn_.literal == literal) return true;
    refuse("E302", "'" + printable(attribute_) + "' of " + learn_.rule + " is several numbers",
           "name the device too: " + learn_.rule + "." + found.path.text());
    return false;
  }

  bool read_bounds(const Draft& draft) {
    for (const Found& found : found_) {
      const DeviceInfo& device = reader_.loading.around.devices.at(found.path.device);
      const AttributeInfo* info = device.find(found.path.attribute);
      if (info == nullptr) return false;
      const auto min = reader_.value(*draft.min, *info);
      const auto max = reader_.value(*draft.max, *info);
      if (!min || !max) return false;
      learn_.min = min->numeric();
      learn_.max = max->numeric();
      const bool fraction = draft.step && std::trunc(*draft.step) != *draft.step;
      if (info->type == ValueType::integer && fraction) {
        refuse("E203", found.path.text() + " takes whole numbers", "write a whole step");
        return false;
      }
    }
    return are_sound(draft);
  }

  bool are_sound(const Draft& draft) {
    if (!draft.step || !draft.after) return false;
    learn_.step = *draft.step;
    learn_.applies = draft.applies;
    const bool counts = std::trunc(*draft.after) == *draft.after && *draft.after >= 1 &&
                        *draft.after <= Learn::kAfterMax;
    if (learn_.min >= learn_.max || learn_.literal < learn_.min || learn_.literal > learn_.max) {
      refuse("E304", "what the file wants must lie within min and max, and min below max",
             "the bounds are where learning stops");
    } else if (!std::isfinite(learn_.step) || learn_.step <= 0 ||
               learn_.step > learn_.max - learn_.min) {
      refuse("E304", "step is above 0, and no longer than from min to max", "write step: 5");
    } else if (!counts) {
      refuse("E304", "after counts corrections: a whole number from 1 to 100", "write after: 3");
    } else {
      learn_.after = static_cast<std::uint32_t>(*draft.after);
      return true;
    }
    return false;
  }

  /// Settings of few values: every context learns by itself, and each needs its corrections.
  bool read_contexts(const Draft& draft) {
    for (const std::string& name : draft.per) {
      if (name == "area") {
        learn_.per_area = true;
        continue;
      }
      const auto path = parse_path(name);
      const Setting* setting = path ? setting_of(*path) : nullptr;
      if (setting == nullptr) {
        reader_.error("E302", *draft.per_at, "'" + printable(name) + "' is no setting",
                      "per takes area, and settings like settings.house");
        return false;
      }
      const ValueType type = setting->info.type;
      if (type != ValueType::boolean && type != ValueType::enumeration) {
        reader_.error("E203", *draft.per_at, name + " has too many values to learn for each",
                      "per takes settings of type bool, and those with `values`");
        return false;
      }
      learn_.per.push_back(reader_.loading.around.table.intern(*path));
    }
    return true;
  }

  const Setting* setting_of(const AttributePath& path) const {
    if (path.device.text() != kSettingsDevice) return nullptr;
    for (const Setting& setting : reader_.loading.set.settings) {
      if (setting.id == path.attribute) return &setting;
    }
    return nullptr;
  }

  std::string area_of(const AttributePath& path) const {
    return reader_.loading.around.devices.at(path.device).area;
  }

  Reader& reader_;
  const yaml::Entry& entry_;
  Learn learn_;
  std::string attribute_;
  std::vector<Found> found_;
};

}  // namespace

void read_learn(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) Entry(reader, entry).read();
  auto& all = reader.loading.set.learn;
  std::sort(all.begin(), all.end(), [](const Learn& a, const Learn& b) { return a.id < b.id; });
}

KeyTable learn_keys() {
  return {"learn", keys_of(kFields)};
}

}  // namespace attune::rules
