#pragma once
#include <string_view>

#include "rules/load.h"

/// Which files may write what (attune.yaml, `permissions`).
namespace attune::rules {

/// Whether a permission names the file: then it may write what is listed, and nothing else.
[[nodiscard]] bool is_limited(const Surroundings& around, std::string_view file);
/// Whether `file` may write `path`: a file that no permission names may write everything.
[[nodiscard]] bool may_write(const Surroundings& around, std::string_view file,
                             const AttributePath& path);

}  // namespace attune::rules
