#pragma once
#include <optional>

#include "broker/core/site.h"
#include "rules/state_view.h"
#include "rules/trigger.h"

/// When a trigger by time comes next.
///
/// Determinism: a function of the trigger, the site, the moment and, where it names one, a setting.
namespace attune::core {

/// The first moment after `wall` (UTC since 1970). Empty: none is known, as of the sun in a polar
/// night or without a place, or of a setting without a value.
[[nodiscard]] std::optional<Millis> next_moment(const rules::Trigger& trigger, const Site& site,
                                                Millis wall, const rules::StateView& view);

}  // namespace attune::core
