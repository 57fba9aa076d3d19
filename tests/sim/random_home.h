#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "devices/model/instant.h"

/// A home from a seed: its devices, its rules, and everything that happens to it.
namespace attune::sim {

/// What happens next, and how long after the thing before.
struct Happening {
  enum class Kind : std::uint8_t {
    report,
    write,
    release,
    rule_mode,
    acknowledge,
    pass_time
  } kind{};
  Millis after{};
  std::string topic, payload;  ///< report: a device's message
  std::string path, value;     ///< write, release; rule_mode: rule and mode; acknowledge: rule
};

struct RandomHome {
  std::string rules;               ///< a rule file
  std::vector<std::string> first;  ///< `topic payload` of every device, once, at the start
  std::vector<Happening> events;
};

/// Determinism: the same arguments give the same home, on every machine.
[[nodiscard]] RandomHome make_home(std::uint64_t seed, std::size_t events);

}  // namespace attune::sim
