#pragma once
#include <array>
#include <cstdint>
#include <string>

#include "tests/crash/disk.h"
#include "tests/crash/history.h"

/// Cuts the power at every point of a history, in many ways each, and judges what a start finds.
namespace attune::crash {

struct Plan {
  std::uint64_t seed = 1;
  std::size_t states = 20'000;  ///< at most; fewer when the history has no more
  std::size_t processes = 2;
  Skip skip;
  std::string folder;  ///< empty; one below it for each process
};

struct Report {
  std::size_t states = 0;        ///< all different
  std::size_t points = 0;        ///< between two events of the history
  std::size_t acknowledged = 0;  ///< exactly what was acknowledged was found
  std::size_t in_flight = 0;     ///< and the step besides that was on its way
  std::size_t refused = 0;       ///< violations: the store does not open or cannot be read,
  std::size_t wrong = 0;         ///< holds something else,
  std::size_t killed = 0;        ///< or ends the process
  [[nodiscard]] std::size_t violations() const { return refused + wrong + killed; }
};

/// States are tried in processes of their own, so that none can end the exploration. The first
/// violations of each process are told on stderr.
[[nodiscard]] Report explore(const History& history, const Plan& plan);

}  // namespace attune::crash
