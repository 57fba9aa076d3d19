#include "tests/bench/match/matched.h"

#include <algorithm>
#include <cstdlib>
#include <utility>
#include <variant>

#include "broker/core/defaults.h"
#include "devices/vocabulary.h"
#include "rules/load.h"

namespace attune::bench {

Matched::Matched(const House& house) {
  const rules::Surroundings around = {house.devices, table_, devices::vocabulary_types(),
                                      core::vocabulary_default};
  set_ = rules::load(house.files, around).set;
  if (!set_) std::abort();
  view_.values.resize(table_.size());
  claims_.resize(table_.size());
  active_.resize(set_->rules.size());
  for (const Told& told : house.first) tell({table_.intern(*parse_path(told.path)), told.value});
  for (const Told& told : house.events) {
    events_.push_back({table_.intern(*parse_path(told.path)), told.value});
  }
}

void Matched::live() {
  for (const Event& event : events_) tell(event);
}

void Matched::tell(const Event& event) {
  const Value before = std::exchange(view_.values[index(event.attribute)], event.value);
  const auto place = set_->flips.place_of(event.attribute);
  woken_.clear();
  if (place && set_->flips.flipped(*place, before, event.value, woken_)) {
    for (const std::uint32_t rule : woken_) evaluate(rule);
    return;
  }
  for (const std::uint32_t rule : set_->readers.of(event.attribute)) evaluate(rule);
}

void Matched::evaluate(std::uint32_t index_of_rule) {
  const rules::Rule& rule = set_->rules[index_of_rule];
  const bool holds = rule.when.truth(view_) == cel::Truth::yes;
  if (holds == active_[index_of_rule]) return;
  active_[index_of_rule] = holds;
  for (const rules::Want& want : rule.want) {
    auto& claims = claims_[index(want.attribute)];
    holds ? claims.push_back(index_of_rule) : static_cast<void>(std::erase(claims, index_of_rule));
  }
}

std::vector<std::string> Matched::claims() const {
  std::vector<std::string> found;
  for (std::size_t id = 0; id < claims_.size(); ++id) {
    for (const std::uint32_t by : claims_[id]) {
      const rules::Rule& rule = set_->rules[by];
      for (const rules::Want& want : rule.want) {
        if (index(want.attribute) != id) continue;
        found.push_back(table_.path(want.attribute).text() + " " +
                        to_json(std::get<Value>(want.value)) + " " + rule.id.text());
      }
    }
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace attune::bench
