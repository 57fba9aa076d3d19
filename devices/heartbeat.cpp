#include "devices/heartbeat.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace attune::devices {

namespace {

struct Bounds {
  double shortest_s, longest_s;
};

Bounds bounds_of(LinkKind kind) {
  switch (kind) {
    case LinkKind::unknown:
      return {30, 40};
    case LinkKind::wired:
    case LinkKind::mesh:
      return {30, 60};
    case LinkKind::wifi:
      return {30, 45};
    case LinkKind::cellular:
      return {60, 120};
    case LinkKind::radio:
      return {300, 900};
  }
  return {30, 40};
}

/// 0 for a link that is always alike, 1 for one that nobody can rely on.
double unrest_of(const LinkQuality& quality) {
  constexpr double kFloorMs = 50;  // below it, variation is of no consequence
  constexpr double kLossWeight = 4;
  const double jitter = quality.variation_ms / (quality.rtt_ms + kFloorMs);
  return std::clamp(std::max(jitter, kLossWeight * quality.loss), 0.0, 1.0);
}

}  // namespace

std::optional<LinkKind> link_kind(std::string_view word) {
  static constexpr std::pair<std::string_view, LinkKind> kWords[] = {
      {"unknown", LinkKind::unknown}, {"wired", LinkKind::wired},
      {"ethernet", LinkKind::wired},  {"wifi", LinkKind::wifi},
      {"mesh", LinkKind::mesh},       {"thread", LinkKind::mesh},
      {"zigbee", LinkKind::mesh},     {"cellular", LinkKind::cellular},
      {"lte", LinkKind::cellular},    {"nbiot", LinkKind::cellular},
      {"radio", LinkKind::radio},     {"lora", LinkKind::radio}};
  const auto found = std::ranges::find(kWords, word, [](const auto& row) { return row.first; });
  if (found == std::end(kWords)) return std::nullopt;
  return found->second;
}

void note_heartbeat(LinkQuality& quality, std::optional<double> rtt_ms, std::uint64_t lost) {
  constexpr double kLossShare = 1.0 / 16;
  constexpr std::uint64_t kLostMax = 64;  // more say no more than that it was away
  for (std::uint64_t i = 0; i < std::min(lost, kLostMax); ++i) {
    quality.loss += kLossShare * (1 - quality.loss);
  }
  quality.loss -= kLossShare * quality.loss;
  constexpr double kRttMaxMs = 3'600'000;
  if (!rtt_ms || !(*rtt_ms >= 0) || *rtt_ms > kRttMaxMs) return;
  if (quality.rtt_ms == 0) {
    quality.rtt_ms = *rtt_ms;
    quality.variation_ms = *rtt_ms / 2;
    return;
  }
  quality.variation_ms += (std::abs(quality.rtt_ms - *rtt_ms) - quality.variation_ms) / 4;
  quality.rtt_ms += (*rtt_ms - quality.rtt_ms) / 8;
}

Heartbeat next_heartbeat(const LinkQuality& quality, LinkKind kind) {
  const auto [shortest, longest] = bounds_of(kind);
  const double unrest = unrest_of(quality);
  constexpr double kMissed = 3;
  constexpr double kMissedMore = 3;
  constexpr double kDeviations = 4;
  constexpr double kMillis = 1000;
  const double interval_s = std::round(longest - unrest * (longest - shortest));
  const double missed = kMissed + std::round(kMissedMore * unrest);
  const double slack_ms = quality.rtt_ms + kDeviations * quality.variation_ms;
  const auto millis = [](double ms) { return Millis(std::llround(ms)); };
  return {millis(interval_s * kMillis), millis(missed * interval_s * kMillis + slack_ms)};
}

}  // namespace attune::devices
