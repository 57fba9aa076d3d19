#include <algorithm>

#include "broker/core/inference.h"
#include "devices/model/limits.h"
#include "rules/signals.h"

// What was touched wakes rules, until nothing moves any more.
namespace attune::core {

namespace {

/// The state as it was before one attribute changed.
class Before final : public rules::StateView {
 public:
  Before(const rules::StateView& now, AttributeId attribute, const Value& previous)
      : now_(now), attribute_(attribute), previous_(previous) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    return attribute == attribute_ ? previous_ : now_.value(attribute);
  }

 private:
  const rules::StateView& now_;
  AttributeId attribute_;
  const Value& previous_;
};

const Change* find(const std::vector<Change>& changes, Revision revision) {
  const auto it = std::find_if(changes.rbegin(), changes.rend(),
                               [&](const Change& change) { return change.revision == revision; });
  return it == changes.rend() ? nullptr : &*it;
}

}  // namespace

void Inference::settle() {
  for (int depth = 0; depth <= limits::kCauseDepthMax; ++depth) {
    auto touched = agenda_.take_touched();
    signals_.follow(touched);
    for (const auto& [attribute, because] : touched) wake(attribute, because);
    take_events();
    if (every_reader_) wake_the_rest(touched);
    const auto affected = agenda_.take_rules();
    if (affected.empty()) return;
    for (const auto& [rule, reasons] : affected) evaluate(rule, reasons);
  }
  for (const auto& [attribute, because] : agenda_.take_touched()) {
    journal_.out().rejections.push_back(
        {"", catalog_.table().path(attribute).text(), "loop",
         "a chain of more than 16 rules and settings was cut here; two rules set each other off"});
  }
}

Reason Inference::reason_for(AttributeId touched, const Because& because) const {
  Because read = because;
  read.cause.id = rules::readable(catalog_.table().path(touched));
  return {touched, std::move(read)};
}

void Inference::wake(AttributeId touched, const Because& because) {
  arbitration_.touched(touched, because);
  const auto woken = flips_.take(touched);
  if (woken.empty()) return;
  const Reason reason = reason_for(touched, because);
  for (const std::uint32_t rule : woken) agenda_.evaluate(rule, reason);
}

/// Readers to which nothing of it matters: what they decide must be what they decided before.
void Inference::wake_the_rest(const Signals::Touched& touched) {
  for (const auto& [attribute, because] : touched) {
    for (const std::uint32_t rule : flips_.readers(attribute)) {
      if (!agenda_.awaits(rule)) agenda_.evaluate(rule, reason_for(attribute, because));
    }
  }
}

/// Of several attributes that one message changed: the one without which the rule would stand
/// where it stood. Motion and brightness come together; the motion is why the light is on.
const Because& Inference::decisive(const rules::Rule& rule,
                                   const std::vector<Reason>& reasons) const {
  if (reasons.size() == 1) return reasons.front().because;
  const auto differs = [&](const cel::Expression& condition, const Before& before) {
    return condition.truth(before) != condition.truth(image_);
  };
  for (const Reason& reason : reasons) {
    const Change* change = find(journal_.out().changes, reason.because.cause.parent);
    if (!reason.attribute || change == nullptr) continue;
    const Before before(image_, *reason.attribute, change->previous);
    const auto* edge = rule.triggered<rules::ByEdge>();
    const bool decides = differs(rule.when, before) ||
                         (edge != nullptr && differs(edge->condition, before)) ||
                         (!rule.until.empty() && differs(rule.until, before)) ||
                         (rule.extras->while_ && differs(*rule.extras->while_, before));
    if (decides) return reason.because;
  }
  return reasons.front().because;
}

}  // namespace attune::core
