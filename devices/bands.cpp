#include "devices/bands.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <span>

namespace attune::devices {

namespace {

/// A band reaches up to `upto`; whether that edge still belongs to it is the scale's matter.
struct Band {
  std::string_view name;
  double upto;
};

struct Scale {
  std::string_view name;
  std::array<Band, 5> bands;
  bool edge_is_below;  ///< (0,34] rather than [0,34)
  double margin;       ///< of an edge; 0: 2 % of the smaller span beside it
  double floor;        ///< where the first band begins
};

constexpr double kOpen = std::numeric_limits<double>::infinity();

constexpr Scale kScales[] = {
    {"percent", {{{"off", 0}, {"low", 34}, {"medium", 75}, {"high", kOpen}}}, true, 2, 0},
    {"battery", {{{"critical", 10}, {"low", 20}, {"medium", 60}, {"high", kOpen}}}, true, 2, 0},
    {"illuminance",
     {{{"dark", 10}, {"dim", 200}, {"normal", 1000}, {"bright", kOpen}}},
     false,
     0,
     0},
    {"temperature",
     {{{"freezing", 0}, {"cold", 16}, {"comfortable", 26}, {"warm", 32}, {"hot", kOpen}}},
     false,
     0,
     -kOpen},
    {"humidity", {{{"dry", 30}, {"comfortable", 60}, {"humid", kOpen}}}, false, 2, 0},
    {"co2", {{{"good", 800}, {"moderate", 1200}, {"poor", 2000}, {"bad", kOpen}}}, false, 0, 0},
    {"pm25", {{{"good", 12}, {"moderate", 35.4}, {"poor", 55.4}, {"bad", kOpen}}}, true, 0, 0},
    {"voc_index", {{{"good", 150}, {"moderate", 250}, {"poor", 400}, {"bad", kOpen}}}, false, 0, 0},
    {"power",
     {{{"off", 0.5}, {"standby", 5}, {"low", 100}, {"medium", 1000}, {"high", kOpen}}},
     false,
     0,
     0},
};

std::size_t band_at(const Scale& scale, double value) {
  std::size_t i = 0;
  while (value > scale.bands[i].upto || (value == scale.bands[i].upto && !scale.edge_is_below)) ++i;
  return i;
}

/// How far past the edge between band `i` and the next a value must be.
double margin(const Scale& scale, std::size_t i) {
  const double edge = scale.bands[i].upto;
  if (scale.name == "percent" && edge == 0) return 0;
  if (scale.margin != 0) return scale.margin;
  const double low = i == 0 ? scale.floor : scale.bands[i - 1].upto;
  return 0.02 * std::min(edge - low, scale.bands[i + 1].upto - edge);
}

}  // namespace

std::string_view band(std::string_view scale_name, double value, std::string_view before) {
  const auto scale = std::ranges::find(kScales, scale_name, &Scale::name);
  if (scale == std::end(kScales)) return {};
  std::size_t now = band_at(*scale, value);
  const auto was = std::ranges::find(scale->bands, before, &Band::name);
  if (before.empty() || was == scale->bands.end()) return scale->bands[now].name;
  const auto old = static_cast<std::size_t>(was - scale->bands.begin());
  // Falling past an edge with a margin is rising past it with the opposite one.
  while (now < old && value > scale->bands[now].upto - margin(*scale, now)) ++now;
  while (now > old && value < scale->bands[now - 1].upto + margin(*scale, now - 1)) --now;
  return scale->bands[now].name;
}

}  // namespace attune::devices
