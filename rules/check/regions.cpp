#include "rules/check/regions.h"

#include "rules/nothing_known.h"

namespace attune::rules {

namespace {

using cel::SignalKind;
using Relation = cel::Condition::Relation;

/// Above every number that a table gives.
constexpr std::size_t kFirstOwnAxis = 0xF0000000;

/// `attribute relation number` as a condition of one part.
cel::Condition::Part comparison(cel::Condition& into, AttributeId attribute, Relation relation,
                                double number) {
  cel::Condition::Part part;
  part.kind = cel::Condition::Kind::comparison;
  part.relation = relation;
  part.number = number;
  part.of = static_cast<std::uint32_t>(into.sums.size());
  into.sums.push_back({{attribute, 1.0}});
  return part;
}

std::optional<Relation> relation_of(cel::Compare compare) {
  switch (compare) {
    case cel::Compare::less:
      return Relation::less;
    case cel::Compare::less_equal:
      return Relation::less_equal;
    case cel::Compare::greater:
      return Relation::greater;
    case cel::Compare::greater_equal:
      return Relation::greater_equal;
    case cel::Compare::none:
      break;
  }
  return std::nullopt;
}

}  // namespace

std::optional<cel::Condition> equals(AttributeId attribute, const Value& value) {
  cel::Condition is;
  if (value.is_numeric()) {
    is.parts.push_back(comparison(is, attribute, Relation::equal, value.numeric()));
    return is;
  }
  auto& part = is.parts.emplace_back();
  part.of = static_cast<std::uint32_t>(attribute);
  if (value.kind() == ValueKind::text) {
    part.kind = cel::Condition::Kind::word;
    is.words.push_back(value.as_text());
    return is;
  }
  if (value.kind() != ValueKind::boolean) return std::nullopt;
  part.kind = cel::Condition::Kind::truth;
  if (value.as_bool()) return is;
  is.parts.insert(is.parts.begin(), cel::Condition::Part());
  is.parts.front().kind = cel::Condition::Kind::negation;
  is.parts.front().size = 2;
  return is;
}

bool is_level(const Rule& rule) {
  return rule.mode == RuleMode::enabled && !rule.when.empty() && !rule.extras->trigger;
}

Demands Regions::permitted(const Rule& rule, unsigned side) const {
  if (!rule.extras->while_) return {};
  return {{facts_.conditions.of(*rule.extras->while_), true, side}};
}

Demands Regions::start(const Rule& rule, unsigned side) const {
  Demands demands = permitted(rule, side);
  if (!rule.when.empty()) demands.push_back({facts_.conditions.of(rule.when), true, side});
  if (!rule.until.empty()) demands.push_back({facts_.conditions.of(rule.until), false, side});
  return demands;
}

Demands Regions::hold(const Rule& rule, unsigned side) const {
  Demands demands = permitted(rule, side);
  if (!rule.until.empty()) {
    demands.push_back({facts_.conditions.of(rule.until), false, side});
  } else if (!rule.when.empty() && !rule.extras->trigger) {
    demands.push_back({facts_.conditions.of(rule.when), true, side});
  }
  return demands;
}

Demands Regions::linger(const Rule& rule, unsigned side) const {
  const bool lingers = rule.off_delay > Millis(0) || rule.reset_by_ack;
  return lingers ? permitted(rule, side) : hold(rule, side);
}

Demands Regions::reached(const Interlock& lock, unsigned side) const {
  return {{facts_.conditions.of(lock.never), true, side}};
}

AttributeId Regions::axis(std::string name) {
  const auto id = static_cast<AttributeId>(kFirstOwnAxis + axes_.size());
  return axes_.emplace(std::move(name), id).first->second;
}

/// The local time of day lies between the two: minutes on one axis for all of them.
const cel::Condition* Regions::between(const cel::Signal& signal) {
  if (signal.inner.size() != 2) return nullptr;
  std::optional<int> ends[2];
  for (const std::size_t i : {0u, 1u}) {
    const auto text = signal.inner[i].value(NothingKnown());
    if (text && text->kind() == ValueKind::text) ends[i] = cel::parse_time_of_day(text->as_text());
    if (!ends[i]) return nullptr;
  }
  const AttributeId minutes = axis("time of day");
  cel::Condition& made = made_.emplace_back();
  made.parts.emplace_back().kind =
      *ends[0] < *ends[1] ? cel::Condition::Kind::all : cel::Condition::Kind::any;
  made.parts[0].size = 3;
  made.parts.push_back(comparison(made, minutes, Relation::greater_equal, *ends[0]));
  made.parts.push_back(comparison(made, minutes, Relation::less, *ends[1]));
  return &made;
}

/// What moves all the time against a constant: `sun.elevation < 6`.
const cel::Condition* Regions::compared(const cel::Signal& signal) {
  const auto relation = relation_of(signal.compare);
  if (!relation) return nullptr;
  double limit = static_cast<double>(signal.window.count());
  if (!signal.inner.empty()) {
    const auto constant = signal.inner[0].value(NothingKnown());
    if (!constant || !constant->is_numeric()) return nullptr;
    limit = constant->numeric();
  }
  std::string name = std::to_string(static_cast<int>(signal.kind)) + signal.word;
  if (signal.of) name += "#" + std::to_string(index(*signal.of));
  const AttributeId moves = axis(std::move(name));
  cel::Condition& made = made_.emplace_back();
  made.parts.push_back(comparison(made, moves, *relation, limit));
  return &made;
}

Demands Regions::said_by(const cel::Signal& signal, bool is) {
  if (signal.kind == SignalKind::true_for && is && !signal.inner.empty()) {
    return {{facts_.conditions.of(signal.inner[0]), true}};
  }
  if (signal.kind == SignalKind::active && is) {
    const Rule* const rule = facts_.set.find(signal.word);
    return rule == nullptr ? Demands() : linger(*rule);
  }
  const bool day = signal.kind == SignalKind::between;
  if (!day && signal.compare == cel::Compare::none) return {};
  const auto [known, fresh] = of_signals_.try_emplace(signal.id, nullptr);
  if (fresh) known->second = day ? between(signal) : compared(signal);
  if (known->second == nullptr) return {};
  return {{known->second, is}};
}

Demands Regions::implied(AttributeId attribute, bool is) {
  const cel::Signal* const signal = facts_.signal(attribute);
  return signal == nullptr ? Demands() : said_by(*signal, is);
}

}  // namespace attune::rules
