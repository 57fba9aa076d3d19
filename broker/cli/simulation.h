#pragma once
#include <memory>
#include <string>
#include <vector>

#include "broker/core/site.h"
#include "devices/catalog.h"
#include "devices/model/attribute_table.h"
#include "rules/rule_set.h"

/// Runs a rule set on what a home recorded, and compares what it commands with what was commanded.
///
/// Determinism: the same set and record give the same answer.
namespace attune::cli {

/// One value at one moment.
struct Noted {
  Millis wall{};
  AttributePath path;
  Value value;
  friend bool operator==(const Noted&, const Noted&) = default;
};

/// What a home recorded in [from, to).
struct Record {
  Millis from{};
  Millis to{};
  rules::TestStep::Values state;     ///< what was known at `from`
  rules::TestStep::Values settings;  ///< likewise
  std::vector<Noted> inputs;    ///< what sensors and people did, ascending; not what attune did
  std::vector<Noted> commands;  ///< what was commanded, ascending; a repeat counts once
};

struct Simulated {
  std::vector<Noted> commands;  ///< ascending
  std::string broken;           ///< why it ended before `to`; empty: it did not
};
/// Devices obey at once. Inputs that name what `catalog` does not know are left out.
[[nodiscard]] Simulated simulate(devices::Catalog& catalog,
                                 std::shared_ptr<const rules::RuleSet> set, const core::Site& site,
                                 const Record& record);

/// One command that only one of the two sides has.
struct Differing {
  Noted command;
  bool simulated = false;  ///< it would be sent, and was not; else the other way round
};
/// Per attribute, in order: commands of the same value within `tolerance` are the same one.
/// Ascending by time, then path.
[[nodiscard]] std::vector<Differing> difference(const std::vector<Noted>& recorded,
                                                const std::vector<Noted>& simulated,
                                                Millis tolerance);

}  // namespace attune::cli
