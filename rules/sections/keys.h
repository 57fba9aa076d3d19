#pragma once
#include <string_view>
#include <vector>

#include "rules/sections/reader.h"

/// The keys that the loader knows, by the map in which they stand: what a schema is made of.
namespace attune::rules {

struct KeyTable {
  std::string_view of;  ///< `file`, `rule`, `setting`, ...
  std::vector<Key> keys;
};

[[nodiscard]] KeyTable file_keys();
[[nodiscard]] KeyTable rule_keys();
[[nodiscard]] KeyTable setting_keys();
[[nodiscard]] KeyTable group_keys();
[[nodiscard]] KeyTable hold_keys();
[[nodiscard]] KeyTable interlock_keys();
[[nodiscard]] KeyTable limit_keys();
[[nodiscard]] KeyTable learn_keys();
[[nodiscard]] KeyTable notice_keys();
[[nodiscard]] KeyTable step_keys();
[[nodiscard]] KeyTable trigger_keys();
[[nodiscard]] KeyTable range_keys();
[[nodiscard]] KeyTable test_keys();
[[nodiscard]] KeyTable given_keys();
[[nodiscard]] KeyTable test_step_keys();

}  // namespace attune::rules
