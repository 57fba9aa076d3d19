#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/e2e/session.h"

/// What others wait while one device floods the bus.
namespace attune::bench {

/// One fresh session: lone events in peace, and the same during the flood.
struct FloodRound {
  double calm_p50_ms = 0;
  double calm_p99_ms = 0;
  double flood_p50_ms = 0;
  double flood_p99_ms = 0;
  double said_per_second = 0;  ///< what the device really said
  double grown_mib = 0;        ///< resident memory of the answerer
};

struct FloodSeries {
  std::string subject;
  std::vector<FloodRound> rounds;
  [[nodiscard]] FloodRound medians() const;
  /// Of the p99, over the rounds.
  [[nodiscard]] double ratio() const;
};

[[nodiscard]] FloodRound measure_flood(const Subject& subject, std::size_t per_second,
                                       std::size_t events);
[[nodiscard]] std::string flood_table(const std::vector<FloodSeries>& all, std::size_t per_second);
/// Others' p99 at most doubled, memory at most 32 MiB more.
[[nodiscard]] bool flood_bars_hold(const FloodSeries& attune);

}  // namespace attune::bench
