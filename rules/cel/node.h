#pragma once
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rules/cel/ast.h"
#include "rules/cel/atoms.h"
#include "rules/cel/memory.h"
#include "rules/cel/value.h"
#include "rules/state_view.h"

/// The compiled form: a tree of nodes that evaluate themselves.
namespace attune::cel {

/// One evaluation.
struct Frame {
  const rules::StateView* view;  ///< absent while constants are folded
  Datum* slots;                  ///< of the macros' variables
  const Datum* variables;        ///< of the declarations
  Arena& arena;
};

/// Immutable; shared by every evaluation of its program. Lives in a Memory, as its children do.
class Node {
 public:
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  [[nodiscard]] virtual Datum eval(Frame& frame) const = 0;
  /// The value of a node that always has the same.
  [[nodiscard]] virtual const Datum* constant() const { return nullptr; }
  /// Of a node that reads one attribute as what it is.
  [[nodiscard]] virtual const AttributeId* attribute() const { return nullptr; }
  /// Of a node that asks one question about one attribute; its result is a bool, or not known.
  [[nodiscard]] virtual std::optional<Atom> atom() const { return std::nullopt; }
  /// Of `&&`, `||` and `!`, in the order of the source.
  [[nodiscard]] virtual std::span<const Node* const> operands() const { return {}; }

 protected:
  ~Node() = default;
};

using Nodes = std::vector<const Node*>;

const Node* constant_node(Memory& memory, Datum value);
const Node* read_node(Memory& memory, AttributeId attribute, TypeKind type);
const Node* slot_node(Memory& memory, std::uint32_t slot);
const Node* variable_node(Memory& memory, std::uint32_t index);

/// A device's attribute by the device's index; empty entries are unknown.
const Node* member_node(Memory& memory, const Node* device,
                        std::vector<std::optional<AttributeId>> attributes, TypeKind type);
const Node* has_member_node(Memory& memory, const Node* device, std::vector<bool> has);
const Node* field_node(Memory& memory, const Node* device, Datum BoundDevice::*field);

/// `&&` when `stop` is false, `||` when it is true: absorb errors and unknowns.
const Node* logic_node(Memory& memory, Nodes parts, bool stop);
const Node* not_node(Memory& memory, const Node* operand);
const Node* conditional_node(Memory& memory, const Node* condition, const Node* yes,
                             const Node* no);

/// `==`, or `!=` when `negated`.
const Node* equality_node(Memory& memory, const Node* a, const Node* b, bool negated);
/// `symbol`: `_<_`, `_<=_`, `_>_`, `_>=_`.
const Node* ordering_node(Memory& memory, std::string_view symbol, const Node* a, const Node* b);

/// Calls the first overload whose parameters fit; the only one unseen when `exact`.
const Node* function_node(Memory& memory, std::vector<const Overload*> candidates, Nodes arguments,
                          bool exact);
/// `math.greatest` or `math.least`.
const Node* extreme_node(Memory& memory, Nodes arguments, bool greatest);
/// Null when the pattern is no regular expression.
const Node* match_node(Memory& memory, const Node* text, std::string_view pattern);

/// `optional[i]`: the entry is an optional, and absent when it is none.
const Node* list_node(Memory& memory, Nodes elements, std::vector<bool> optional);
const Node* map_node(Memory& memory, Nodes keys_and_values, std::vector<bool> optional);
/// A field of a map or of an optional one; `key` lives with the program.
const Node* select_node(Memory& memory, const Node* operand, Datum key, bool optional, bool test);

/// A macro over a list or a map: what its slots and parts are.
struct Loop {
  Macro macro;
  const Node* range;
  const Node* filter;  ///< absent when null
  const Node* body;
  std::uint32_t slot;
  bool pairs;  ///< two variables
};
const Node* loop_node(Memory& memory, const Loop& loop);
const Node* bind_node(Memory& memory, const Node* value, const Node* body, std::uint32_t slot);
const Node* optional_macro_node(Memory& memory, const Node* operand, const Node* body,
                                std::uint32_t slot, bool flat);

}  // namespace attune::cel
