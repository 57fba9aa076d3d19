#pragma once
#include <string>

/// A JSON Schema (draft 2020-12) of rule files, for editors that complete and mark keys.
///
/// Its keys are those of the loader's own tables; a key that this version does not have yet is
/// left out. It says less than `check`: names, types and places of values are for that.
namespace attune::rules {

[[nodiscard]] std::string schema();

}  // namespace attune::rules
