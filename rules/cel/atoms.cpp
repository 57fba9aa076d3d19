#include "rules/cel/atoms.h"

#include <algorithm>
#include <span>

#include "rules/cel/program.h"

namespace attune::cel {

namespace {

class Gathering {
 public:
  /// One part that has no operands: a question that its node answers for, or an opaque one.
  void add(const Node& node, std::span<const AttributeId> reads) {
    if (const auto atom = node.atom()) return atoms_.push_back(*atom);
    for (const AttributeId id : reads) atoms_.push_back({id, Atom::Kind::change, 0, {}});
  }
  /// One part with its operands.
  void add(const Outline& outline, std::size_t part, const Node& node) {
    if (outline.parts()[part].joins == Joins::none) return add(node, outline.reads_of(part));
    for_operands(outline, part, node,
                 [&](std::size_t operand, const Node& of) { add(outline, operand, of); });
  }
  /// Whatever no part has spoken for.
  void complete(std::span<const AttributeId> reads) {
    const std::size_t spoken = atoms_.size();
    for (const AttributeId id : reads) {
      const auto end = atoms_.begin() + static_cast<std::ptrdiff_t>(spoken);
      const bool known =
          std::any_of(atoms_.begin(), end, [&](const Atom& atom) { return atom.attribute == id; });
      if (!known) atoms_.push_back({id, Atom::Kind::change, 0, {}});
    }
  }
  [[nodiscard]] std::vector<Atom> take() { return std::move(atoms_); }

 private:
  std::vector<Atom> atoms_;
};

}  // namespace

std::vector<Atom> atoms_of(const Expression& expression) {
  const Program* const program = expression.program();
  if (program == nullptr) return {};
  Gathering gathering;
  const Outline* const outline = program->outline();
  if (outline == nullptr) {
    gathering.add(program->root(), program->reads());
  } else {
    gathering.add(*outline, 0, program->root());
  }
  gathering.complete(program->reads());
  return gathering.take();
}

}  // namespace attune::cel
