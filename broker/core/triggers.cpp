#include <algorithm>

#include "broker/core/inference.h"
#include "broker/core/moments.h"

// Rules that begin at an instant: an event, an edge, a moment; and what they do there.
namespace attune::core {

namespace {

bool is_setting(const AttributePath& path) {
  return path.device.text() == kSettingsDevice;
}

/// The state with one momentary event in it.
class During final : public rules::StateView {
 public:
  During(const rules::StateView& now, const Happening& event) : now_(now), event_(event) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override {
    return attribute == event_.attribute ? event_.value : now_.value(attribute);
  }

 private:
  const rules::StateView& now_;
  const Happening& event_;
};

}  // namespace

void Inference::take_events() {
  for (const Happening& event : agenda_.take_happenings()) {
    const auto waiting = rules_.set().event_readers.find(event.attribute);
    if (waiting == rules_.set().event_readers.end()) continue;
    const During view(image_, event);
    Because pressed = event.because;
    pressed.cause.kind = CauseKind::person;
    pressed.cause.id = catalog_.table().path(event.attribute).text();
    for (const std::uint32_t rule : waiting->second) {
      const auto& by = std::get<rules::ByEvent>(rules_.set().rules[rule].extras->trigger->of);
      if (by.condition.truth(view) != cel::Truth::yes) continue;
      agenda_.evaluate(rule, {std::nullopt, pressed, true});
    }
  }
}

/// False to true by something that happened just now. What becomes known is no edge, and neither is
/// the first look after a start: an edge that nobody saw is not made up.
bool Inference::is_edge(const rules::Rule& rule, RuleRunner::Standing& standing) {
  const auto* edge = rule.triggered<rules::ByEdge>();
  if (edge == nullptr) return false;
  std::string error;
  const cel::Truth truth = edge->condition.truth(image_, &error);
  if (!error.empty()) standing.error.set(std::move(error));
  const std::optional<bool> before = standing.edge;
  standing.edge.reset();
  if (truth == cel::Truth::yes || truth == cel::Truth::no) {
    standing.edge = (truth == cel::Truth::yes) == edge->rising;
  }
  return edges_ && before == false && standing.edge == true;
}

/// The next moment of a trigger by time, from now on.
void Inference::plan(std::uint32_t index) {
  const rules::Rule& rule = rules_.set().rules[index];
  if (!rule.extras->trigger || !rule.extras->trigger->is_timed()) return;
  RuleMemory& memory = rules_.at(index).memory.edit();
  const RuleMemory before = memory;
  memory.planned = next_moment(*rule.extras->trigger, site_, journal_.now().wall, image_);
  keep_memory(index, before);
  arm_again(index);
}

/// A setting that says when has changed.
void Inference::plan_anew(std::uint32_t index, const std::vector<Reason>& reasons) {
  const rules::Rule& rule = rules_.set().rules[index];
  const auto* clock = rule.triggered<rules::ByClock>();
  const auto* setting = clock == nullptr ? nullptr : std::get_if<AttributeId>(&clock->at);
  if (setting == nullptr) return;
  const bool touched = std::any_of(reasons.begin(), reasons.end(), [&](const Reason& reason) {
    return reason.attribute == *setting;
  });
  if (touched) plan(index);
}

void Inference::moment_has_come(std::uint32_t index) {
  const rules::Rule& rule = rules_.set().rules[index];
  if (!rule.extras->trigger || !rule.extras->trigger->is_timed()) return;
  const Because due{{CauseKind::timer, rule.extras->trigger->text, {}}, {}};
  const Millis lateness = journal_.present().steady - journal_.now().steady;
  const bool every = std::holds_alternative<rules::ByInterval>(rule.extras->trigger->of);
  const bool wanted = rules_.at(index).memory->planned.has_value();  // else it only looked again
  if (wanted && !every && lateness > rule.extras->trigger->late) {
    miss(rule, due);
  } else if (wanted) {
    agenda_.evaluate(index, {std::nullopt, due, true});
  }
  plan(index);
  if (every && wanted) skip_missed(index);
}

/// Of an interval that passed many times while attune was away, one is enough.
void Inference::skip_missed(std::uint32_t index) {
  const rules::Rule& rule = rules_.set().rules[index];
  const Millis every = std::get<rules::ByInterval>(rule.extras->trigger->of).every;
  const Millis away = journal_.present().steady - journal_.now().steady;
  if (away < every) return;
  RuleMemory& memory = rules_.at(index).memory.edit();
  const RuleMemory before = memory;
  *memory.planned += every * (away / every);
  keep_memory(index, before);
  arm_again(index);
}

void Inference::miss(const rules::Rule& rule, const Because& because) {
  const std::string when = format_utc(journal_.now().wall);
  announce(rule.id, "missed", "it was due at " + when, because);
  journal_.out().rejections.push_back(
      {"", rule.id.text(), "missed",
       "rule " + rule.id.text() + " was due at " + when + ", more than its `late` of " +
           format_duration(rule.extras->trigger->late) + " ago: it was left out"});
}

void Inference::clock_was_set() {
  for (std::uint32_t index = 0; index < rules_.set().rules.size(); ++index) {
    const rules::Rule& rule = rules_.set().rules[index];
    if (!rule.extras->trigger || !rule.extras->trigger->is_timed()) continue;
    RuleMemory& memory = rules_.at(index).memory.edit();
    const RuleMemory before = memory;
    const Instant& now = journal_.now();
    const auto next = next_moment(*rule.extras->trigger, site_, now.wall, image_);
    // What lies behind the new time was missed, and is made up or reported when it is looked at.
    const bool is_ahead = !memory.planned || *memory.planned > now.wall;
    if (is_ahead) memory.planned = next;
    keep_memory(index, before);
    arm_again(index);
  }
}

/// Without an end of its own it acts once: an event is a person's hand, the rest writes the base.
void Inference::act_once(std::uint32_t index, const Because& because) {
  const rules::Rule& rule = rules_.set().rules[index];
  ++rules_.counts().fired;
  const bool shadow = rules_.mode(index) == RuleMode::shadow;
  const Because fired =
      announce(rule.id, shadow ? "shadow" : "fired", rule.extras->trigger->text, because);
  if (shadow) return;
  for (const rules::Want& want : rule.want) {
    const auto wish = wished(rule, want, nullptr);
    if (wish && wish->value.has_value()) write_once(rule, want.attribute, wish->value, fired);
  }
  for (const rules::Turn& turn : rule.extras->turns) {
    write_once(rule, turn.attribute, turned(turn), fired);
  }
  for (const rules::NoticePlan& plan : rule.extras->notify) notices_.tell(index, plan, fired);
}

void Inference::write_once(const rules::Rule& rule, AttributeId attribute, const Value& value,
                           const Because& because) {
  if (is_setting(catalog_.table().path(attribute))) {
    set_setting(attribute, value, because);
  } else if (std::holds_alternative<rules::ByEvent>(rule.extras->trigger->of)) {
    const Because hand{{CauseKind::person, because.cause.id, because.cause.parent},
                       because.context};
    arbitration_.hold(attribute, value, "by " + rule.id.text(), std::nullopt, "", hand);
  } else {
    arbitration_.write_base(attribute, value, because);
  }
}

/// After what is wanted, else after what is there; of what is not in the list, its first.
Value Inference::turned(const rules::Turn& turn) const {
  const AttributeState& state = image_.at(turn.attribute);
  const Value& now = state.desired.has_value() ? state.desired : state.value;
  const auto found = std::find(turn.values.begin(), turn.values.end(), now);
  if (found == turn.values.end() || std::next(found) == turn.values.end()) {
    return turn.values.front();
  }
  return *std::next(found);
}

}  // namespace attune::core
