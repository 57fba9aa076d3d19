#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "rules/cel/ast.h"
#include "rules/cel/atoms.h"
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

/// Immutable; shared by every evaluation of its program.
class Node {
 public:
  Node() = default;
  Node(const Node&) = delete;
  Node& operator=(const Node&) = delete;
  virtual ~Node() = default;
  [[nodiscard]] virtual Datum eval(Frame& frame) const = 0;
  /// The value of a node that always has the same.
  [[nodiscard]] virtual const Datum* constant() const { return nullptr; }
  /// Of a node that reads one attribute as what it is.
  [[nodiscard]] virtual const AttributeId* attribute() const { return nullptr; }
  /// Of a node that asks one question about one attribute; its result is a bool, or not known.
  [[nodiscard]] virtual std::optional<Atom> atom() const { return std::nullopt; }
};

using NodePtr = std::unique_ptr<const Node>;
/// Children belong to the program and outlive their parents.
using Nodes = std::vector<const Node*>;

NodePtr constant_node(Datum value);
NodePtr read_node(AttributeId attribute, TypeKind type);
NodePtr slot_node(std::uint32_t slot);
NodePtr variable_node(std::uint32_t index);

/// A device's attribute by the device's index; empty entries are unknown.
NodePtr member_node(const Node* device, std::vector<std::optional<AttributeId>> attributes,
                    TypeKind type);
NodePtr has_member_node(const Node* device, std::vector<bool> has);
NodePtr field_node(const Node* device, Datum BoundDevice::*field);

/// `&&` when `stop` is false, `||` when it is true: absorb errors and unknowns.
NodePtr logic_node(Nodes parts, bool stop);
NodePtr not_node(const Node* operand);
NodePtr conditional_node(const Node* condition, const Node* yes, const Node* no);

/// `==`, or `!=` when `negated`.
NodePtr equality_node(const Node* a, const Node* b, bool negated);
/// `symbol`: `_<_`, `_<=_`, `_>_`, `_>=_`.
NodePtr ordering_node(std::string_view symbol, const Node* a, const Node* b);

/// Calls the first overload whose parameters fit; the only one unseen when `exact`.
NodePtr function_node(std::vector<const Overload*> candidates, Nodes arguments, bool exact);
/// `math.greatest` or `math.least`.
NodePtr extreme_node(Nodes arguments, bool greatest);
/// Null when the pattern is no regular expression.
NodePtr match_node(const Node* text, std::string_view pattern);

/// `optional[i]`: the entry is an optional, and absent when it is none.
NodePtr list_node(Nodes elements, std::vector<bool> optional);
NodePtr map_node(Nodes keys_and_values, std::vector<bool> optional);
/// A field of a map or of an optional one; `key` lives with the program.
NodePtr select_node(const Node* operand, Datum key, bool optional, bool test);

/// A macro over a list or a map: what its slots and parts are.
struct Loop {
  Macro macro;
  const Node* range;
  const Node* filter;  ///< absent when null
  const Node* body;
  std::uint32_t slot;
  bool pairs;  ///< two variables
};
NodePtr loop_node(const Loop& loop);
NodePtr bind_node(const Node* value, const Node* body, std::uint32_t slot);
NodePtr optional_macro_node(const Node* operand, const Node* body, std::uint32_t slot, bool flat);

}  // namespace attune::cel
