#pragma once
#include "devices/model/device.h"
#include "devices/model/result.h"

/// Whether a value can be wanted of an attribute, and how it then reads in its declared type.
namespace attune::core {

/// `value` in the attribute's type: 70 for a number becomes 70.0, 2702.7 for an integer 2703.
/// Errors: `type` (a word for a number, ...), `range`, `value` (not one of the enumeration).
[[nodiscard]] Result<Value> fit(const AttributeInfo& attribute, const Value& value);

}  // namespace attune::core
