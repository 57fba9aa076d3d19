#pragma once
#include <string_view>

#include "rules/cel/zone.h"

/// Local time, and when it next changes. Moments are wall time: UTC since 1970.
///
/// Determinism: a function of the zone and the moment.
namespace attune::core {

/// `mon` .. `sun`.
[[nodiscard]] std::string_view weekday_name(const cel::LocalTime& local);

/// The first moment after `wall` at which the local clock shows `minutes` since midnight, today or
/// a later day; skipped and repeated times as Zone::moment says.
[[nodiscard]] Millis next_time_of_day(const cel::Zone& zone, Millis wall, int minutes);

/// Whether the local time lies in [begin, end), minutes since midnight, over midnight when end is
/// before begin, and all day when they are equal.
[[nodiscard]] bool lies_between(const cel::Zone& zone, Millis wall, int begin, int end);

/// The first moment after `wall` at which `word` (year, month, day, hour, minute, weekday) may
/// change; never later than that.
[[nodiscard]] Millis next_change(const cel::Zone& zone, Millis wall, std::string_view word);

}  // namespace attune::core
