#pragma once
#include <optional>
#include <string_view>

#include "devices/model/device.h"
#include "rules/rule_set.h"

/// What follows the last claim on an attribute.
namespace attune::core {

/// What the vocabulary says; empty: nothing, a file must.
[[nodiscard]] std::optional<rules::Default> vocabulary_default(const DeviceInfo& device,
                                                               std::string_view attribute);

/// What files say, else the vocabulary, else leave. `device` may be null.
[[nodiscard]] rules::Default default_of(const rules::RuleSet& set, const DeviceInfo* device,
                                        AttributeId attribute, std::string_view name);

}  // namespace attune::core
