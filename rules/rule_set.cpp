#include "rules/rule_set.h"

#include <algorithm>

namespace attune::rules {

std::vector<AttributeId> Rule::reads() const {
  std::vector<AttributeId> reads = extras->contexts;
  const auto add = [&](const cel::Expression& expression) {
    const auto more = expression.reads();
    reads.insert(reads.end(), more.begin(), more.end());
  };
  const auto add_wanted = [&](const Wanted& wanted) {
    if (const auto* live = std::get_if<cel::Expression>(&wanted)) add(*live);
  };
  add(when);
  if (extras->while_) add(*extras->while_);
  add(until);
  for (const Want& one : want) {
    add_wanted(one.value);
    if (one.leeway->min) add_wanted(*one.leeway->min);
    if (one.leeway->max) add_wanted(*one.leeway->max);
  }
  for (const Step& step : extras->sequence) add(step.until);
  if (const auto* edge = triggered<ByEdge>()) add(edge->condition);
  if (const auto* clock = triggered<ByClock>()) {
    if (const auto* setting = std::get_if<AttributeId>(&clock->at)) reads.push_back(*setting);
  }
  std::sort(reads.begin(), reads.end());
  reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
  return reads;
}

std::string_view Rule::declared() const {
  const std::string_view all = id.text();
  return all.substr(0, all.find('['));
}

bool Rule::lives_on() const {
  return !extras->trigger || !until.empty() || extras->max_time || !extras->sequence.empty();
}

std::optional<std::uint32_t> RuleSet::index_of(std::string_view id) const {
  const auto at = std::lower_bound(
      rules.begin(), rules.end(), id,
      [](const Rule& rule, std::string_view wanted) { return rule.id.text() < wanted; });
  if (at == rules.end() || at->id.text() != id) return std::nullopt;
  return static_cast<std::uint32_t>(at - rules.begin());
}

std::vector<std::uint32_t> RuleSet::all_of(std::string_view id) const {
  if (const auto one = index_of(id)) return {*one};
  std::vector<std::uint32_t> all;
  for (std::size_t at = 0; at < rules.size(); ++at) {
    if (rules[at].declared() == id) all.push_back(static_cast<std::uint32_t>(at));
  }
  return all;
}

SourcePlace RuleSet::place_of(const Rule& rule) const {
  const FilePlace& place = rule.place;
  return {files.at(place.file).path, place.line, place.column, place.length};
}

const Rule* RuleSet::find(std::string_view id) const {
  const auto at = index_of(id);
  return at ? &rules[*at] : nullptr;
}

const ManualPolicy& RuleSet::manual_for(AttributeId attribute) const {
  const auto at = manual_of.find(attribute);
  return at == manual_of.end() ? manual : at->second;
}

}  // namespace attune::rules
