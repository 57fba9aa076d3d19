#pragma once
#include <array>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Numbers as people say them: 70 % is medium, 28 °C is warm.
namespace attune::devices {

/// A band reaches up to `upto`; whether that edge still belongs to it is the scale's matter.
struct Band {
  std::string_view name;  ///< empty: the scale has ended
  double upto = 0;        ///< infinite for the last
};

struct Scale {
  std::string_view name;
  std::array<Band, 5> bands;
  bool edge_is_below;  ///< (0,34] rather than [0,34)
  double margin;       ///< of an edge; 0: 2 % of the smaller span beside it
  double floor;        ///< where the first band begins
  double top;          ///< where the last one ends; infinite: open
};
/// percent, battery, temperature, humidity, illuminance, co2, pm25, voc_index, power.
[[nodiscard]] std::span<const Scale> scales();
/// Null for an unknown one.
[[nodiscard]] const Scale* find_scale(std::string_view name);
/// The scale on which an attribute is said, with an endpoint or without; null: it has none.
[[nodiscard]] const Scale* scale_of(std::string_view attribute);

/// A band that somebody cut otherwise, in a devices file; the last one reaches on for ever.
struct Cut {
  std::string name;
  double upto = 0;
};
/// What a device has of its own, by scale; ascending.
using Cuts = std::map<std::string, std::vector<Cut>, std::less<>>;

/// The band of `value`. A band is left only 2 % of the smaller span beside an edge (of percent,
/// battery and humidity: 2 points) past that edge, so a value that trembles there does not flap;
/// `before` is the band so far, or empty. 0 on the percent scale is exact. `own` cuts, where there
/// are any, take the place of everybody's; their edges belong below or above as the scale's do.
[[nodiscard]] std::string_view band(const Scale& scale, std::span<const Cut> own, double value,
                                    std::string_view before);
/// The same as everybody has it. Empty for an unknown scale.
[[nodiscard]] std::string_view band(std::string_view scale, double value, std::string_view before);

}  // namespace attune::devices
