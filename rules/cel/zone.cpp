#include "rules/cel/zone.h"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <string>

namespace attune::cel {

struct Zone::Rules {
  cctz::time_zone zone;
};

namespace {

using Seconds = std::chrono::time_point<std::chrono::system_clock, cctz::seconds>;

Seconds seconds_of(Millis wall) {
  return Seconds(std::chrono::floor<cctz::seconds>(wall));
}

/// 0: Sunday.
int number_of(cctz::weekday day) {
  return (static_cast<int>(day) + 1) % 7;
}

}  // namespace

Zone::Zone() : rules_(std::make_shared<const Rules>(Rules{cctz::utc_time_zone()})) {}

std::optional<Zone> Zone::find(std::string_view name) {
  Rules rules;
  if (!cctz::load_time_zone(std::string(name), &rules.zone)) return std::nullopt;
  Zone zone;
  zone.rules_ = std::make_shared<const Rules>(rules);
  return zone;
}

LocalTime Zone::at(Millis wall) const {
  const cctz::civil_second civil = cctz::convert(seconds_of(wall), rules_->zone);
  return {static_cast<int>(civil.year()),
          civil.month(),
          civil.day(),
          civil.hour(),
          civil.minute(),
          civil.second(),
          number_of(cctz::get_weekday(cctz::civil_day(civil)))};
}

Millis Zone::moment(const LocalTime& local) const {
  const cctz::civil_second civil(local.year, local.month, local.day, local.hour, local.minute,
                                 local.second);
  return std::chrono::duration_cast<Millis>(cctz::convert(civil, rules_->zone).time_since_epoch());
}

}  // namespace attune::cel
