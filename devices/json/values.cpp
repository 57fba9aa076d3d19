#include "devices/json/values.h"

#include <utility>
#include <vector>

namespace attune::devices::json {

namespace {

Value numbers_of(const Node& list) {
  std::vector<double> numbers;
  for (const Node& element : list) {
    if (!element.is_number()) return {};
    numbers.push_back(element.number);
  }
  return Value(std::move(numbers));
}

}  // namespace

Value value_of(const Node& node) {
  switch (node.kind) {
    case Kind::boolean:
      return node.boolean;
    case Kind::integer:
      return node.integer;
    case Kind::number:
      return node.number;
    case Kind::text:
      return node.text;
    case Kind::array:
      return numbers_of(node);
    case Kind::null:
    case Kind::object:
      break;
  }
  return {};
}

void append(Writer& out, const Node& node) {
  if (!node.is_container()) {
    out.value(value_of(node));
    return;
  }
  const bool object = node.kind == Kind::object;
  object ? out.begin_object() : out.begin_array();
  for (const Node& child : node) {
    if (object) out.key(child.key);
    append(out, child);
  }
  object ? out.end_object() : out.end_array();
}

}  // namespace attune::devices::json
