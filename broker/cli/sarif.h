#pragma once
#include <string>

#include "devices/model/issue.h"

/// Findings as SARIF 2.1.0: what code hosts and editors show beside the lines of a change.
namespace attune::cli {

/// One run of the tool. Columns count code points, paths are relative as they were given.
[[nodiscard]] std::string sarif(const Issues& issues);

}  // namespace attune::cli
