#include "broker/core/rule_runner.h"

#include "broker/core/packed.h"

namespace attune::core {

void RuleRunner::Standing::see(rules::Observed seen) {
  condition = seen.when;
  error.set(std::move(seen.error));
}

RuleMode RuleRunner::mode(std::uint32_t rule) const {
  return standing_[rule].state.mode.value_or(set_->rules[rule].mode);
}

std::vector<RuleState> RuleRunner::replace(std::shared_ptr<const rules::RuleSet> set) {
  std::map<RuleId, Standing> before;
  for (auto& standing : standing_) before.emplace(standing.state.rule, std::move(standing));
  for (auto& state : restored_) {
    RuleId id = state.rule;  // the temporary below empties `state` before a key is made of it
    Standing standing;
    standing.memory.set(memories_[id.text()]);
    standing.state = std::move(state);
    before.emplace(std::move(id), std::move(standing));
  }
  restored_.clear();
  memories_.clear();
  set_ = std::move(set);
  standing_.assign(set_->rules.size(), {});
  std::vector<RuleState> over;
  for (std::size_t i = 0; i < standing_.size(); ++i) {
    const rules::Rule& rule = set_->rules[i];
    RuleState fresh;
    fresh.rule = rule.id;
    fresh.fingerprint = rule.fingerprint;
    const auto old = before.find(rule.id);
    if (old != before.end() && old->second.state.fingerprint == rule.fingerprint) {
      standing_[i] = std::move(old->second);
      before.erase(old);
      continue;
    }
    if (old != before.end()) fresh.mode = old->second.state.mode;  // a person's choice stays
    standing_[i].state = std::move(fresh);
  }
  for (auto& [id, standing] : before) over.push_back(std::move(standing.state));
  return over;
}

void RuleRunner::restore(RuleState state) {
  restored_.push_back(std::move(state));
}

void RuleRunner::restore(const std::vector<Blob>& memories) {
  for (const Blob& blob : memories) {
    if (const auto memory = unpack_memory(blob.bytes)) memories_.emplace(blob.key, *memory);
  }
}

}  // namespace attune::core
