#pragma once
#include <cstdint>

#include "store/codec.h"
#include "store/store.h"
#include "store/tables.h"

/// What leaves the log, and when: the oldest entries, in whole batches, within an ordinary commit.
namespace attune::store {

/// Batches that one commit may take beside twice what was appended: it stays short, and a log that
/// is written fast is still emptied faster.
inline constexpr std::size_t kBatchesMin = 1;

/// What is known about the log beside its rows.
struct Appended {
  std::size_t entries = 0;  ///< that came since the last time
  Revision history{};       ///< history has written everything up to here
};

enum class LetGo : std::uint8_t { all_that_may, history_waits };

/// Erases what `retention` lets go, and moves `position.floor` to the last entry that left.
/// Tells
/// whether history held something back.
///
/// Never leaves: what is not folded yet, what history has not written, and the newest
/// Retention::entries_min revisions (a start reads them). A batch goes only as a whole, so that a
/// page of the log is rewritten once and not for each entry: up to a batch more than the bounds is
/// kept.
///
/// Errors: those of Store.
[[nodiscard]] Result<LetGo> compact_log(const Retention& retention, const Appended& appended,
                                        TableWriter& log, Position& position);

}  // namespace attune::store
