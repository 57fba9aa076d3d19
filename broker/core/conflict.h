#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "devices/model/attribute_table.h"
#include "devices/model/hybrid_clock.h"
#include "devices/model/ids.h"
#include "devices/model/value.h"

/// Two values of one attribute, written by two who did not know of each other.
namespace attune::core {

struct ConflictSide {
  Value value;
  std::string by;  ///< "person", "rule:<id>", "default", "device", "other", "attune"
  HybridTime clock;
  Revision revision{};  ///< of its change; 0: it was never made
  friend bool operator==(const ConflictSide&, const ConflictSide&) = default;
};

/// What decided. Stored as its number: append only.
enum class ConflictPolicy : std::uint8_t { latest = 1, person_before_rule };
[[nodiscard]] std::string_view name(ConflictPolicy policy);

struct Conflict {
  AttributePath path;
  ConflictSide kept;
  ConflictSide lost;
  ConflictPolicy policy = ConflictPolicy::latest;
  Revision base{};      ///< the last revision that the client knew
  Revision revision{};  ///< of its entry in the log
  Instant since;
  friend bool operator==(const Conflict&, const Conflict&) = default;
};

/// Which of the two stays: a person before a rule, else the later one; of two equally late the
/// one that stands. Only path, base, revision and since are left for the caller.
[[nodiscard]] Conflict decide(ConflictSide stands, ConflictSide comes);

}  // namespace attune::core
