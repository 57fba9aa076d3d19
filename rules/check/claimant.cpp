#include "rules/check/claimant.h"

#include <algorithm>
#include <utility>

#include "rules/check/findings.h"

namespace attune::rules {

namespace {

void put(Claimant::Moment& moment, const Want& want) {
  std::erase_if(moment, [&](const Want& old) { return old.attribute == want.attribute; });
  moment.push_back(want);
}

}  // namespace

const std::string& Claimant::shown() const {
  return rule_ != nullptr ? rules::shown(*rule_) : lock_->id;
}

std::string_view Claimant::declared() const {
  return rule_ != nullptr ? rule_->declared() : std::string_view(lock_->id);
}

Priority Claimant::priority() const {
  return rule_ != nullptr ? rule_->priority : lock_->priority;
}

SourcePlace Claimant::place(const RuleSet& set) const {
  return rule_ != nullptr ? set.place_of(*rule_) : lock_->place;
}

std::vector<Claimant::Moment> Claimant::moments() const {
  if (lock_ != nullptr) return {lock_->want};
  std::vector<Moment> moments = {rule_->want};
  for (const Step& step : rule_->extras->sequence) {
    if (step.kind != Step::Kind::want) continue;
    Moment next = moments.back();
    for (const Want& want : step.want) put(next, want);
    moments.push_back(std::move(next));
  }
  return moments;
}

Demands Claimant::start(const Regions& regions, unsigned side) const {
  return rule_ != nullptr ? regions.start(*rule_, side) : regions.reached(*lock_, side);
}

Demands Claimant::hold(const Regions& regions, unsigned side) const {
  return rule_ != nullptr ? regions.hold(*rule_, side) : regions.reached(*lock_, side);
}

Demands Claimant::linger(const Regions& regions, unsigned side) const {
  return rule_ != nullptr ? regions.linger(*rule_, side) : regions.reached(*lock_, side);
}

}  // namespace attune::rules
