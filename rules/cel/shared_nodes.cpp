#include "rules/cel/shared_nodes.h"

#include <bit>

namespace attune::cel {

const Node* SharedNodes::read(AttributeId attribute, TypeKind type) {
  const Node*& node = reads_[{attribute, type}];
  if (node == nullptr) node = read_node(memory_, attribute, type);
  return node;
}

const Node* SharedNodes::constant(const Datum& value) {
  const auto shared = [&](std::uint64_t bits) {
    const Node*& node = numbers_[{value.kind, bits}];
    if (node == nullptr) node = constant_node(memory_, value);
    return node;
  };
  switch (value.kind) {
    case Kind::boolean:
      return shared(value.boolean ? 1 : 0);
    case Kind::integer:
      return shared(static_cast<std::uint64_t>(value.integer));
    case Kind::number:
      return shared(std::bit_cast<std::uint64_t>(value.number));
    case Kind::text: {
      const auto known = texts_.find(value.view());
      if (known != texts_.end()) return known->second;
      return texts_.emplace(value.view(), constant_node(memory_, value)).first->second;
    }
    default:
      return constant_node(memory_, value);
  }
}

}  // namespace attune::cel
