#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tests/devices/rows.h"
#include "tests/unit/devices/wire.h"

/// One row of the file, played to a home that knows nothing but what the row needs.
namespace attune::devices::conformance {

/// What differed from the expectation, one text each; empty: nothing did. Only the dialect of the
/// row's convention listens: others may describe the same device, and then one of them is silent.
[[nodiscard]] std::vector<std::string> play(const Row& row, const File& file,
                                            const std::map<std::string, std::string>& exposes);

}  // namespace attune::devices::conformance
