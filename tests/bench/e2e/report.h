#pragma once
#include <cstddef>
#include <string>
#include <vector>

#include "tests/bench/e2e/process.h"

/// What was measured, side by side with its floor.
namespace attune::bench {

/// The middle one, or that below it; `fraction` 0.99: the 99th percentile. Of none: 0.
[[nodiscard]] double percentile(std::vector<double> values, double fraction);
[[nodiscard]] double median(std::vector<double> values);

/// One round of one subject. What a round did not measure stays 0.
struct Round {
  double lone_p50_ms = 0;
  double lone_p99_ms = 0;
  double commit_ms = 0;    ///< p50 of a bare durable commit between the lone events
  double cold_p50_ms = 0;  ///< as lone_p50_ms, after a longer rest
  double loop_per_second = 0;
  double cpu_us = 0;         ///< of the answerer, per event of the closed loop
  double broker_cpu_us = 0;  ///< of Mosquitto, per event of the closed loop
  double surplus = 0;        ///< commands that no sensor asked for
};

/// All rounds of one subject with one number of rules.
struct Series {
  std::string subject;  ///< "floor", "durable floor", "attune", ..
  std::size_t rules = 0;
  std::vector<Round> rounds;
  [[nodiscard]] Round medians() const;
};

struct Bar {
  std::string name;
  double figure = 0;
  double bound = 0;
  bool at_most = true;
  [[nodiscard]] bool holds() const { return at_most ? figure <= bound : figure >= bound; }
};

struct Report {
  std::vector<Series> series;
  Memory empty;  ///< of a daemon without devices
  std::size_t outstanding = 0;

  [[nodiscard]] const Series& find(const std::string& subject, std::size_t rules) const;
  /// Median over the rounds of a lone event's p50 over its bound of that very round.
  [[nodiscard]] double lone_of_bound(const std::string& subject, std::size_t rules) const;
  /// Median over the rounds of attune's lone p50 over the durable floor's of that very round.
  [[nodiscard]] double lone_of_durable(std::size_t rules) const;
  [[nodiscard]] std::vector<Bar> bars() const;
  [[nodiscard]] std::string table() const;
  [[nodiscard]] std::string json() const;
};

inline constexpr const char* kFloor = "floor";
inline constexpr const char* kDurableFloor = "durable floor";
inline constexpr const char* kAttune = "attune";
inline constexpr const char* kAttuneInMemory = "attune on tmpfs";

}  // namespace attune::bench
