#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "devices/model/value.h"

/// A value as a text that reads back as the same bits: a letter for its kind, then its text.
namespace attune::core {

/// The shortest text that reads back as the same number.
[[nodiscard]] std::string shortest(double number);

[[nodiscard]] std::string pack_value(const Value& value);
/// Empty for anything that pack_value() does not write.
[[nodiscard]] std::optional<Value> unpack_value(std::string_view text);

}  // namespace attune::core
