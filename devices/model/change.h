#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "devices/model/hybrid_clock.h"
#include "devices/model/ids.h"
#include "devices/model/instant.h"
#include "devices/model/value.h"

/// The one line of changes: an entry, what caused it, and how its message arrived.
namespace attune {

/// What an entry of the log is about. Stored as its number: append only.
enum class ChangeKind : std::uint8_t {
  state = 1,
  desired,
  claim,
  command,
  rule,
  setting,
  liveness,
  removed
};
/// The last of them.
inline constexpr ChangeKind kLastChangeKind = ChangeKind::removed;
[[nodiscard]] std::string_view name(ChangeKind kind);

/// Who is behind a change. Stored as its number: append only.
enum class CauseKind : std::uint8_t { none = 0, message, person, rule, timer, command, system };
[[nodiscard]] std::string_view name(CauseKind kind);

/// Why a change happened: its kind, who exactly (topic, person, rule, command), and the change
/// that led to it. Following `parent` leads to the message, hand or timer that began the chain.
struct Cause {
  CauseKind kind = CauseKind::none;
  std::string id;
  Revision parent{};  ///< 0: the chain begins here
  friend bool operator==(const Cause&, const Cause&) = default;
};

/// Whose hand moved a reported value (rules.md 3.6). Stored as its number: append only.
enum class Origin : std::uint8_t { device = 0, attune, person, other };
[[nodiscard]] std::string_view name(Origin origin);

/// How a message reached us. Only `live` can be an edge.
enum class Arrival : std::uint8_t { live = 0, late, retained, restored };
[[nodiscard]] std::string_view name(Arrival arrival);

enum class Quality : std::uint8_t { good = 0, stale };
[[nodiscard]] std::string_view name(Quality quality);

/// One committed entry of the log.
///
/// kind      subject (device.attribute or..)  value            status
/// state     device.attribute                 reported value   quality
/// desired   device.attribute                 wanted or none   "rule:<id>" | "person" | "default" |
/// "" claim     device.attribute                 claimed value    held | waiting | ended | blocked
/// | shadow | conflict | settled command   device.attribute                 commanded value
/// CommandState's name; detail = cmd-<n> rule      rule id in `device`              - active |
/// ended | waiting | enabled | disabled | shadow setting   settings.<id>                    value
/// "" liveness  device                           -                Availability's name removed
/// device                           -                ""; detail = who names it no more
struct Change {
  Revision revision{};
  Instant at;
  ChangeKind kind = ChangeKind::state;
  std::string device;     ///< for kind rule: the rule's id
  std::string attribute;  ///< empty for rule, liveness and removed
  Value value;
  Value previous;
  std::string status;
  std::string detail;  ///< for people: the reason, or the id that the table above names
  Cause cause;
  Revision context{};  ///< first revision of the chain that this change belongs to
  Origin origin = Origin::device;
  HybridTime clock;  ///< orders it among the writes of all nodes; `at` is for people
  Revision prior{};  ///< the entry before it about the same subject: of its kind, for a claim of
                     ///< whatever source; 0: none, or not known
  friend bool operator==(const Change&, const Change&) = default;
};

}  // namespace attune
