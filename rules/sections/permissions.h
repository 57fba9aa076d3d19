#pragma once
#include <string_view>

#include "rules/load.h"

/// Which files may write what (attune.yaml, `permissions`).
namespace attune::rules {

/// Whether `file` may write `path`: a file that no permission names may write everything.
[[nodiscard]] bool may_write(const Surroundings& around, std::string_view file,
                             const AttributePath& path);

}  // namespace attune::rules
