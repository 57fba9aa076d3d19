#pragma once
#include <optional>
#include <string>

#include "devices/model/records.h"
#include "devices/model/result.h"
#include "rules/rule_set.h"

/// What a rule's `want` comes to now.
namespace attune::core {

/// A value, or the bounds of a range; each in the attribute's declared type.
struct Wish {
  Value value;  ///< none: a range
  Value min{};
  Value max{};
  friend bool operator==(const Wish&, const Wish&) = default;
};

[[nodiscard]] Wish wish_of(const Claim& claim);

/// What `want` comes to. Empty where it is not known: what `current`, the claim that stands for it
/// (null: none), wants stays. A live value that has moved by less than the deadband stays too.
/// Errors: those of fit().
[[nodiscard]] Result<std::optional<Wish>> evaluate(const rules::Want& want,
                                                   const AttributeInfo* info,
                                                   const rules::StateView& view,
                                                   const Claim* current);

}  // namespace attune::core
