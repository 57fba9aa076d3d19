#include "broker/core/fit.h"

#include <algorithm>
#include <cmath>

#include "rules/cel/signal.h"

namespace attune::core {

namespace {

Error mistyped(const AttributeInfo& attribute, const Value& value) {
  return {"type", attribute.name + " takes a " + std::string(name(attribute.type)) + ", got " +
                      to_json(value)};
}

Result<Value> fit_number(const AttributeInfo& attribute, const Value& value) {
  if (!value.is_numeric()) return mistyped(attribute, value);
  const double number = value.numeric();
  if (attribute.range && (number < attribute.range->min || number > attribute.range->max)) {
    std::string message = attribute.name + " takes ";
    append_number(message, attribute.range->min);
    message += " to ";
    append_number(message, attribute.range->max);
    return Error{"range", message + ", got " + to_json(value)};
  }
  if (attribute.type == ValueType::integer)
    return Value(static_cast<std::int64_t>(std::llround(number)));
  return Value(number);
}

Result<Value> fit_word(const AttributeInfo& attribute, const Value& value) {
  if (value.kind() != ValueKind::text) return mistyped(attribute, value);
  const auto& words = attribute.values;
  if (words.empty() || std::find(words.begin(), words.end(), value.as_text()) != words.end()) {
    return value;
  }
  std::string known;
  for (const auto& word : words) known += (known.empty() ? "" : ", ") + word;
  return Error{"value", attribute.name + " is one of " + known + ", got " + to_json(value)};
}

}  // namespace

Result<Value> fit(const AttributeInfo& attribute, const Value& value) {
  switch (attribute.type) {
    case ValueType::boolean:
      if (value.kind() != ValueKind::boolean) return mistyped(attribute, value);
      return value;
    case ValueType::integer:
    case ValueType::number:
      return fit_number(attribute, value);
    case ValueType::enumeration:
      return fit_word(attribute, value);
    case ValueType::text:
    case ValueType::timestamp:
    case ValueType::event:
      if (value.kind() != ValueKind::text) return mistyped(attribute, value);
      if (attribute.unit == kTimeOfDay && !cel::parse_time_of_day(value.as_text())) {
        return Error{"value",
                     attribute.name + " is a time of day like 07:00, got " + to_json(value)};
      }
      return value;
    case ValueType::numbers:
      if (value.kind() != ValueKind::numbers) return mistyped(attribute, value);
      return value;
  }
  return mistyped(attribute, value);
}

}  // namespace attune::core
