#include "broker/core/defaults.h"

#include "devices/vocabulary.h"

namespace attune::core {

namespace {

using rules::Default;

Value off_value(const AttributeInfo* info) {
  const bool numeric = info != nullptr && (info->type == ValueType::number);
  return numeric ? Value(0.0) : Value(false);
}

}  // namespace

std::optional<Default> vocabulary_default(const DeviceInfo& device, std::string_view attribute) {
  const auto end = devices::end_of_claims(device, attribute);
  if (!end) return std::nullopt;
  switch (*end) {
    case devices::EndOfClaims::restore:
      return Default{Default::Kind::restore, {}};
    case devices::EndOfClaims::leave:
      return Default{Default::Kind::leave, {}};
    case devices::EndOfClaims::off:
      return Default{Default::Kind::value, off_value(device.find(attribute))};
  }
  return std::nullopt;
}

Default default_of(const rules::RuleSet& set, const DeviceInfo* device, AttributeId attribute,
                   std::string_view name) {
  if (const auto it = set.defaults.find(attribute); it != set.defaults.end()) return it->second;
  if (device == nullptr) return {};
  return vocabulary_default(*device, name).value_or(Default{});
}

}  // namespace attune::core
