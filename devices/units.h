#pragma once
#include <optional>
#include <string_view>

/// Units by their UCUM codes, and what leads from one to another.
namespace attune::devices {

/// to = from * multiply / divide + add. Two numbers, so that mV -> V divides by exactly 1000.
struct Conversion {
  double multiply = 1;
  double divide = 1;
  double add = 0;
  [[nodiscard]] double apply(double from) const { return from * multiply / divide + add; }
  [[nodiscard]] double undo(double to) const { return (to - add) * divide / multiply; }
  [[nodiscard]] bool is_identity() const { return multiply == divide && add == 0; }
};

/// Empty when the units are of different kinds, or one is unknown and they are not equal.
[[nodiscard]] std::optional<Conversion> convert(std::string_view from, std::string_view to);

/// `value` without the noise of a conversion: rounded to 6 decimals.
[[nodiscard]] double without_noise(double value);

}  // namespace attune::devices
