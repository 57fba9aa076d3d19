#include <algorithm>
#include <deque>
#include <set>

#include "rules/check/checks.h"
#include "rules/check/influences.h"

// L501: what a rule wants leads back to what it reads.
namespace attune::rules {

namespace {

/// One step: what a rule does reaches another rule, by way of attributes.
struct Step {
  std::uint32_t to = 0;
  std::string by;  ///< `desk_lamp.on -> desk.illuminance (declared influence)`
};

/// A latch holds on while its own doing comes back, and ends by its own condition.
bool is_latch(const Rule& rule) {
  return !rule.until.empty() || rule.reset_by_ack;
}

class Loops {
 public:
  explicit Loops(Checking& checking) : checking_(checking), influenced_(checking.facts) {}
  void run();

 private:
  void index_signals();
  [[nodiscard]] std::vector<Step> steps_of(std::uint32_t rule);
  void step_by(std::uint32_t rule, const Want& want, AttributeId changed, const std::string& by,
               std::vector<Step>& into);
  [[nodiscard]] std::vector<AttributeId> seen_in(AttributeId attribute) const;
  [[nodiscard]] bool matters(std::uint32_t from, std::uint32_t to, const Want& want);
  [[nodiscard]] bool sets_off(const Rule& rule, const Want& want);
  void find_way_back(std::uint32_t start);
  void report(const std::vector<std::uint32_t>& rules, const std::vector<std::string>& by);
  [[nodiscard]] const Rule& rule(std::uint32_t at) const { return checking_.facts.set.rules[at]; }

  Checking& checking_;
  Influenced influenced_;
  std::map<AttributeId, std::vector<AttributeId>> signals_;  ///< that are made of the attribute
  std::vector<std::vector<Step>> steps_;
  std::set<std::string> told_;
};

void Loops::index_signals() {
  for (const cel::Signal& signal : checking_.facts.set.signals) {
    if (signal.kind == cel::SignalKind::past) continue;  // what was there long ago
    if (signal.of) signals_[*signal.of].push_back(signal.id);
    for (const cel::Expression& inner : signal.inner) {
      for (const AttributeId read : inner.reads()) signals_[read].push_back(signal.id);
    }
  }
}

/// The attribute and all signals that it makes.
std::vector<AttributeId> Loops::seen_in(AttributeId attribute) const {
  std::vector<AttributeId> all = {attribute};
  for (std::size_t at = 0; at < all.size(); ++at) {
    const auto made = signals_.find(all[at]);
    if (made == signals_.end()) continue;
    for (const AttributeId signal : made->second) {
      if (std::find(all.begin(), all.end(), signal) == all.end()) all.push_back(signal);
    }
  }
  return all;
}

/// Whether a setting at the wanted value lets the rule start.
bool Loops::sets_off(const Rule& rule, const Want& want) {
  const Value* const literal = std::get_if<Value>(&want.value);
  if (literal == nullptr) return true;
  const auto is = equals(want.attribute, *literal);
  if (!is) return true;
  Demands demands = checking_.regions.start(rule);
  demands.push_back({&*is, true});
  return checking_.search.together(demands).is != Answer::Is::no;
}

bool Loops::matters(std::uint32_t from, std::uint32_t to, const Want& want) {
  if (checking_.facts.signal(want.attribute) != nullptr) return true;  // active(), of itself too
  // A setting is written once, when the rule starts; what is left stays as it was put.
  if (checking_.facts.is_setting(want.attribute)) {
    return from != to && sets_off(rule(to), want);
  }
  return from != to || checking_.facts.end_of(want.attribute).kind != Default::Kind::leave;
}

void Loops::step_by(std::uint32_t from, const Want& want, AttributeId changed,
                    const std::string& by, std::vector<Step>& into) {
  const RuleSet& set = checking_.facts.set;
  for (const AttributeId seen : seen_in(changed)) {
    for (const std::uint32_t reader : set.readers.of(seen)) {
      if (!is_level(rule(reader)) || is_latch(rule(reader))) continue;
      if (matters(from, reader, want)) into.push_back({reader, by});
    }
  }
}

std::vector<Step> Loops::steps_of(std::uint32_t from) {
  std::vector<Step> steps;
  if (!is_level(rule(from)) || is_latch(rule(from))) return steps;
  for (const Want& want : rule(from).want) {
    const std::string name = checking_.facts.name(want.attribute);
    step_by(from, want, want.attribute, name, steps);
    for (const AttributeId changed : influenced_.by(want.attribute)) {
      const std::string by =
          name + " -> " + checking_.facts.name(changed) + " (declared influence)";
      step_by(from, want, changed, by, steps);
    }
  }
  for (const cel::Signal& signal : checking_.facts.set.signals) {
    if (signal.kind != cel::SignalKind::active) continue;
    if (signal.word != rule(from).declared() && signal.word != rule(from).id.text()) continue;
    step_by(from, {signal.id}, signal.id, signal.text, steps);
  }
  return steps;
}

/// The shortest way from a rule back to itself.
void Loops::find_way_back(std::uint32_t start) {
  std::map<std::uint32_t, std::pair<std::uint32_t, const Step*>> came_by;
  std::deque<std::uint32_t> open = {start};
  while (!open.empty()) {
    const std::uint32_t at = open.front();
    open.pop_front();
    for (const Step& step : steps_[at]) {
      if (step.to != start) {
        if (came_by.emplace(step.to, std::pair(at, &step)).second) open.push_back(step.to);
        continue;
      }
      std::vector<std::uint32_t> rules = {at};
      std::vector<std::string> by = {step.by};
      while (rules.back() != start) {
        const auto& [before, taken] = came_by.at(rules.back());
        rules.push_back(before);
        by.push_back(taken->by);
      }
      std::reverse(rules.begin(), rules.end());
      std::reverse(by.begin(), by.end());
      return report(rules, by);
    }
  }
}

void Loops::report(const std::vector<std::uint32_t>& rules, const std::vector<std::string>& by) {
  std::set<std::string> names;
  for (const std::uint32_t at : rules) names.emplace(rule(at).declared());
  std::string key;
  for (const std::string& name : names) key += name + " ";
  if (!told_.insert(key).second) return;
  std::string way = "loop: ";
  for (std::size_t i = 0; i < rules.size(); ++i)
    way += shown(rule(rules[i])) + " -> " + by[i] + " -> ";
  way += shown(rule(rules.front()));
  const std::string which =
      rules.size() == 1 ? "give it an `until`" : "give one of them an `until`";
  checking_.findings.warning(
      checking_.facts.set.place_of(rule(rules.front())),
      {"L501", way + "; " + which,
       "with `until` a rule ends by a condition of its own, not by what it does"});
}

void Loops::run() {
  index_signals();
  const auto& rules = checking_.facts.set.rules;
  for (std::uint32_t at = 0; at < rules.size(); ++at) steps_.push_back(steps_of(at));
  for (std::uint32_t at = 0; at < rules.size(); ++at) {
    if (!steps_[at].empty()) find_way_back(at);
  }
}

}  // namespace

void check_loops(Checking& checking) {
  Loops(checking).run();
}

}  // namespace attune::rules
