#pragma once
#include <string_view>

#include "devices/dialect.h"
#include "devices/model/attribute_table.h"

/// Values that no binding reads, kept under names of the wire.
namespace attune::devices {

/// `a`, `a.b` and `a/b` are at or below `a`.
[[nodiscard]] bool is_at_or_below(std::string_view name, std::string_view top);
/// `attribute` (`raw.x`) and all below it (`raw.x.y`) are unknown, as far as they ever had a value.
void forget_raw(const AttributeTable& table, DeviceIndex device, std::string_view attribute,
                Decoded& out);

}  // namespace attune::devices
