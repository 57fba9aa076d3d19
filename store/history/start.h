#pragma once
#include "store/codec.h"
#include "store/history/recorder.h"

/// How history begins where it ended.
namespace attune::store::history {

/// Restores `recorder` from the tables and from the log up to the head. Errors: those of Store.
[[nodiscard]] Status start(Recorder& recorder, const TableReader& tables, const Position& position);

}  // namespace attune::store::history
