#pragma once
#include "store/history/recorder.h"

/// What leaves history because it is too old or too much.
namespace attune::store::history {

/// Erases at most `rows` rows, the oldest first, and takes them off `totals`. The day of `now`
/// stays. Errors: those of Store.
[[nodiscard]] Status prune(TableWriter& tables, const Bounds& bounds, Millis now, std::size_t rows,
                           Totals& totals);

}  // namespace attune::store::history
