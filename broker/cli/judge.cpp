#include "broker/cli/judge.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "broker/core/why_not.h"

namespace attune::cli {
namespace {

std::string text(const Value& value) {
  if (!value.has_value()) return "unknown (never reported)";
  return value.kind() == ValueKind::text ? value.as_text() : to_json(value);
}

std::string text(const std::vector<Value>& values) {
  std::string list;
  for (const Value& value : values) list += (list.empty() ? "" : ", ") + text(value);
  return list.empty() ? "nothing" : list;
}

/// In the words of `by`: a rule's id, `manual`, or what rests there.
std::string holder(const Claim& claim) {
  return claim.by == ClaimBy::person ? "manual" : claim.source;
}

/// Each line under the test's other lines.
std::string indented(const std::string& lines) {
  std::string out = "  ";
  for (const char c : lines) out += c == '\n' ? "\n  " : std::string(1, c);
  return out.substr(0, out.size() - 2);
}

/// Of a rule that may well want this value: an expression could.
bool may_want(const rules::Rule& rule, AttributeId attribute, const Value& expected) {
  return std::any_of(rule.want.begin(), rule.want.end(), [&](const rules::Want& want) {
    const Value* literal = std::get_if<Value>(&want.value);
    return want.attribute == attribute && (literal == nullptr || *literal == expected);
  });
}

}  // namespace

std::string Judge::judge(const rules::TestStep& step) const {
  std::string wrong;
  for (const auto& [path, expected] : step.expect) {
    wrong += judge_value(path, expected);
    if (!step.by.empty()) wrong += judge_holder(path, step.by);
    if (!step.why.empty()) wrong += judge_why(path, step.why);
  }
  if (!wrong.empty()) wrong += nearest_rule(step);
  for (const auto& [path, expected] : step.commands) wrong += judge_commands(path, expected);
  return wrong;
}

std::optional<AttributeId> Judge::find(const AttributePath& path) const {
  return catalog_.table().find(path.device.text(), path.attribute);
}

std::string Judge::judge_value(const AttributePath& path, const Value& expected) const {
  const auto id = find(path);
  const Value actual = id ? home_.core().image().at(*id).value : Value();
  if (same(id, expected, actual)) return {};
  return "  expected " + path.text() + " = " + text(expected) + ", it is " + text(actual) + "\n  " +
         holder_text(path) + "\n";
}

bool Judge::same(std::optional<AttributeId> id, const Value& a, const Value& b) const {
  if (a == b) return true;
  if (!a.has_value() || !b.has_value()) return false;
  const AttributeInfo* info = id ? catalog_.attribute(*id) : nullptr;
  if (info != nullptr && same_on_wire(*info, a, b)) return true;
  return a.is_numeric() && b.is_numeric() && std::abs(a.numeric() - b.numeric()) < 1e-9;
}

const Claim* Judge::winner(const AttributePath& path) const {
  const auto id = find(path);
  return id ? home_.core().claims().winner(*id) : nullptr;
}

/// `by` may name all instances of a `foreach` at once.
bool Judge::is_held_by(const Claim& claim, const std::string& by) const {
  if (holder(claim) == by) return true;
  const rules::Rule* rule = claim.by == ClaimBy::rule ? set_.find(claim.source) : nullptr;
  return rule != nullptr && rule->declared() == by;
}

std::string Judge::judge_holder(const AttributePath& path, const std::string& by) const {
  const Claim* claim = winner(path);
  if (claim != nullptr && is_held_by(*claim, by)) return {};
  return "  expected " + path.text() + " to be held by " + by + ", " + holder_text(path) + "\n";
}

std::string Judge::holder_text(const AttributePath& path) const {
  const Claim* claim = winner(path);
  if (claim == nullptr) return "nobody holds " + path.text();
  return "it is held by " + holder(*claim) + " at " + priority_text(claim->priority) + " since " +
         format_utc(claim->since.wall) + ", wanting " + text(claim->value);
}

std::string Judge::judge_why(const AttributePath& path, const std::string& wanted) const {
  const auto id = find(path);
  if (!id) return "  nothing is known of " + path.text() + "\n";
  const auto log = [this](Revision revision) { return home_.change(revision); };
  const std::string told = core::why_text(core::why(home_.core(), log, *id));
  if (told.find(wanted) != std::string::npos) return {};
  return "  expected why " + path.text() + " to say '" + wanted + "', it says\n" +
         indented(indented(told));
}

std::string Judge::judge_commands(const AttributePath& path,
                                  const std::vector<Value>& expected) const {
  const auto id = find(path);
  std::vector<Value> sent;
  for (const auto& [wall, reading] : home_.sent()) {
    if (id && reading.attribute == *id) sent.push_back(reading.value);
  }
  const bool equal = std::equal(sent.begin(), sent.end(), expected.begin(), expected.end(),
                                [&](const Value& a, const Value& b) { return same(id, a, b); });
  if (equal) return {};
  return "  expected to send " + path.text() + " = " + text(expected) + ", it sent " + text(sent) +
         "\n";
}

std::string Judge::nearest_rule(const rules::TestStep& step) const {
  if (const auto index = set_.index_of(step.by)) {
    return indented(core::why_not_text(core::why_not(home_.core(), *index, home_.now())));
  }
  if (step.by == "manual") return {};
  std::string lines;
  for (const auto& [path, expected] : step.expect) {
    if (!judge_value(path, expected).empty()) lines += nearest_rule(path, expected);
  }
  return lines;
}

std::string Judge::nearest_rule(const AttributePath& path, const Value& expected) const {
  const auto id = find(path);
  if (!id) return {};
  for (const auto& why : core::inhibited_rules(home_.core(), *id, home_.now())) {
    const rules::Rule* rule = set_.find(why.rule.id.text());
    if (may_want(*rule, *id, expected)) return indented(core::why_not_text(why));
  }
  return {};
}

}  // namespace attune::cli
