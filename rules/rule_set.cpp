#include "rules/rule_set.h"

#include <algorithm>

namespace attune::rules {

std::string_view Rule::declared() const {
  const std::string_view all = id.text();
  return all.substr(0, all.find('['));
}

bool Rule::lives_on() const {
  return !extras->trigger || until || extras->max_time || !extras->sequence.empty();
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

const Rule* RuleSet::find(std::string_view id) const {
  const auto at = index_of(id);
  return at ? &rules[*at] : nullptr;
}

const ManualPolicy& RuleSet::manual_for(AttributeId attribute) const {
  const auto at = manual_of.find(attribute);
  return at == manual_of.end() ? manual : at->second;
}

}  // namespace attune::rules
