#include "broker/shell/config/surroundings.h"

#include <optional>

#include "devices/vocabulary.h"

namespace attune::config {
namespace {

using rules::Default;

Value off_value(const DeviceInfo& device, std::string_view attribute) {
  const AttributeInfo* info = device.find(attribute);
  const bool is_number = info != nullptr && (info->type == ValueType::number);
  return is_number ? Value(0.0) : Value(false);
}

std::optional<Default> default_for(const DeviceInfo& device, std::string_view attribute) {
  const auto end = devices::end_of_claims(device, attribute);
  if (!end) return std::nullopt;
  switch (*end) {
    case devices::EndOfClaims::restore:
      return Default{Default::Kind::restore, {}};
    case devices::EndOfClaims::leave:
      return Default{Default::Kind::leave, {}};
    case devices::EndOfClaims::off:
      return Default{Default::Kind::value, off_value(device, attribute)};
  }
  return std::nullopt;
}

}  // namespace

rules::Surroundings surroundings(devices::Catalog& catalog) {
  return {catalog.devices(), catalog.table(), devices::vocabulary_types(), default_for};
}

}  // namespace attune::config
