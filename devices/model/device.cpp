#include "devices/model/device.h"

#include <algorithm>
#include <cmath>

namespace attune {

std::string_view name(ValueType type) {
  switch (type) {
    case ValueType::boolean: return "bool";
    case ValueType::integer: return "int";
    case ValueType::number: return "number";
    case ValueType::enumeration: return "enum";
    case ValueType::text: return "text";
    case ValueType::numbers: return "numbers";
    case ValueType::event: return "event";
    case ValueType::timestamp: return "timestamp";
  }
  return "";
}

std::string_view name(Availability availability) {
  switch (availability) {
    case Availability::unknown: return "unknown";
    case Availability::online: return "online";
    case Availability::offline: return "offline";
    case Availability::sleeping: return "sleeping";
    case Availability::suspect: return "suspect";
  }
  return "";
}

const AttributeInfo* DeviceInfo::find(std::string_view attribute) const {
  const auto it = std::lower_bound(
      attributes.begin(), attributes.end(), attribute,
      [](const AttributeInfo& info, std::string_view wanted) { return info.name < wanted; });
  return it != attributes.end() && it->name == attribute ? &*it : nullptr;
}

bool DeviceInfo::has_capability(std::string_view capability) const {
  return std::find(capabilities.begin(), capabilities.end(), capability) != capabilities.end();
}

namespace {

/// Half a unit goes up even where the product falls short of it by a last bit: 50 % of 255 is 128,
/// as a command writes it.
double whole_units(double value) {
  constexpr double kNoise = 1e-9;
  return std::round(value + std::copysign(kNoise, value));
}

double on_wire(const Wire& wire, double value) {
  switch (wire.scale) {
    case Wire::Scale::exact: return value;
    case Wire::Scale::linear: return whole_units(value * wire.per_unit);
    case Wire::Scale::mired: return value == 0 ? 0 : std::round(1e6 / value);
  }
  return value;
}

}  // namespace

bool same_on_wire(const AttributeInfo& attribute, const Value& a, const Value& b) {
  if (a.is_numeric() && b.is_numeric()) {
    return on_wire(attribute.wire, a.numeric()) == on_wire(attribute.wire, b.numeric());
  }
  if (a.kind() == ValueKind::numbers && b.kind() == ValueKind::numbers) {
    return std::ranges::equal(a.as_numbers(), b.as_numbers(), [&](double x, double y) {
      return on_wire(attribute.wire, x) == on_wire(attribute.wire, y);
    });
  }
  return a == b;
}

}  // namespace attune
