#include "devices/bands.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <span>

namespace attune::devices {

namespace {

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

/// What is looked at of a scale.
struct Edges {
  std::span<const Band> bands;
  bool edge_is_below;
  double margin;
  double floor;
  bool zero_is_exact;
};

std::size_t band_at(const Edges& edges, double value) {
  std::size_t i = 0;
  const auto is_past = [&](double edge) {
    return value > edge || (value == edge && !edges.edge_is_below);
  };
  while (is_past(edges.bands[i].upto)) ++i;
  return i;
}

/// How far past the edge between band `i` and the next a value must be.
double margin(const Edges& edges, std::size_t i) {
  const double edge = edges.bands[i].upto;
  if (edges.zero_is_exact && edge == 0) return 0;
  if (edges.margin != 0) return edges.margin;
  const double low = i == 0 ? edges.floor : edges.bands[i - 1].upto;
  return 0.02 * std::min(edge - low, edges.bands[i + 1].upto - edge);
}

std::string_view band(const Edges& edges, double value, std::string_view before) {
  std::size_t now = band_at(edges, value);
  const auto was = std::ranges::find(edges.bands, before, &Band::name);
  if (before.empty() || was == edges.bands.end()) return edges.bands[now].name;
  const auto old = static_cast<std::size_t>(was - edges.bands.begin());
  // Falling past an edge with a margin is rising past it with the opposite one.
  while (now < old && value > edges.bands[now].upto - margin(edges, now)) ++now;
  while (now > old && value < edges.bands[now - 1].upto + margin(edges, now - 1)) --now;
  return edges.bands[now].name;
}

constexpr double kPoints = 2;  // of an edge on the percent scale

}  // namespace

std::span<const Scale> scales() {
  return kScales;
}

std::string_view band(std::string_view scale_name, double value, std::string_view before) {
  const auto scale = std::ranges::find(kScales, scale_name, &Scale::name);
  if (scale == std::end(kScales)) return {};
  return band(Edges{scale->bands, scale->edge_is_below, scale->margin, scale->floor,
                    scale_name == "percent"},
              value, before);
}

std::string_view band(std::span<const Cut> cuts, double value, std::string_view before) {
  if (cuts.empty()) return {};
  std::vector<Band> bands;
  for (const Cut& cut : cuts) bands.push_back({cut.name, cut.upto});
  bands.back().upto = kOpen;
  return band(Edges{bands, true, kPoints, 0, true}, value, before);
}

}  // namespace attune::devices
