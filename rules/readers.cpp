#include "rules/readers.h"

#include <algorithm>
#include <utility>

#include "rules/rule_set.h"

namespace attune::rules {

Readers::Readers(const std::vector<Rule>& rules, std::size_t attributes) {
  std::vector<std::pair<AttributeId, std::uint32_t>> pairs;
  for (std::size_t at = 0; at < rules.size(); ++at) {
    for (const AttributeId id : rules[at].reads()) {
      pairs.emplace_back(id, static_cast<std::uint32_t>(at));
    }
  }
  std::sort(pairs.begin(), pairs.end());
  rules_.reserve(pairs.size());
  begin_.resize(attributes + 1);
  for (const auto& [id, rule] : pairs) {
    ++begin_[index(id) + 1];
    rules_.push_back(rule);
  }
  for (std::size_t i = 1; i < begin_.size(); ++i) begin_[i] += begin_[i - 1];
}

std::span<const std::uint32_t> Readers::of(AttributeId attribute) const {
  const std::size_t at = index(attribute);
  if (at >= attributes()) return {};
  return std::span(rules_).subspan(begin_[at], begin_[at + 1] - begin_[at]);
}

}  // namespace attune::rules
