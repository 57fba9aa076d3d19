#pragma once
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/api/rules_edit.h"
#include "broker/shell/config/config.h"
#include "rules/load.h"
#include "store/store.h"

/// What a set of rules would change now: it is checked, and run on a copy of the core.
///
/// Threading: the loop's, which waits; the running core stays untouched.
namespace attune::shell {

struct Rehearsed {
  bool ok = false;  ///< the set could run
  Issues issues;
  api::RulesDifference difference;  ///< without `files` and `lost_edits`; names even when not ok
};

/// `store` holds what the core keeps as named bytes: commit before. Memories that only the last
/// moment changed may be missing from the copy, for the set that runs and for `files` alike.
[[nodiscard]] Rehearsed rehearse(const core::Core& live, const store::Store& store,
                                 const config::Config& config,
                                 const std::vector<rules::SourceFile>& files, const Instant& now);

}  // namespace attune::shell
