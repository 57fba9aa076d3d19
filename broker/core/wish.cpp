#include "broker/core/wish.h"

#include <cmath>
#include <utility>

#include "broker/core/fit.h"

namespace attune::core {

namespace {

using Found = Result<std::optional<Value>>;

Found value_of(const rules::Wanted& wanted, const AttributeInfo* info,
               const rules::StateView& view) {
  if (const Value* literal = std::get_if<Value>(&wanted)) return std::optional(*literal);
  const auto value = std::get<cel::Expression>(wanted).value(view);
  if (!value || info == nullptr) return value;
  auto fitting = fit(*info, *value);
  if (!fitting) return fitting.error();
  return std::optional(std::move(*fitting));
}

/// A bound that is not known stays where it was; where it never was, the range is not known.
Found bound_of(const std::optional<rules::Wanted>& bound, const AttributeInfo* info,
               const rules::StateView& view, const Value* before) {
  if (!bound) return std::optional(Value());
  Found found = value_of(*bound, info, view);
  if (!found || *found || before == nullptr || !before->has_value()) return found;
  return std::optional(*before);
}

bool is_within(double deadband, const Value& now, const Value& before) {
  return deadband > 0 && now.is_numeric() && before.is_numeric() &&
         std::abs(now.numeric() - before.numeric()) < deadband;
}

}  // namespace

Wish wish_of(const Claim& claim) {
  return {claim.value, claim.min, claim.max};
}

Result<std::optional<Wish>> evaluate(const rules::Want& want, const AttributeInfo* info,
                                     const rules::StateView& view, const Claim* current) {
  if (!want.is_range()) {
    Found value = value_of(want.value, info, view);
    if (!value) return value.error();
    if (!*value) return std::optional<Wish>();
    if (current != nullptr && is_within(want.leeway->deadband, **value, current->value)) {
      return std::optional(wish_of(*current));
    }
    return std::optional(Wish{std::move(**value)});
  }
  Found min = bound_of(want.leeway->min, info, view, current == nullptr ? nullptr : &current->min);
  if (!min) return min.error();
  Found max = bound_of(want.leeway->max, info, view, current == nullptr ? nullptr : &current->max);
  if (!max) return max.error();
  if (!*min || !*max) return std::optional<Wish>();
  return std::optional(Wish{Value(), std::move(**min), std::move(**max)});
}

}  // namespace attune::core
