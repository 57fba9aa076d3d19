#include "broker/core/moments.h"

#include "broker/core/calendar.h"
#include "broker/core/sun.h"
#include "rules/cel/signal.h"

namespace attune::core {

namespace {

constexpr int kDaysMax = 8;  // a weekday comes again within them

std::optional<int> minutes_of(const rules::ByClock& clock, const rules::StateView& view) {
  if (const int* minutes = std::get_if<int>(&clock.at)) return *minutes;
  const Value& value = view.value(std::get<AttributeId>(clock.at));
  if (value.kind() != ValueKind::text) return std::nullopt;
  return cel::parse_time_of_day(value.as_text());
}

std::optional<Millis> next_of(const rules::ByClock& clock, const Site& site, Millis wall,
                              const rules::StateView& view) {
  const auto minutes = minutes_of(clock, view);
  if (!minutes) return std::nullopt;
  for (int day = 0; day < kDaysMax; ++day) {
    wall = next_time_of_day(site.zone, wall, *minutes);
    if ((clock.days >> site.zone.at(wall).weekday & 1) != 0) return wall;
  }
  return std::nullopt;
}

std::optional<Millis> next_of(const rules::BySun& sun, const Site& site, Millis wall) {
  if (!site.place) return std::nullopt;
  const auto is_up = [](const SunPosition& at) { return at.up(); };
  Millis from = wall - sun.offset;
  for (int flip = 0; flip < 2; ++flip) {
    const auto next = next_flip(*site.place, from, is_up);
    if (!next) return std::nullopt;
    if (is_up(sun_at(*site.place, *next)) == sun.rising) return *next + sun.offset;
    from = *next;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Millis> next_moment(const rules::Trigger& trigger, const Site& site, Millis wall,
                                  const rules::StateView& view) {
  if (const auto* clock = std::get_if<rules::ByClock>(&trigger.of)) {
    return next_of(*clock, site, wall, view);
  }
  if (const auto* sun = std::get_if<rules::BySun>(&trigger.of)) return next_of(*sun, site, wall);
  if (const auto* interval = std::get_if<rules::ByInterval>(&trigger.of)) {
    // Whole multiples: the same moments whenever the rules were loaded.
    return (wall / interval->every + 1) * interval->every;
  }
  return std::nullopt;
}

}  // namespace attune::core
