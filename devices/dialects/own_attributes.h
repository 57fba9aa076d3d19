#pragma once
#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "devices/dialects/device_book.h"

/// Attributes of one's own, `x_<name>`: what they may be, and how a device declares one.
namespace attune::devices {

/// By the words that declare them: bool, int, number, text, enum, event.
[[nodiscard]] std::span<const std::pair<std::string_view, ValueType>> own_types();

/// `{"type": "number", "unit": "NTU", "min": 0, "max": 1000, "writable": true}`, of an `enum` its
/// `values`, under the attribute's name. Empty where that declares nothing.
[[nodiscard]] std::optional<Bound> bind_own(const json::Node& said);

}  // namespace attune::devices
