#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/value.h"

/// Templates of commands: any text with `${value}` in it.
namespace attune::devices {

/// What is wrong with a command's template; empty when nothing is.
[[nodiscard]] std::string template_problem(std::string_view pattern);

/// The keys that lead to the `${value}` of a template of JSON; of one that is the bare value: none.
/// Empty: it is no JSON, or the value is only a part of something there.
[[nodiscard]] std::optional<std::vector<std::string>> path_in_template(std::string_view pattern);

/// Puts `wire` into every `${value}` of a template. Within a JSON string it is escaped; a text
/// elsewhere may only be `[A-Za-z0-9_.-]{1,64}`. Empty template: the bare value. Empty result:
/// the value may not stand there.
[[nodiscard]] std::optional<std::string> fill_template(std::string_view pattern, const Value& wire);

}  // namespace attune::devices
