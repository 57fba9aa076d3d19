#pragma once
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "broker/cli/json.h"
#include "broker/cli/program.h"

/// The daemon's line of changes, followed over lost connections.
namespace attune::cli {

struct FeedOptions {
  std::optional<std::uint64_t> since;  ///< empty: from now on
  std::string match;                   ///< glob of devices; empty: all
  std::string kinds;                   ///< `rule,claim`; empty: all
};

/// Calls `on_change` with each change, in order, until it returns false (yes). A connection that
/// breaks after the first success is made again, from the last revision seen. A resume that is
/// refused (compacted, another store) ends it with `no`, and says from where to begin again.
[[nodiscard]] ExitCode follow_changes(
    const Program& program, const FeedOptions& options,
    const std::function<bool(const Json& change, const std::string& text)>& on_change);

}  // namespace attune::cli
