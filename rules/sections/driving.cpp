#include "rules/sections/driving.h"

#include <algorithm>

namespace attune::rules {

namespace {

Want* want_of(Rule& rule, AttributeId attribute) {
  const auto found = std::find_if(rule.want.begin(), rule.want.end(),
                                  [&](const Want& want) { return want.attribute == attribute; });
  return found == rule.want.end() ? nullptr : &*found;
}

/// Those of the key's targets that the rule wants; E302 when it is none of them.
std::vector<Want*> wanted(Reader& reader, const yaml::Node& key, Rule& rule) {
  std::vector<Want*> wants;
  const auto named = reader.targets(key, Use::command);
  if (!named) return wants;
  for (const Target& target : named->items) {
    if (Want* want = want_of(rule, target.id)) wants.push_back(want);
  }
  if (wants.empty() && !named->items.empty()) {
    reader.error("E307", key, "this rule does not want " + printable(key.text),
                 "name what stands in its `want`");
  }
  return wants;
}

void read_deadband(Reader& reader, const yaml::Node& node, Rule& rule) {
  if (!reader.is_map(node, "deadband")) return;
  for (const yaml::Entry& entry : node.entries) {
    const auto wants = wanted(reader, entry.key, rule);
    const auto width = reader.number(entry.value, "a deadband");
    if (!width) continue;
    if (*width <= 0) {
      reader.error("E304", entry.value, "a deadband is above 0", "write how much may be ignored");
      continue;
    }
    for (Want* want : wants) want->leeway.edit().deadband = *width;
  }
}

void read_order(Reader& reader, const yaml::Node& node, Rule& rule) {
  if (!reader.is_list(node, "order")) return;
  for (const yaml::Node& item : node.items) {
    for (const Want* want : wanted(reader, item, rule)) {
      auto& order = rule.extras.edit().order;
      if (std::find(order.begin(), order.end(), want->attribute) == order.end()) {
        order.push_back(want->attribute);
      }
    }
  }
}

}  // namespace

void read_transition(Reader& reader, const yaml::Node& node, Rule& rule) {
  rule.extras.edit().transition = reader.duration(node).value_or(Millis(0));
}

void read_driving(Reader& reader, const Driving& driving, Rule& rule) {
  if (driving.deadband != nullptr) read_deadband(reader, *driving.deadband, rule);
  if (driving.order != nullptr) read_order(reader, *driving.order, rule);
}

}  // namespace attune::rules
