#include "rules/check/search.h"

#include <algorithm>

namespace attune::rules {

namespace {

using Kind = cel::Condition::Kind;

constexpr std::size_t kImpliedDepthMax = 4;

}  // namespace

Answer Search::together(const Demands& demands) {
  meeting_ = 0;
  return run(demands);
}

Answer Search::meet_on_a_number(const Demands& demands, unsigned sides) {
  meeting_ = sides;
  meeting_at_.reset();
  return run(demands);
}

Answer Search::meet_at(AttributeId attribute, const Demands& demands, unsigned sides) {
  meeting_ = sides;
  meeting_at_ = attribute;
  return run(demands);
}

Answer Search::run(const Demands& demands) {
  answer_ = {};
  if (is_spent()) return {Answer::Is::maybe, {}};
  goals_.clear();
  choices_.clear();
  box_.undo(0);
  steps_ = 0;
  bool blind = false;
  for (const Demand& demand : demands) {
    blind = blind || demand.condition == nullptr;
    if (demand.condition != nullptr) {
      goals_.push_back({demand.condition, 0, demand.wanted, demand.side});
    }
  }
  const bool found = solve(0, 0);
  spent_ += steps_;
  if (!found && steps_ > kSearchStepsMax) answer_.is = Answer::Is::maybe;
  if (blind && answer_.is == Answer::Is::yes) answer_.is = Answer::Is::maybe;
  return std::move(answer_);
}

/// All goals from `goal` on, then the choices from `choice` on.
bool Search::solve(std::size_t goal, std::size_t choice) {
  if (++steps_ > kSearchStepsMax) return false;
  if (goal < goals_.size()) return solve_part(Goal(goals_[goal]), goal + 1, choice);
  if (choice < choices_.size()) return choose(goal, choice);
  return accept();
}

bool Search::solve_part(const Goal& goal, std::size_t next, std::size_t choice) {
  const auto& part = goal.condition->parts[goal.at];
  switch (part.kind) {
    case Kind::constant:
      return part.value == goal.wanted && solve(next, choice);
    case Kind::negation: {
      goals_.push_back({goal.condition, goal.at + 1, !goal.wanted, goal.side});
      const bool found = solve(next, choice);
      goals_.pop_back();
      return found;
    }
    case Kind::all:
    case Kind::any: {
      if ((part.kind == Kind::all) == goal.wanted) return solve_all(goal, next, choice);
      choices_.push_back(goal);
      const bool found = solve(next, choice);
      choices_.pop_back();
      return found;
    }
    default:
      return solve_leaf(goal, next, choice);
  }
}

bool Search::solve_all(const Goal& goal, std::size_t next, std::size_t choice) {
  const std::size_t before = goals_.size();
  const auto& parts = goal.condition->parts;
  const std::uint32_t end = goal.at + parts[goal.at].size;
  for (std::uint32_t at = goal.at + 1; at < end; at += parts[at].size) {
    goals_.push_back({goal.condition, at, goal.wanted, goal.side});
  }
  const bool found = solve(next, choice);
  goals_.resize(before, goal);
  return found;
}

bool Search::solve_leaf(const Goal& goal, std::size_t next, std::size_t choice) {
  const auto& part = goal.condition->parts[goal.at];
  const std::size_t mark = box_.mark();
  const std::size_t before = goals_.size();
  bool found = box_.narrow(*goal.condition, part, goal.wanted, goal.side);
  if (found) {
    const bool implies = part.kind == Kind::truth && implied_;
    if (implies) add_implied(goal, static_cast<AttributeId>(part.of));
    implied_depth_ += implies ? 1 : 0;
    found = solve(next, choice);
    implied_depth_ -= implies ? 1 : 0;
  }
  goals_.resize(before, goal);
  box_.undo(mark);
  return found;
}

void Search::add_implied(const Goal& goal, AttributeId attribute) {
  if (implied_depth_ >= kImpliedDepthMax) return;
  for (const Demand& demand : implied_(attribute, goal.wanted)) {
    if (demand.condition == nullptr) continue;
    goals_.push_back({demand.condition, 0, demand.wanted, goal.side});
  }
}

bool Search::choose(std::size_t goal, std::size_t choice) {
  const Goal open = choices_[choice];
  const auto& parts = open.condition->parts;
  const std::uint32_t end = open.at + parts[open.at].size;
  for (std::uint32_t at = open.at + 1; at < end; at += parts[at].size) {
    goals_.push_back({open.condition, at, open.wanted, open.side});
    const bool found = solve(goal, choice + 1);
    goals_.pop_back();
    if (found) return true;
  }
  return false;
}

bool Search::is_met() const {
  const auto meets = [&](const Axis& axis) {
    if ((axis.sides & meeting_) != meeting_ || axis.kind == Axis::Kind::opaque) return false;
    if (meeting_at_) return axis.sum == nullptr && axis.attribute == *meeting_at_;
    return axis.kind == Axis::Kind::number;
  };
  const auto& axes = box_.axes();
  return meeting_ == 0 || std::any_of(axes.begin(), axes.end(), meets);
}

/// A box in which all hold. Goes on searching when it shows no state for sure.
bool Search::accept() {
  if (!is_met()) return false;
  auto state = box_.pick();
  const bool sure = state.has_value() && !box_.is_vague();
  if (sure || answer_.is == Answer::Is::no) {
    answer_.is = sure ? Answer::Is::yes : Answer::Is::maybe;
    answer_.state = state ? std::move(*state) : State{};
  }
  return sure;
}

}  // namespace attune::rules
