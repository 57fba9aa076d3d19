#include "rules/check/box.h"

#include <algorithm>
#include <cmath>

namespace attune::rules {

namespace {

using Part = cel::Condition::Part;
using PartKind = cel::Condition::Kind;
using Relation = cel::Condition::Relation;

Relation opposite(Relation relation) {
  switch (relation) {
    case Relation::less:
      return Relation::greater_equal;
    case Relation::less_equal:
      return Relation::greater;
    case Relation::greater_equal:
      return Relation::less;
    case Relation::greater:
      return Relation::less_equal;
    case Relation::equal:
      break;
  }
  return Relation::equal;
}

Axis::Kind kind_of(PartKind kind) {
  switch (kind) {
    case PartKind::truth:
      return Axis::Kind::truth;
    case PartKind::word:
      return Axis::Kind::word;
    case PartKind::comparison:
      return Axis::Kind::number;
    default:
      return Axis::Kind::opaque;
  }
}

Axis make_axis(const cel::Condition& condition, const Part& part) {
  Axis axis;
  axis.kind = kind_of(part.kind);
  if (axis.kind == Axis::Kind::opaque) {
    axis.question = &condition.opaques[part.of];
  } else if (axis.kind == Axis::Kind::number) {
    const cel::Sum& sum = condition.sums[part.of];
    axis.attribute = sum.front().first;
    axis.sum = sum.size() > 1 ? &sum : nullptr;
  } else {
    axis.attribute = static_cast<AttributeId>(part.of);
  }
  return axis;
}

bool same_axis(const Axis& a, const Axis& b) {
  if (a.kind != b.kind) return false;
  if (a.kind == Axis::Kind::opaque) return a.question->text == b.question->text;
  if (a.sum == nullptr || b.sum == nullptr) return a.sum == b.sum && a.attribute == b.attribute;
  return *a.sum == *b.sum;
}

bool narrow_truth(Axis& axis, bool wanted) {
  (wanted ? axis.may_be_false : axis.may_be_true) = false;
  return axis.may_be_true || axis.may_be_false;
}

}  // namespace

void Interval::keep(Relation relation, double number, bool wanted) {
  if (relation == Relation::equal && !wanted) return without.push_back(number);
  const Relation kept = wanted ? relation : opposite(relation);
  const bool open = kept == Relation::less || kept == Relation::greater;
  if (kept != Relation::greater && kept != Relation::greater_equal && number <= high) {
    high_open = open || (number == high && high_open);
    high = number;
  }
  if (kept != Relation::less && kept != Relation::less_equal && number >= low) {
    low_open = open || (number == low && low_open);
    low = number;
  }
  if (kept != Relation::equal || (number >= low && number <= high)) return;
  low = 1;  // an `equal` beside the interval leaves nothing
  high = 0;
}

bool Interval::is_empty(const std::optional<Range>& range) const {
  const double from = range ? std::max(low, range->min) : low;
  const double to = range ? std::min(high, range->max) : high;
  if (from != to) return from > to;
  return !contains(from);
}

bool Interval::contains(double number) const {
  if (low_open ? number <= low : number < low) return false;
  if (high_open ? number >= high : number > high) return false;
  return std::find(without.begin(), without.end(), number) == without.end();
}

std::optional<double> Interval::pick(const std::optional<Range>& range) const {
  Interval all = *this;
  if (range) {
    all.keep(Relation::greater_equal, range->min, true);
    all.keep(Relation::less_equal, range->max, true);
  }
  const bool from_below = std::isfinite(low) && (!range || low >= range->min);
  std::vector<double> candidates;
  if (from_below) candidates = {all.low, std::floor(all.low) + 1, std::floor(all.low) + 2};
  if (!from_below && std::isfinite(all.high)) {
    candidates = {all.high, std::ceil(all.high) - 1, std::ceil(all.high) - 2};
  }
  if (std::isfinite(all.low) && std::isfinite(all.high)) {
    const double width = all.high - all.low;
    for (const double part : {0.5, 0.25, 0.75, 0.125, 0.875}) {
      candidates.push_back(all.low + width * part);
    }
  } else if (candidates.empty()) {
    candidates = {0, 1, 2, 3};
  }
  for (double extra = 3; extra < 8; ++extra) {
    if (std::isfinite(all.low)) candidates.push_back(all.low + extra);
    if (std::isfinite(all.high)) candidates.push_back(all.high - extra);
  }
  for (const double candidate : candidates) {
    if (all.contains(candidate)) return candidate;
  }
  return std::nullopt;
}

const Value* State::find(AttributeId attribute) const {
  for (const auto& [id, value] : values) {
    if (id == attribute) return &value;
  }
  return nullptr;
}

std::size_t Box::axis_of(const cel::Condition& condition, const Part& part) {
  Axis wanted = make_axis(condition, part);
  const auto found = std::find_if(axes_.begin(), axes_.end(),
                                  [&](const Axis& axis) { return same_axis(axis, wanted); });
  const auto at = static_cast<std::size_t>(found - axes_.begin());
  if (found == axes_.end()) {
    trail_.emplace_back(at, std::nullopt);
    axes_.push_back(std::move(wanted));
  } else {
    trail_.emplace_back(at, *found);
  }
  return at;
}

void Box::undo(std::size_t mark) {
  while (trail_.size() > mark) {
    auto& [at, before] = trail_.back();
    if (before) {
      axes_[at] = std::move(*before);
    } else {
      axes_.pop_back();
    }
    trail_.pop_back();
  }
}

bool Box::narrow_word(Axis& axis, const std::string& word, bool wanted) const {
  auto& others = axis.other_words;
  if (!wanted) others.push_back(word);
  if (wanted && axis.word && *axis.word != word) return false;
  if (wanted) axis.word = word;
  if (axis.word) return std::find(others.begin(), others.end(), *axis.word) == others.end();
  const AttributeInfo* const info = facts_.info(axis.attribute);
  if (info == nullptr || info->values.empty() || info->type != ValueType::enumeration) return true;
  return std::any_of(info->values.begin(), info->values.end(), [&](const std::string& value) {
    return std::find(others.begin(), others.end(), value) == others.end();
  });
}

bool Box::narrow(const cel::Condition& condition, const Part& part, bool wanted, unsigned side) {
  Axis& axis = axes_[axis_of(condition, part)];
  axis.sides |= side;
  if (axis.kind == Axis::Kind::truth || axis.kind == Axis::Kind::opaque) {
    return narrow_truth(axis, wanted);
  }
  if (axis.kind == Axis::Kind::word) return narrow_word(axis, condition.words[part.word], wanted);
  axis.numbers.keep(part.relation, part.number, wanted);
  return !axis.numbers.is_empty(axis.sum == nullptr ? range_of(axis.attribute) : std::nullopt);
}

std::optional<Range> Box::range_of(AttributeId attribute) const {
  const AttributeInfo* const info = facts_.info(attribute);
  return info == nullptr ? std::nullopt : info->range;
}

bool Box::is_vague() const {
  return std::any_of(axes_.begin(), axes_.end(),
                     [](const Axis& axis) { return axis.kind == Axis::Kind::opaque; });
}

Value Box::pick(const Axis& axis) const {
  if (axis.kind == Axis::Kind::truth) return {axis.may_be_true};
  if (axis.kind == Axis::Kind::number) {
    const auto number = axis.numbers.pick(range_of(axis.attribute));
    if (number) return {*number};
    return {};
  }
  if (axis.word) return {*axis.word};
  const AttributeInfo* const info = facts_.info(axis.attribute);
  if (info == nullptr) return {};
  for (const std::string& value : info->values) {
    const auto& others = axis.other_words;
    if (std::find(others.begin(), others.end(), value) == others.end()) return {value};
  }
  return {};
}

double Box::usual(AttributeId attribute) const {
  const auto range = range_of(attribute);
  if (!range) return 20;
  return std::clamp(20.0, range->min, range->max);
}

/// Gives values to the attributes of a sum that have none yet, so that the sum fits.
bool Box::solve_sum(const Axis& axis, State& state) const {
  const auto total = axis.numbers.pick(std::nullopt);
  if (!total) return false;
  double sum = 0;
  const std::pair<AttributeId, double>* open = nullptr;
  for (const auto& entry : *axis.sum) {
    const Value* known = state.find(entry.first);
    if (known != nullptr && !known->is_numeric()) return false;
    if (known != nullptr) {
      sum += entry.second * known->numeric();
    } else if (open == nullptr) {
      open = &entry;
    } else {
      state.values.emplace_back(entry.first, usual(entry.first));
      sum += entry.second * usual(entry.first);
    }
  }
  if (open == nullptr) return axis.numbers.contains(sum);
  const double value = (*total - sum) / open->second;
  const auto range = range_of(open->first);
  if (range && (value < range->min || value > range->max)) return false;
  state.values.emplace_back(open->first, value);
  return axis.numbers.contains(sum + value * open->second);
}

std::optional<State> Box::pick() const {
  State state;
  for (const Axis& axis : axes_) {
    if (axis.kind == Axis::Kind::opaque || axis.sum != nullptr) continue;
    Value value = pick(axis);
    if (value.has_value()) state.values.emplace_back(axis.attribute, std::move(value));
  }
  for (const Axis& axis : axes_) {
    if (axis.sum != nullptr && !solve_sum(axis, state)) return std::nullopt;
  }
  return state;
}

}  // namespace attune::rules
