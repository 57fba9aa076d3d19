#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/core.h"
#include "devices/model/limits.h"

/// Why an attribute is as it is: the chain of causes, as data and as text for people.
///
/// Determinism: a function of the core, the log and the attribute.
namespace attune::core {

/// A rule as people know it: its words, its place, its condition.
struct RuleNote {
  RuleId id;
  std::string label;
  std::string because;
  SourcePlace place;
  std::string when;   ///< source of its condition
  std::string until;  ///< source of its end; empty: it ends with `when`
  RuleMode mode = RuleMode::enabled;
  RulePhase phase = RulePhase::idle;
};

/// As its file says it: mode, and no phase.
[[nodiscard]] RuleNote note_of(const rules::RuleSet& set, const rules::Rule& rule);
/// As it stands.
[[nodiscard]] RuleNote note_of(const Core& core, std::uint32_t rule);

/// One link of a chain: a change, and the rule behind it while that rule still exists.
struct WhyStep {
  Change change;
  std::optional<RuleNote> rule;
};

struct WhyClaim {
  Claim claim;
  ClaimStanding standing = ClaimStanding::waiting;
  std::optional<RuleNote> rule;
};

/// Why a chain stops before its beginning.
enum class ChainEnd : std::uint8_t {
  beginning,  ///< complete: the last step has no parent
  compacted,  ///< the log no longer holds the next one
  depth,      ///< kChainStepsMax
};
[[nodiscard]] std::string_view name(ChainEnd end);

/// Newest first; each step's cause.parent is the next one's revision.
struct Chain {
  std::vector<WhyStep> steps;
  ChainEnd end = ChainEnd::beginning;
};
inline constexpr std::size_t kChainStepsMax = std::size_t{limits::kCauseDepthMax} * 4;

struct Why {
  AttributePath path;
  std::string label;  ///< the device's, for people
  std::string unit;
  AttributeState state;
  Availability availability = Availability::unknown;
  std::vector<WhyClaim> claims;      ///< the holder first, then who waits, shadows last
  std::optional<Command> command;    ///< the one without an end
  std::optional<Conflict> conflict;  ///< the one that nobody has settled
  std::optional<Delay> delay;        ///< what keeps the wish from being commanded yet
  bool diverged = false;             ///< wanted and reported stay apart: the device did not obey
  Chain reported;                    ///< how the reported value came about; empty: never reported
  Chain wanted;                      ///< how the wanted value came about; empty: nobody wants
                                     ///< anything, or it is part of `reported`
};

/// Reads one entry of the log; empty when it is not there any more.
using LogReader = std::function<std::optional<Change>(Revision)>;

/// From the change `from` along the causes to the beginning. The notes on rules are those of the
/// set that runs now.
[[nodiscard]] Chain chain_of(const Core& core, const LogReader& log, Revision from);

[[nodiscard]] Why why(const Core& core, const LogReader& log, AttributeId attribute);

/// A few lines of plain text, ending with a newline. Texts of devices and files are made
/// printable.
[[nodiscard]] std::string why_text(const Why& why);

}  // namespace attune::core
