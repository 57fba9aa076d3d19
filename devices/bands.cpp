#include "devices/bands.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <span>

#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

constexpr double kOpen = std::numeric_limits<double>::infinity();

constexpr double kPoints = 2;      // of an edge on a scale of percentages
constexpr double kOfASpan = 0.02;  // on all others
constexpr double kAll = 100;

constexpr Scale kScales[] = {
    {"percent",
     {{{"off", 0}, {"low", 34}, {"medium", 75}, {"high", kOpen}}},
     true,
     kPoints,
     0,
     kAll},
    {"battery",
     {{{"critical", 10}, {"low", 20}, {"medium", 60}, {"high", kOpen}}},
     true,
     kPoints,
     0,
     kAll},
    {"illuminance",
     {{{"dark", 10}, {"dim", 200}, {"normal", 1000}, {"bright", kOpen}}},
     false,
     0,
     0,
     kOpen},
    {"temperature",
     {{{"freezing", 0}, {"cold", 16}, {"comfortable", 26}, {"warm", 32}, {"hot", kOpen}}},
     false,
     0,
     -kOpen,
     kOpen},
    {"humidity", {{{"dry", 30}, {"comfortable", 60}, {"humid", kOpen}}}, false, kPoints, 0, kAll},
    {"co2",
     {{{"good", 800}, {"moderate", 1200}, {"poor", 2000}, {"bad", kOpen}}},
     false,
     0,
     0,
     kOpen},
    {"pm25",
     {{{"good", 12}, {"moderate", 35.4}, {"poor", 55.4}, {"bad", kOpen}}},
     true,
     0,
     0,
     kOpen},
    {"voc_index",
     {{{"good", 150}, {"moderate", 250}, {"poor", 400}, {"bad", kOpen}}},
     false,
     0,
     0,
     kOpen},
    {"power",
     {{{"off", 0.5}, {"standby", 5}, {"low", 100}, {"medium", 1000}, {"high", kOpen}}},
     false,
     0,
     0,
     kOpen},
};

/// What is said in percent; every other scale has the name of its attribute.
constexpr std::string_view kPercent = "percent";
constexpr std::string_view kSaidInPercent[] = {"brightness", "fan_speed", "position", "tilt",
                                               "volume"};

/// What is looked at of a scale.
struct Edges {
  const Scale& scale;
  std::span<const Band> bands;
};

std::size_t band_at(const Edges& edges, double value) {
  std::size_t i = 0;
  const auto is_past = [&](double edge) {
    return value > edge || (value == edge && !edges.scale.edge_is_below);
  };
  while (is_past(edges.bands[i].upto)) ++i;
  return i;
}

double span_below(const Edges& edges, std::size_t i) {
  const double edge = edges.bands[i].upto;
  if (i > 0) return edge - edges.bands[i - 1].upto;
  return edge < edges.scale.floor ? kOpen : edge - edges.scale.floor;
}

/// The smallest span that everybody's bands have on a scale.
double smallest_span(const Scale& scale) {
  double smallest = kOpen;
  for (std::size_t i = 1; i < scale.bands.size() && !scale.bands[i].name.empty(); ++i) {
    smallest = std::min(smallest, scale.bands[i].upto - scale.bands[i - 1].upto);
  }
  return smallest;
}

/// How far past the edge between band `i` and the next a value must be.
double margin(const Edges& edges, std::size_t i) {
  const double edge = edges.bands[i].upto;
  if (edges.scale.name == kPercent && edge == 0) return 0;
  if (edges.scale.margin != 0) return edges.scale.margin;
  const double smaller = std::min(span_below(edges, i), edges.bands[i + 1].upto - edge);
  // One edge alone has no span on either side.
  return kOfASpan * (std::isinf(smaller) ? smallest_span(edges.scale) : smaller);
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

}  // namespace

std::span<const Scale> scales() {
  return kScales;
}

const Scale* find_scale(std::string_view name) {
  const auto found = std::ranges::find(kScales, name, &Scale::name);
  return found == std::end(kScales) ? nullptr : &*found;
}

const Scale* scale_of(std::string_view attribute) {
  const std::string_view name = canonical_part(attribute);
  if (name == kPercent) return nullptr;
  const bool in_percent = std::ranges::find(kSaidInPercent, name) != std::end(kSaidInPercent);
  return find_scale(in_percent ? kPercent : name);
}

std::string_view band(const Scale& scale, std::span<const Cut> own, double value,
                      std::string_view before) {
  if (own.empty()) return band(Edges{scale, scale.bands}, value, before);
  std::vector<Band> bands;
  for (const Cut& cut : own) bands.push_back({cut.name, cut.upto});
  bands.back().upto = kOpen;
  return band(Edges{scale, bands}, value, before);
}

std::string_view band(std::string_view scale_name, double value, std::string_view before) {
  const Scale* scale = find_scale(scale_name);
  return scale == nullptr ? std::string_view() : band(*scale, {}, value, before);
}

}  // namespace attune::devices
