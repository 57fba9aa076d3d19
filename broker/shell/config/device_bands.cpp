#include "broker/shell/config/device_bands.h"

#include <cmath>
#include <limits>

#include "devices/vocabulary.h"

namespace attune::config {
namespace {

constexpr std::size_t kBandsMin = 2;
constexpr std::size_t kBandsMax = 8;
constexpr double kOpen = std::numeric_limits<double>::infinity();
/// What the last band of a scale without an end reaches.
constexpr const char* kAbove = "above";

Range range_of(const devices::Scale& scale) {
  const devices::Word* word = devices::find_word(scale.name);
  return word != nullptr && word->range ? *word->range : Range{0, scale.top};
}

std::string example(const devices::Scale& scale) {
  const char* more =
      std::isinf(scale.top) ? ": {less: 18, more: above}" : ": {less: 18, more: 100}";
  return std::string(scale.name) + more;
}

/// What one band reaches; empty: that is an Issue.
std::optional<double> edge(Fields& cuts, const yaml::Entry& band, const devices::Scale& scale) {
  const bool is_last = &band == &cuts.node().entries.back();
  if (is_last && std::isinf(scale.top) && band.value.text == kAbove) {
    (void)cuts.take(band.key.text);
    return kOpen;
  }
  const Range range = range_of(scale);
  std::optional<double> upto;
  cuts.number(band.key.text, upto, range.min, range.max);
  return upto;
}

/// The last band ends where the scale does.
void check_last(Fields& cuts, const devices::Scale& scale, const devices::Cut& last) {
  if (last.upto == scale.top) return;
  const std::string top = std::isinf(scale.top) ? kAbove : "100";
  cuts.error(cuts.node().entries.back().value, "E303",
             "the last band reaches everything that is left", "write " + last.name + ": " + top);
}

void read_cuts(Fields& cuts, const devices::Scale& scale, std::vector<devices::Cut>& out) {
  const auto& all = cuts.node().entries;
  const yaml::NodeKind kind = cuts.node().kind;
  if (kind == yaml::NodeKind::scalar || kind == yaml::NodeKind::list) return;  // an Issue already
  if (all.size() < kBandsMin || all.size() > kBandsMax) {
    return cuts.error(cuts.node(), "E303", "a scale has two to eight bands", example(scale));
  }
  for (const yaml::Entry& band : all) {
    if (band.key.text.empty()) cuts.error(band.key, "E303", "a band has a name", example(scale));
    const std::optional<double> upto = edge(cuts, band, scale);
    if (!upto) continue;
    if (!out.empty() && *upto <= out.back().upto) {
      cuts.error(band.value, "E303", "bands ascend, and each ends where the next begins");
    }
    out.push_back({band.key.text, *upto});
  }
  if (out.size() == all.size()) check_last(cuts, scale, out.back());
}

}  // namespace

void read_bands(Fields& device, devices::Cuts& out) {
  auto bands = device.map("bands");
  if (!bands) return;
  for (const devices::Scale& scale : devices::scales()) {
    if (auto cuts = bands->map(scale.name)) {
      read_cuts(*cuts, scale, out[std::string(scale.name)]);
    }
  }
  bands->finish();
}

}  // namespace attune::config
