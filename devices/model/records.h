#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "devices/model/attribute_table.h"
#include "devices/model/change.h"

/// What must survive a restart beside the log: rows that a store keeps under a key.
namespace attune {

/// A rule's or person's weight on an attribute. Higher wins. The gaps leave room for +1..+9.
enum class Level : std::int16_t {
  base = 0,  ///< what follows the last claim: restore or a default
  schedule = 100,
  comfort = 200,
  mode = 300,
  person = 400,
  equipment = 500,
  life_safety = 600,
};
/// A Level with its offset: `mode+1` is 301.
using Priority = std::int16_t;
[[nodiscard]] std::string priority_text(Priority priority);

/// State of one attribute: the fold of its `state` (or `setting`) and `desired` changes.
struct StateRow {
  AttributePath path;
  Value value;                ///< none: never reported
  Revision revision{};        ///< of the last change
  std::uint64_t version = 0;  ///< changes of this attribute so far
  Instant at;                 ///< of the last change: of value or quality
  Quality quality = Quality::good;
  Origin origin = Origin::device;
  Cause cause;
  Revision context{};
  Value desired;           ///< none: nobody wants anything
  std::string desired_by;  ///< "rule:<id>", "person", "default", or empty
  Revision desired_revision{};
  Instant since;               ///< of the last change of value
  HybridTime clock;            ///< of the last change
  HybridTime desired_clock;    ///< of the change that wanted it
  Revision desired_context{};  ///< of the chain that wanted it
  Revision claimed{};          ///< the last entry of kind claim about it; 0: none, or not known
  friend bool operator==(const StateRow&, const StateRow&) = default;
};

/// Stored as its number: append only. The last six are final.
enum class CommandState : std::uint8_t {
  queued = 1,
  sent,
  confirmed,
  superseded,
  expired,
  failed,
  unknown,
  rejected
};
[[nodiscard]] std::string_view name(CommandState state);
[[nodiscard]] constexpr bool is_final(CommandState s) {
  return s >= CommandState::confirmed;
}

/// One entry of the ledger: one attribute of one device shall become `value`.
struct Command {
  CommandId id{};
  AttributePath path;
  Value value;
  CommandState state = CommandState::queued;
  Instant created;
  std::optional<Instant> sent;  ///< of the first dispatch
  Instant expires;
  std::uint32_t attempts = 0;
  Cause cause;
  Revision context{};
  Revision revision{};  ///< of its last change in the log
  std::string reason;   ///< of a final state that is not confirmed
  friend bool operator==(const Command&, const Command&) = default;
};

/// Who claims: a rule, a person's hold, what follows the last claim, an interlock with a `want`, or
/// a limit that was reached. Stored as its number: append only.
enum class ClaimBy : std::uint8_t { rule = 1, person, resting, interlock, limit };

/// One slot of an attribute's priority array. Key: path, by, source.
struct Claim {
  AttributePath path;
  ClaimBy by = ClaimBy::rule;
  std::string source;  ///< rule id; for a person who it was; for resting "restore" or "default"
  Value value;         ///< none: the claim is a range
  Priority priority = 0;
  Instant since;
  bool shadow = false;  ///< computed and shown, never driven
  Cause cause;
  Revision context{};
  Revision revision{};  ///< of its last change in the log
  std::string reason;
  Value min{};  ///< of a range: a number, or none where it is open
  Value max{};  ///< likewise
  std::string
      blocked{};  ///< what keeps it from counting: "interlock:<id>", "limit:max_on"; or empty
  friend bool operator==(const Claim&, const Claim&) = default;
};

/// What stood on an attribute before the first claim; `restore` returns to it. Key: path.
struct Base {
  AttributePath path;
  Value value;
  friend bool operator==(const Base&, const Base&) = default;
};

/// Where a rule stands. Stored as its number: append only.
enum class RulePhase : std::uint8_t {
  idle = 1,
  waiting,  ///< its condition holds, `for` has not yet passed
  active,
  ending,  ///< its end holds, `off_delay` has not yet passed; claims stand
};
[[nodiscard]] std::string_view name(RulePhase phase);
enum class RuleMode : std::uint8_t { enabled = 1, disabled, shadow };
[[nodiscard]] std::string_view name(RuleMode mode);

/// A rule's memory. Key: rule.
struct RuleState {
  RuleId rule;
  std::uint64_t fingerprint = 0;  ///< of the rule's meaning; another one starts afresh
  RulePhase phase = RulePhase::idle;
  Instant since;                         ///< of the phase
  Instant active_since;                  ///< of the last start
  std::optional<Instant> unknown_since;  ///< its condition is unknown since then
  bool last_truth = false;               ///< of the condition, while it was known
  bool spent = false;  ///< ended by `max_time` or `until`: a new start needs a false first
  std::optional<RuleMode> mode;  ///< what a person set; empty: what the file says
  Revision revision{};           ///< what its next deadline cites: its last change in the log,
                                 ///< or the change that made it wait
  Revision context{};
  friend bool operator==(const RuleState&, const RuleState&) = default;
};

/// What a deadline is for; with `subject` its key. Stored as its number: append only.
enum class TimerKind : std::uint8_t {
  rule_for = 1,    ///< subject: rule
  rule_off_delay,  ///< subject: rule
  rule_max_time,   ///< subject: rule
  rule_unknown,    ///< subject: rule; grace of an unknown condition
  rule_mode,       ///< subject: rule; end of `disable --for`
  hold,            ///< subject: device.attribute; end of a person's hold
  command_retry,   ///< subject: command number; never a row of its own
  command_expiry,  ///< subject: command number; the same
  // Never rows of their own: what armed them is kept, and they are armed again when rules load.
  rule_cooldown,  ///< subject: rule; from here on it may start again
  rule_trigger,   ///< subject: rule; the next moment of a trigger by time
  rule_step,      ///< subject: rule; end of a sequence's wait
  notice,         ///< subject: notice; it is due, or due again
  schedule,       ///< subject: setting; its next flip
  signal,         ///< subject: signal's text; its next flip
  limit,          ///< subject: device.attribute; from here on it may be commanded
  hold_check,     ///< subject: device.attribute; a delay that a hold began anew is over
  max_on,         ///< subject: device.attribute; it has been on for as long as it may
  liveness,       ///< subject: device; it has been silent for long
  max_age,        ///< subject: device.attribute; its value is too old to be known, or turns off
  impulse,        ///< subject: device.attribute; what an impulse began is done; a row of its own
};

/// A deadline, on the steady line; it survives restarts and fires late rather than never.
struct Timer {
  TimerKind kind{};
  std::string subject;
  Millis due{};  ///< Instant::steady
  friend bool operator==(const Timer&, const Timer&) = default;
};

/// Named bytes that the shell keeps (discovery messages, the window of packet ids, ...).
struct Blob {
  std::string space;
  std::string key;
  std::string bytes;
  friend bool operator==(const Blob&, const Blob&) = default;
};

/// What was deleted and has not come back: a device that left its bridge. Key: revision.
struct Tombstone {
  Revision revision{};  ///< of the entry of kind removed
  DeviceId device;
  Instant at;
  HybridTime clock;
  Cause cause;
  friend bool operator==(const Tombstone&, const Tombstone&) = default;
};

using Record = std::variant<StateRow, Command, Claim, Base, RuleState, Timer, Blob, Tombstone>;

/// A row to write, or to delete: then only the key fields of `record` count.
struct Write {
  Record record;
  bool erase = false;
};

}  // namespace attune
