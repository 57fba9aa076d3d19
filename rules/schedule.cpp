#include "rules/schedule.h"

#include <algorithm>

#include "rules/cel/signal.h"

namespace attune::rules {

namespace {

constexpr std::array<std::string_view, 7> kDays = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

Error wrong(std::string message) {
  return {"plan", std::move(message)};
}

std::optional<std::size_t> day_of(std::string_view text) {
  const auto found = std::find(kDays.begin(), kDays.end(), text);
  if (found == kDays.end()) return std::nullopt;
  return static_cast<std::size_t>(found - kDays.begin());
}

/// `mon`, `mon-fri`, `sat-mon`; empty: it is none of these.
std::vector<std::size_t> days_of(std::string_view text) {
  const std::size_t dash = std::min(text.find('-'), text.size());
  const auto first = day_of(text.substr(0, dash));
  const auto last = dash == text.size() ? first : day_of(text.substr(dash + 1));
  if (!first || !last) return {};
  std::vector<std::size_t> days = {*first};
  for (std::size_t day = *first; day != *last; days.push_back(day)) day = (day + 1) % 7;
  return days;
}

std::string clock_text(int minutes) {
  const auto two = [](int number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  return two(minutes / 60) + ":" + two(minutes % 60);
}

int minutes_of(const cel::LocalTime& local) {
  return local.hour * 60 + local.minute;
}

}  // namespace

Result<Schedule> Schedule::make(const std::vector<Line>& lines) {
  Schedule plan;
  if (lines.empty()) return wrong("a schedule needs at least one line");
  for (const Line& line : lines) {
    const auto days = days_of(line.days);
    const auto minutes = cel::parse_time_of_day(line.time);
    if (days.empty()) return wrong("'" + line.days + "' names no days: write mon-fri, or sat");
    if (!minutes) return wrong("'" + line.time + "' is no time of day: write 05:30");
    for (const std::size_t day : days) {
      Day& of = plan.days_[day];
      const auto place =
          std::lower_bound(of.begin(), of.end(), *minutes,
                           [](const auto& known, int wanted) { return known.first < wanted; });
      if (place != of.end() && place->first == *minutes) {
        return wrong(std::string(kDays[day]) + " " + line.time + " is there twice");
      }
      of.insert(place, {*minutes, line.value});
    }
  }
  return plan;
}

const Value& Schedule::at(const cel::Zone& zone, Millis wall) const {
  const cel::LocalTime local = zone.at(wall);
  const Day& today = days_[static_cast<std::size_t>(local.weekday)];
  const auto later = std::find_if(today.begin(), today.end(),
                                  [&](const auto& line) { return line.first > minutes_of(local); });
  if (later != today.begin()) return std::prev(later)->second;
  for (std::size_t back = 1; back <= 7; ++back) {
    const Day& day = days_[(static_cast<std::size_t>(local.weekday) + 7 - back) % 7];
    if (!day.empty()) return day.back().second;
  }
  static const Value none;
  return none;  // make() leaves no plan empty
}

Millis Schedule::next(const cel::Zone& zone, Millis wall) const {
  const cel::LocalTime local = zone.at(wall);
  for (int ahead = 0; ahead <= 8; ++ahead) {
    for (const auto& [minutes, value] :
         days_[static_cast<std::size_t>(local.weekday + ahead) % 7]) {
      cel::LocalTime shown = local;
      shown.day += ahead;
      shown.hour = minutes / 60;
      shown.minute = minutes % 60;
      shown.second = 0;
      if (const Millis moment = zone.moment(shown); moment > wall) return moment;
    }
  }
  return wall + std::chrono::hours(24);  // make() leaves no plan empty
}

std::string Schedule::text() const {
  std::string out = "{";
  for (std::size_t n = 1; n <= 7; ++n) {
    const Day& day = days_[n % 7];
    if (day.empty()) continue;
    out += (out.size() > 1 ? ",\"" : "\"") + std::string(kDays[n % 7]) + "\":{";
    for (const auto& [minutes, value] : day) {
      out += (out.back() == '{' ? "\"" : ",\"") + clock_text(minutes) + "\":" + to_json(value);
    }
    out += "}";
  }
  return out + "}";
}

std::vector<Value> Schedule::values() const {
  std::vector<Value> all;
  for (const Day& day : days_) {
    for (const auto& [minutes, value] : day) all.push_back(value);
  }
  return all;
}

}  // namespace attune::rules
