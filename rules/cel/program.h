#pragma once
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "rules/cel/checker.h"
#include "rules/cel/explain.h"
#include "rules/cel/expression.h"
#include "rules/cel/memory.h"
#include "rules/cel/node.h"

/// An expression that is ready to run.
namespace attune::cel {

/// What a checked tree becomes; all of it lives in one Memory.
struct Emitted {
  const Node* root = nullptr;
  std::span<const AttributeId> reads;  ///< ascending, each once
  const Outline* outline = nullptr;    ///< null: the condition has no operands
};

/// Immutable: any number of evaluations may run at once. Lives in a Memory.
class Program {
 public:
  struct Parts {
    std::string_view source;
    const Type* type = nullptr;
    std::uint32_t cost = 0;  ///< at most limits::kExpressionCostMax
    std::uint32_t slots = 0;
    Emitted emitted;
  };
  explicit Program(const Parts& parts) : parts_(parts) {}

  [[nodiscard]] std::string_view source() const { return parts_.source; }
  [[nodiscard]] const Type& type() const { return *parts_.type; }
  /// The static bound, in units.
  [[nodiscard]] std::uint64_t cost() const { return parts_.cost; }
  [[nodiscard]] std::span<const AttributeId> reads() const { return parts_.emitted.reads; }
  /// The result lives as long as `arena`, the view's values and this program. `variables` are
  /// those of the declarations, in their order.
  [[nodiscard]] Datum evaluate(const rules::StateView& view, Arena& arena,
                               const Datum* variables = nullptr) const;
  /// One of its own nodes, for itself: never the body of a macro.
  [[nodiscard]] Datum evaluate(const Node& part, const rules::StateView& view, Arena& arena,
                               const Datum* variables = nullptr) const;
  /// The whole as one part.
  [[nodiscard]] const Node& root() const { return *parts_.emitted.root; }
  /// Null: the condition has no operands.
  [[nodiscard]] const Outline* outline() const { return parts_.emitted.outline; }

 private:
  Parts parts_;
};

struct Compiling {
  const Environment& names;
  const Declarations& declared;
  Expect expect = Expect::boolean;
  Checking checking = Checking::typed;
  /// Results that no attribute can have are fine too.
  bool any_type = false;
};

/// Parses, checks and emits. Null when a finding is an error.
[[nodiscard]] std::shared_ptr<const Program> compile_program(std::string_view source,
                                                             const Compiling& how,
                                                             std::vector<Finding>& findings);

struct CheckedTree {
  const Expr& root;
  const Checked& checked;
  const Environment& names;
};
/// The same from a tree that is checked already.
[[nodiscard]] std::shared_ptr<const Program> program_of(const CheckedTree& tree,
                                                        std::string_view source,
                                                        std::vector<Finding>& findings);

/// A checked tree -> nodes. Findings: a wrong constant regular expression. `names` are those that
/// it was checked with.
[[nodiscard]] Emitted emit(const Expr& root, const Environment& names, Memory& memory,
                           std::vector<Finding>& findings);

}  // namespace attune::cel
