#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "broker/core/conflict.h"
#include "broker/core/notice.h"
#include "devices/dialect.h"
#include "devices/model/instant.h"
#include "devices/model/records.h"
#include "rules/rule_set.h"

/// What can happen to the core, and what it answers. Both are data: whoever keeps the events can
/// replay every decision.
namespace attune::core {

/// A device's message, decoded. Views live as long as the call of step().
struct MessageArrived {
  Arrival arrival = Arrival::live;
  std::string_view topic;
  const devices::Decoded* decoded = nullptr;
};

/// Number of a request, given by the shell; comes back in the Reply.
enum class RequestId : std::uint64_t {};

/// A person (or program) wants a value: a claim at `person`, or a setting.
struct WriteRequest {
  RequestId id{};
  AttributePath path;
  Value value;
  std::optional<Revision> if_revision;
  std::optional<Millis> hold;  ///< empty: by the rules' `manual`
  std::string who;             ///< for `why`: "cli", "http", "mqtt", ...
  std::string reason;
  /// Not empty: the client's name of this write; with the same one again nothing happens, and the
  /// answer is the first one's.
  std::string client_id{};
  /// Written while away: the last revision that the client knew, and when it wrote (empty: now).
  /// Where somebody else changed the attribute since, ConflictPolicy decides.
  std::optional<Revision> base_revision{};
  std::optional<HybridTime> written{};
};
struct ReleaseRequest {
  RequestId id{};
  AttributePath path;
  std::string who;
  std::optional<Revision> if_revision{};  ///< of the attribute; another one: a conflict
};
/// A person has seen a conflict and leaves it as it was decided.
struct DismissRequest {
  RequestId id{};
  AttributePath path;
  std::string who;
};
/// enable, disable, shadow; with `duration` it ends by itself.
struct RuleModeRequest {
  RequestId id{};
  RuleId rule;
  RuleMode mode = RuleMode::enabled;
  std::optional<Millis> duration;
  std::string who;
};
/// A person has seen to it: a rule with `reset: ack` may end, and its notices fall silent.
struct AckRequest {
  RequestId id{};
  RuleId rule;
  std::string who;
};
/// A person accepts what was learned, dismisses it, or takes back the last step.
struct LearnRequest {
  enum class Action : std::uint8_t { accept, dismiss, undo };
  RequestId id{};
  std::string learn;                   ///< `rule.attr`, as in the file
  std::optional<std::string> context;  ///< empty: there is but one that fits
  Action action = Action::accept;
  std::string who;
};
/// The sender gave these commands to the broker, which acknowledged them.
struct CommandsSent {
  std::vector<CommandId> ids;
};
struct LinkChanged {
  bool up = false;
};
/// A rule set was loaded; it replaces the one before in this one step.
struct RulesLoaded {
  std::shared_ptr<const rules::RuleSet> set;
};
/// Devices files name these no more; what a message removes comes with it (Decoded::removed).
struct DevicesRemoved {
  std::vector<DeviceId> devices;
};
/// A device says far more than one does: what its first messages looked like is no hand either.
struct FloodBegan {
  DeviceIndex device{};
};
/// Nothing but time: deadlines fire.
struct Tick {};

struct Event {
  Instant at;
  std::variant<Tick, MessageArrived, WriteRequest, ReleaseRequest, RuleModeRequest, CommandsSent,
               LinkChanged, RulesLoaded, DismissRequest, AckRequest, LearnRequest, DevicesRemoved,
               FloodBegan>
      what;
};

/// Commands of one device that travel together: one message where its dialect can.
struct Dispatch {
  DeviceIndex device{};
  std::vector<CommandId> commands;
  std::vector<devices::Reading> values;  ///< parallel to `commands`
};

/// The answer to a request; it leaves after the commit.
struct Reply {
  RequestId id{};
  enum class Result : std::uint8_t { accepted, conflict, rejected } result = Result::accepted;
  Revision revision{};               ///< accepted: of the claim or setting; conflict: the current
  std::optional<CommandId> command;  ///< the command it led to, if any
  Value current;                     ///< of a conflict
  /// Of a write with a base revision that met another: accepted when it won, conflict when it lost.
  std::optional<Conflict> conflict;
  std::string code;  ///< of a rejection: unknown_device, unknown_attribute,
                     ///< read_only, type, range, value, unknown_rule, clock_ahead,
                     ///< future, id_reused, not_held, no_conflict, interlock, nothing_to_ack,
                     ///< nothing_learned
  std::string message;
};

/// What one step wants done: first make `changes` and `writes` durable, then the rest.
struct Outcome {
  std::vector<Change> changes;
  std::vector<Write> writes;
  std::vector<Dispatch> dispatches;
  std::vector<Reply> replies;
  std::vector<devices::Rejection> rejections;
  std::vector<Notice> notices;  ///< to be told, as they are
  /// Whether it must be committed before anything leaves, or may wait for the commit interval.
  [[nodiscard]] bool urgent() const {
    return !dispatches.empty() || !replies.empty() || !notices.empty();
  }
  void clear();
};

}  // namespace attune::core
