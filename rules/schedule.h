#pragma once
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "devices/model/device.h"
#include "devices/model/result.h"
#include "rules/cel/zone.h"

/// What a setting of type schedule is in the course of a week.
namespace attune::rules {

class Schedule {
 public:
  /// One line of a plan as it is written: `mon-fri`, `05:30`, and the value from then on.
  struct Line {
    std::string days;
    std::string time;
    Value value;
  };
  /// Error "plan": no such day or time, a moment twice, or no line at all.
  [[nodiscard]] static Result<Schedule> make(const std::vector<Line>& lines);

  /// What it is at a moment: what the last line before it says.
  [[nodiscard]] const Value& at(const cel::Zone& zone, Millis wall) const;
  /// The first moment after `wall` at which a line begins.
  [[nodiscard]] Millis next(const cel::Zone& zone, Millis wall) const;

  /// As JSON, the same for the same plan: `{"mon":{"05:30":22},..}`.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] std::vector<Value> values() const;
  friend bool operator==(const Schedule&, const Schedule&) = default;

 private:
  using Day = std::vector<std::pair<int, Value>>;  ///< minutes since midnight, ascending
  std::array<Day, 7> days_;                        ///< 0: Sunday
};

}  // namespace attune::rules
