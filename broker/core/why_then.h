#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/core/why.h"
#include "devices/model/result.h"

/// Why an attribute was as it was at a moment that the log still holds.
///
/// Determinism: a function of the core, the log, the attribute and the moment. Cost: proportional
/// to the fewer of the attribute's changes since then and all changes since its last one before.
namespace attune::core {

/// The log, as these questions need it.
struct Past {
  LogReader entry;
  /// Entries with `after < revision`, ascending, at most `max`.
  std::function<std::vector<Change>(Revision after, std::size_t max)> page;
  Revision floor{};  ///< nothing at or below it is there
  Revision head{};
};

/// The last revision that had been given out by then.
/// Errors: "compacted" when the log begins later; the message names when.
[[nodiscard]] Result<Revision> revision_at(const Past& past, Millis wall);

struct WhyThen {
  AttributePath path;
  std::string label;
  std::string unit;
  Revision revision{};            ///< what is asked about
  std::optional<Change> value;    ///< the report that stood then; empty: none, or not kept
  std::optional<Change> desired;  ///< the wish that stood then, also that there was none
  struct Standing {
    Change claim;
    ClaimStanding standing = ClaimStanding::waiting;
  };
  std::vector<Standing> claims;  ///< newest first
  bool claims_complete = true;   ///< false: the log does not tell of all that stood then
  Chain reported;  ///< without a value its end says why: compacted, or there never was one
  Chain wanted;    ///< so too for `desired`; empty when it is part of `reported`
};
/// Errors: "compacted" at or below the floor, "future" above the head, "too_far" when more than
/// kScanMax entries would have to be read.
[[nodiscard]] Result<WhyThen> why_then(const Core& core, const Past& past, AttributeId attribute,
                                       Revision at);
inline constexpr std::size_t kScanMax = 200'000;

/// The report of the attribute, the word about the device's availability, or what the rule did
/// last, as it stood at a revision above the floor; empty: there was none, or it is not kept.
/// Errors: "too_far".
[[nodiscard]] Result<std::optional<Change>> value_then(const Core& core, const Past& past,
                                                       AttributeId attribute, Revision at);
[[nodiscard]] Result<std::optional<Change>> availability_then(const Core& core, const Past& past,
                                                              DeviceIndex device, Revision at);
[[nodiscard]] Result<std::optional<Change>> rule_then(const Past& past, const RuleId& rule,
                                                      Revision at);

/// As why_text() of the present.
[[nodiscard]] std::string why_text(const WhyThen& why);

}  // namespace attune::core
