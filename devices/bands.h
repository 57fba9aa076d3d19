#pragma once
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

/// Numbers as people say them: 70 % is medium.
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
};
/// percent, battery, temperature, humidity, illuminance, co2, pm25, voc_index, power.
[[nodiscard]] std::span<const Scale> scales();

/// The band of `value` on a scale. A band is left only 2 % of a span (of percent: 2 points) past
/// its edge, so a value that trembles there does not flap; `before` is the band so far, or empty.
/// 0 on the percent scale is exact. Empty for an unknown scale.
[[nodiscard]] std::string_view band(std::string_view scale, double value, std::string_view before);

/// A band of a scale that somebody cut otherwise, in a devices file.
struct Cut {
  std::string name;
  double upto = 0;
};
/// The same on cuts of one's own, ascending: edges as on the percent scale, the last band open.
/// Empty without cuts.
[[nodiscard]] std::string_view band(std::span<const Cut> cuts, double value,
                                    std::string_view before);

}  // namespace attune::devices
