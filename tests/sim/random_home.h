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

/// How much of the rule language its rules use.
enum class Language {
  exact,  ///< what is shown to go on over a kill as if nothing had been
  whole,  ///< lives, ranges, triggers, sequences, interlocks, limits too: seeds that differ are
          ///< known
};

/// Determinism: the same arguments give the same home, on every machine.
[[nodiscard]] RandomHome make_home(std::uint64_t seed, std::size_t events, Language language);

}  // namespace attune::sim
