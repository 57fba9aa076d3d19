#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "tests/sim/random_home.h"

/// One life of a home: the real core, loop, ring, dialect and codec; clock, bus, devices and store
/// are simulated, and the process can be killed between any two steps.
namespace attune::sim {

enum class Sabotage : std::uint8_t {
  none,
  timers,    ///< the store forgets every timer that it is given
  commands,  ///< the store forgets every command that it is given
};

struct RunOptions {
  std::uint64_t crash_seed = 0;  ///< 0: never stopped
  Sabotage sabotage = Sabotage::none;
  bool print = false;  ///< every change, to stderr
};

/// What people and devices could tell apart, and nothing else.
struct Trace {
  std::vector<std::string> commands;  ///< that reached the bus, each once, ascending by id
  std::vector<std::string> notices;   ///< likewise, in the order of their first telling
  std::vector<std::string> end;       ///< state, claims and rules at the end, sorted
  std::size_t crashes = 0;
  bool looped = false;  ///< rules set each other off in a circle, until attune cut it
  std::string broken;   ///< an invariant that did not hold; empty: all did
  [[nodiscard]] std::uint64_t hash() const;
};

[[nodiscard]] Trace live(const RandomHome& home, const RunOptions& options);

/// Where two traces first differ, for people; empty: nowhere.
[[nodiscard]] std::string difference(const Trace& unstopped, const Trace& stopped);

}  // namespace attune::sim
