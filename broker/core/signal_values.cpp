#include <algorithm>
#include <cmath>

#include "broker/core/calendar.h"
#include "broker/core/signals.h"
#include "broker/core/sun.h"
#include "rules/machine.h"

// What each kind of signal is at this moment, and when it must be looked at again.
namespace attune::core {

namespace {

using cel::Compare;
using cel::SignalKind;

constexpr Millis kMinute = std::chrono::minutes(1);
constexpr Millis kDay = std::chrono::hours(24);

bool holds(double a, Compare compare, double b) {
  switch (compare) {
    case Compare::none:
      return false;
    case Compare::less:
      return a < b;
    case Compare::less_equal:
      return a <= b;
    case Compare::greater:
      return a > b;
    case Compare::greater_equal:
      return a >= b;
  }
  return false;
}

/// How often an average is computed anew.
Millis period(Millis window) {
  return std::clamp<Millis>(window / 300, std::chrono::seconds(1), kMinute);
}

Millis grid(Millis at, Millis step) {
  return step * (at / step);
}

std::int64_t field(const cel::LocalTime& local, std::string_view word) {
  if (word == "year") return local.year;
  if (word == "month") return local.month;
  if (word == "day") return local.day;
  return word == "hour" ? local.hour : local.minute;
}

}  // namespace

Millis Signals::steady_of(Millis wall) const {
  return journal_.now().steady + (wall - journal_.now().wall);
}

Signals::Answer Signals::answer(std::uint32_t at, const Because& because) {
  const cel::Signal& signal = all()[at];
  switch (signal.kind) {
    case SignalKind::true_for:
      return true_for(at, because);
    case SignalKind::unchanged_for:
      if (!image_.value(*signal.of).has_value()) return {};
      return lasting(signal, image_.at(*signal.of).since);
    case SignalKind::seen_ago:
      return lasting(signal, memory_[at].since);
    case SignalKind::known:
      return {image_.value(*signal.of).has_value(), {}};
    case SignalKind::past:
      return past(at);
    case SignalKind::avg:
      return average(at);
    case SignalKind::active:
      return active(signal);
    case SignalKind::wanted:
      return {image_.at(*signal.of).desired, {}};
    case SignalKind::diverged:
      return {ledger_.diverged(*signal.of), {}};
    case SignalKind::online: {
      const DeviceIndex device = catalog_.table().device_of(*signal.of);
      return {image_.device(device).availability != Availability::offline, {}};
    }
    case SignalKind::between:
      return between(signal);
    case SignalKind::weekday:
    case SignalKind::local:
      return clock(signal);
    case SignalKind::sun:
      return signal.compare == Compare::none ? sun(signal) : sun_against(signal);
  }
  return {};
}

/// An unknown condition is no true one: the time begins again.
Signals::Answer Signals::true_for(std::uint32_t at, const Because& because) {
  const cel::Signal& signal = all()[at];
  Memory& memory = memory_[at];
  const cel::Truth truth = signal.inner[0].truth(image_);
  const bool holds = truth == cel::Truth::yes;
  if (holds != memory.since.has_value()) {
    memory.since = holds ? std::optional(journal_.now()) : std::nullopt;
    memory.revision = because.cause.parent;
    memory.context = because.context;
    keep(signal, memory);
  }
  if (truth == cel::Truth::no) return {false, {}};
  if (!holds) return {};
  const Millis due = memory.since->steady + signal.window;
  if (due <= journal_.now().steady) return {true, {}};
  return {false, due};
}

/// A duration by itself is a value of whole minutes.
Signals::Answer Signals::lasting(const cel::Signal& signal,
                                 const std::optional<Instant>& since) const {
  if (!since) return {};
  const Millis now = journal_.now().steady;
  if (signal.compare == Compare::none) {
    const Millis shown = std::max(Millis(0), grid(now - since->steady, kMinute));
    return {Value(static_cast<std::int64_t>(shown.count())), since->steady + shown + kMinute};
  }
  const bool after = signal.compare == Compare::greater || signal.compare == Compare::less_equal;
  const bool wants_long =
      signal.compare == Compare::greater || signal.compare == Compare::greater_equal;
  const Millis flip = since->steady + signal.window + Millis(after ? 1 : 0);
  const bool flipped = now >= flip;
  return {flipped == wants_long, flipped ? std::nullopt : std::optional(flip)};
}

Signals::Answer Signals::past(std::uint32_t at) {
  const cel::Signal& signal = all()[at];
  const Millis now = journal_.now().steady;
  push(at, now, image_.value(*signal.of));
  const Series& series = *memory_[at].series;
  return {series.past(now), series.next_past(now)};
}

/// Of the window that ends at the last full period: so that it is the same whenever it is asked.
Signals::Answer Signals::average(std::uint32_t at) {
  const cel::Signal& signal = all()[at];
  const Millis now = journal_.now().steady;
  const auto value = signal.inner[0].value(image_);
  push(at, now, value && value->is_numeric() ? Value(value->numeric()) : Value());
  const Series& series = *memory_[at].series;
  const Millis step = period(signal.window);
  const auto mean = series.mean(grid(now, step));
  Answer out;
  if (mean && std::isfinite(*mean)) out.value = *mean;
  if (series.pieces().size() > 1) out.due = grid(now, step) + step;
  return out;
}

Signals::Answer Signals::active(const cel::Signal& signal) const {
  const auto rules = rules_.set().all_of(signal.word);
  return {std::any_of(
              rules.begin(), rules.end(),
              [&](std::uint32_t rule) { return rules::holds_claims(rules_.at(rule).state.phase); }),
          {}};
}

Signals::Answer Signals::between(const cel::Signal& signal) const {
  const auto minutes = [&](const cel::Expression& expression) -> std::optional<int> {
    const auto value = expression.value(image_);
    if (!value || value->kind() != ValueKind::text) return std::nullopt;
    return cel::parse_time_of_day(value->as_text());
  };
  const auto begin = minutes(signal.inner[0]);
  const auto end = minutes(signal.inner[1]);
  if (!begin || !end) return {};
  const Millis wall = journal_.now().wall;
  const Millis next = std::min(next_time_of_day(site_.zone, wall, *begin),
                               next_time_of_day(site_.zone, wall, *end));
  // a clock that is set changes the answer at midnight at the latest
  const Millis midnight = next_time_of_day(site_.zone, wall, 0);
  return {lies_between(site_.zone, wall, *begin, *end), steady_of(std::min(next, midnight))};
}

Signals::Answer Signals::clock(const cel::Signal& signal) const {
  const Millis wall = journal_.now().wall;
  const cel::LocalTime local = site_.zone.at(wall);
  const Millis due = steady_of(next_change(site_.zone, wall, signal.word));
  if (signal.kind == SignalKind::weekday) return {Value(weekday_name(local)), due};
  return {Value(field(local, signal.word)), due};
}

/// Elevation and azimuth by themselves are those of the last full minute.
Signals::Answer Signals::sun(const cel::Signal& signal) const {
  if (!site_.place) return {};
  const Millis wall = journal_.now().wall;
  if (signal.word == "up") {
    const auto flip = next_flip(*site_.place, wall, [](const SunPosition& at) { return at.up(); });
    return {sun_at(*site_.place, wall).up(), steady_of(flip.value_or(wall + kDay))};
  }
  const Millis minute = grid(wall, kMinute);
  const SunPosition at = sun_at(*site_.place, minute);
  return {signal.word == "elevation" ? at.elevation : at.azimuth, steady_of(minute + kMinute)};
}

Signals::Answer Signals::sun_against(const cel::Signal& signal) const {
  const auto against = signal.inner[0].value(image_);
  if (!site_.place || !against || !against->is_numeric()) return {};
  const bool elevation = signal.word == "elevation";
  const SunTest test = [&](const SunPosition& at) {
    return holds(elevation ? at.elevation : at.azimuth, signal.compare, against->numeric());
  };
  const Millis wall = journal_.now().wall;
  const auto flip = next_flip(*site_.place, wall, test);
  return {test(sun_at(*site_.place, wall)), steady_of(flip.value_or(wall + kDay))};
}

}  // namespace attune::core
