#include <utility>

#include "broker/core/arbitration.h"

/// What a person's hand is worth: the holds, and how they end.
namespace attune::core {

namespace {

/// The state as the `until` of a hold sees it: delays in it count from the start of the hold, so
/// none of them is over before it has run that long.
class SinceHold final : public rules::StateView {
 public:
  SinceHold(const rules::StateView& state, const rules::ManualPolicy& policy, Millis age)
      : state_(state), policy_(policy), age_(age) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    for (const auto& [delay, window] : policy_.delays) {
      if (delay == attribute && age_ < window) return kNotYet;
    }
    return state_.value(attribute);
  }

 private:
  static const Value kNotYet;
  const rules::StateView& state_;
  const rules::ManualPolicy& policy_;
  Millis age_;
};

const Value SinceHold::kNotYet{false};

}  // namespace

Because Arbitration::hold(AttributeId attribute, const Value& value, const std::string& who,
                          std::optional<Millis> hold, std::string reason, const Because& because) {
  Claim claim;
  claim.by = ClaimBy::person;
  claim.source = kPersonSource;
  claim.value = value;
  claim.priority = static_cast<Priority>(Level::person);
  claim.since = journal_.now();
  claim.reason = who + (reason.empty() ? "" : ", " + reason);
  const std::string path = catalog_.table().path(attribute).text();
  const auto until = hold ? hold : rules_.set().manual_for(attribute).hold;
  if (until) {
    timers_.arm(TimerKind::hold, path, journal_.now().steady + *until, journal_.out());
  } else {
    timers_.cancel(TimerKind::hold, path, journal_.out());
  }
  const Because consequence = this->claim(attribute, std::move(claim), because);
  agenda_.drive(catalog_.table().device_of(attribute));
  remember_base(attribute, value);
  look_again_at(attribute);
  return consequence;
}

const Claim* Arbitration::hold_on(AttributeId attribute) const {
  return claims_.find(attribute, ClaimBy::person, kPersonSource);
}

void Arbitration::disown_hold(AttributeId attribute, const Because& because, std::string reason) {
  claims_.set_base(attribute, std::nullopt);
  journal_.erase(Base{catalog_.table().path(attribute), {}});
  release(attribute, because, std::move(reason));
}

bool Arbitration::release(AttributeId attribute, const Because& because, std::string reason) {
  if (hold_on(attribute) == nullptr) return false;
  const std::string path = catalog_.table().path(attribute).text();
  timers_.cancel(TimerKind::hold, path, journal_.out());
  timers_.cancel(TimerKind::hold_check, path, journal_.out());
  withdraw(attribute, ClaimBy::person, kPersonSource, because, std::move(reason));
  return true;
}

void Arbitration::check_holds(AttributeId touched, const Because& because) {
  const auto& readers = rules_.set().hold_readers;
  if (index(touched) >= readers.size()) return;
  for (const AttributeId held : readers[index(touched)]) check_hold(held, because);
}

void Arbitration::check_hold(AttributeId held, const Because& because) {
  const rules::ManualPolicy& policy = rules_.set().manual_for(held);
  const Claim* claim = claims_.find(held, ClaimBy::person, kPersonSource);
  if (claim == nullptr || !policy.until) return;
  const SinceHold seen(image_, policy, journal_.now().steady - claim->since.steady);
  if (policy.until->truth(seen) == cel::Truth::yes) {
    release(held, because, "until " + std::string(policy.until->source()));
  } else {
    look_again_at(held);
  }
}

/// At the end of the next delay that had begun before the hold: nothing else may happen then.
void Arbitration::look_again_at(AttributeId held) {
  const Claim* claim = claims_.find(held, ClaimBy::person, kPersonSource);
  if (claim == nullptr) return;
  std::optional<Millis> next;
  for (const auto& [delay, window] : rules_.set().manual_for(held).delays) {
    const Millis over = claim->since.steady + window;
    if (over > journal_.now().steady && (!next || over < *next)) next = over;
  }
  const std::string path = catalog_.table().path(held).text();
  if (next) {
    timers_.arm(TimerKind::hold_check, path, *next, journal_.out());
  } else {
    timers_.cancel(TimerKind::hold_check, path, journal_.out());
  }
}

}  // namespace attune::core
