#pragma once
#include <vector>

#include "rules/message.h"
#include "rules/sections/reader.h"

/// `notify`, `cleared` and the texts in them.
namespace attune::rules {

/// One entry, or a list of them.
[[nodiscard]] std::vector<NoticePlan> read_notify(Reader& reader, const yaml::Node& node);
/// A text with `${CEL}` in it.
[[nodiscard]] std::optional<Message> read_message(Reader& reader, const yaml::Node& node,
                                                  std::string_view what);

}  // namespace attune::rules
