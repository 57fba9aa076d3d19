#pragma once
#include <cstdint>
#include <optional>
#include <string_view>

#include "devices/model/instant.h"

/// What a rule remembers beside its RuleState: of its last run, its next moment, its sequence.
namespace attune::core {

struct RuleMemory {
  static constexpr std::string_view kSpace = "lives";  ///< of the blobs; their key is the rule's id

  std::optional<Instant> ended;        ///< of the last run, while `cooldown` counts from it
  std::optional<Millis> planned;       ///< wall time of the next moment of a trigger by time
  std::uint32_t step = 0;              ///< of the sequence: those before it are done
  std::optional<Instant> waits_since;  ///< the step waits
  bool acknowledged = false;           ///< its notices, until the rule ends
  friend bool operator==(const RuleMemory&, const RuleMemory&) = default;
};

}  // namespace attune::core
