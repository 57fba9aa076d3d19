#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "devices/model/ids.h"
#include "devices/model/instant.h"
#include "rules/cel/expression.h"

/// What begins a rule at an instant rather than while it holds.
namespace attune::rules {

/// A condition over momentary events of devices: `button.event == 'double'`.
struct ByEvent {
  cel::Expression condition;
  std::vector<AttributeId> events;  ///< those that it reads, ascending
};
/// `rises(c)`, `falls(c)`.
struct ByEdge {
  cel::Expression condition;
  bool rising = true;
};
/// `{at: '07:00', days: [mon]}`.
struct ByClock {
  std::variant<int, AttributeId> at;  ///< minutes since local midnight, or a setting of type time
  std::uint8_t days = 0x7f;           ///< bit n: weekday n, 0 is Sunday
};
/// `{sun: rise, offset: -30m}`.
struct BySun {
  bool rising = true;
  Millis offset{0};
};
/// `{every: 15m}`.
struct ByInterval {
  Millis every{0};
};

struct Trigger {
  std::string text;  ///< for people
  std::variant<ByEvent, ByEdge, ByClock, BySun, ByInterval> of;
  /// A moment that was missed is made up for this long. Enough for a restart when nothing is said.
  Millis late{std::chrono::minutes(1)};
  [[nodiscard]] bool is_timed() const { return of.index() >= 2; }
};

/// `toggle` and `cycle`: what stands there decides what is written.
struct Turn {
  AttributeId attribute{};
  std::vector<Value> values;  ///< after the last comes the first
};

}  // namespace attune::rules
