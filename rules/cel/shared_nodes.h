#pragma once
#include <map>
#include <string>
#include <tuple>
#include <utility>

#include "rules/cel/node.h"
#include "rules/cel/types.h"

namespace attune::cel {

/// The reads and constants of programs that are made in one Memory: what is alike is one node, so
/// that a thousand rules that read one sensor hold it once.
///
/// Threading: owned by who compiles. The nodes outlive it.
class SharedNodes {
 public:
  explicit SharedNodes(Memory& memory) : memory_(memory) {}
  [[nodiscard]] const Node* read(AttributeId attribute, TypeKind type);
  /// Booleans, numbers and texts are shared; a list or a device is a node of its own.
  [[nodiscard]] const Node* constant(const Datum& value);

 private:
  Memory& memory_;
  std::map<std::pair<AttributeId, TypeKind>, const Node*> reads_;
  std::map<std::pair<Kind, std::uint64_t>, const Node*> numbers_;  // by the bits of the value
  std::map<std::string, const Node*, std::less<>> texts_;
};

}  // namespace attune::cel
