#include <set>

#include "rules/check/checks.h"

// S602 to S606: conditions that are never true or never false, latches that end as they begin, and
// moments taken for states.
namespace attune::rules {

namespace {

constexpr unsigned kStart = 1;
constexpr unsigned kEnd = 2;

bool never(Checking& checking, const Demands& demands) {
  return checking.search.together(demands).is == Answer::Is::no;
}

void check_start(Checking& checking, const Rule& rule) {
  const cel::Conditions& conditions = checking.facts.conditions;
  Demands demands = {{conditions.of(rule.when), true}};
  if (never(checking, demands)) {
    return checking.findings.warning(
        checking.findings.of_key(rule, "when"),
        {"S602", shown(rule) + " never starts: its `when` is never true",
         "no state of what it reads makes it true"});
  }
  if (rule.extras->while_) demands.push_back({conditions.of(*rule.extras->while_), true});
  if (rule.extras->while_ && never(checking, demands)) {
    return checking.findings.warning(
        checking.findings.of_key(rule, "while"),
        {"S602", shown(rule) + " never starts: `when` and `while` are never true together",
         "no state of what they read makes both true"});
  }
  if (rule.when.source() == "true" || !never(checking, {{demands.front().condition, false}}))
    return;
  checking.findings.warning(checking.findings.of_key(rule, "when"),
                            {"S603", shown(rule) + " is always active: its `when` is never false",
                             "write when: \"true\" if that is meant"});
}

void check_end(Checking& checking, const Rule& rule) {
  if (rule.until.empty()) return;
  const cel::Conditions& conditions = checking.facts.conditions;
  const cel::Condition* const until = conditions.of(rule.until);
  if (never(checking, {{until, true}})) {
    return checking.findings.warning(
        checking.findings.of_key(rule, "until"),
        {"S604", shown(rule) + " never ends: its `until` is never true",
         "no state of what it reads makes it true"});
  }
  Demands start = {{conditions.of(rule.when), true}, {until, false}};
  if (rule.extras->while_) start.push_back({conditions.of(*rule.extras->while_), true});
  if (never(checking, start)) {
    return checking.findings.warning(
        checking.findings.of_key(rule, "until"),
        {"S605", shown(rule) + " ends as it starts: `until` is true whenever `when` is",
         "say in `until` what ends it, not what it goes on for"});
  }
  Demands both = {{conditions.of(rule.when), true, kStart}, {until, true, kEnd}};
  if (rule.extras->while_) both.push_back({conditions.of(*rule.extras->while_), true, kStart});
  const Answer answer = checking.search.meet_on_a_number(both, kStart | kEnd);
  if (answer.is != Answer::Is::yes) return;
  checking.findings.warning(
      checking.findings.of_key(rule, "until"),
      {"S605",
       shown(rule) + " ends as it starts: `when` and `until` are both true when " +
           text(checking.facts, answer.state),
       "leave room between them: start above one number, end below a smaller one"});
}

void check_moments(Checking& checking, const Rule& rule, const cel::Expression& condition,
                   std::string_view key) {
  for (const AttributeId id : condition.reads()) {
    const AttributeInfo* const info = checking.facts.info(id);
    if (info == nullptr || info->type != ValueType::event) continue;
    const std::string name = checking.facts.name(id);
    return checking.findings.warning(checking.findings.of_key(rule, key),
                                     {"S606",
                                      shown(rule) + " waits for a state that never is: " + name +
                                          " is an event, over as soon as it is told",
                                      "start a rule with trigger: " + name + " == '..'"});
  }
}

void check_moments(Checking& checking, const Rule& rule) {
  if (is_level(rule)) check_moments(checking, rule, rule.when, "when");
  if (!rule.until.empty()) check_moments(checking, rule, rule.until, "until");
  if (rule.extras->while_) check_moments(checking, rule, *rule.extras->while_, "while");
}

void check_never(Checking& checking, const Interlock& lock) {
  const cel::Condition* const condition = checking.facts.conditions.of(lock.never);
  if (never(checking, {{condition, true}})) {
    return checking.findings.warning(
        lock.place, {"S602", lock.id + " guards nothing: its `never` is never true",
                     "no state of what it reads makes it true"});
  }
  if (!never(checking, {{condition, false}})) return;
  checking.findings.warning(lock.place,
                            {"S603", lock.id + " is always reached: its `never` is never false",
                             "what it names could not be commanded at all"});
}

}  // namespace

void check_conditions(Checking& checking) {
  std::set<std::string_view> told;
  for (const Rule& rule : checking.facts.set.rules) {
    check_moments(checking, rule);
    if (!is_level(rule) || !told.insert(rule.declared()).second) continue;
    check_start(checking, rule);
    check_end(checking, rule);
  }
  for (const Interlock& lock : checking.facts.set.interlocks) check_never(checking, lock);
}

}  // namespace attune::rules
