#include "rules/cel/program.h"

#include <algorithm>
#include <array>

#include "rules/cel/condition.h"
#include "rules/cel/parser.h"

namespace attune::cel {

namespace {

constexpr std::size_t kSlotsOnStack = 4;

bool failed(const std::vector<Finding>& findings, std::size_t from) {
  return std::any_of(findings.begin() + static_cast<std::ptrdiff_t>(from), findings.end(),
                     [](const Finding& f) { return f.severity == Severity::error; });
}

/// Of the type without what belongs to the environment; most are booleans.
const Type* lasting(const Type& type, Memory& memory) {
  static const Type boolean(TypeKind::boolean);
  if (type.is(TypeKind::boolean)) return &boolean;
  Type* const own = memory.make<Type>(type);
  own->devices.clear();
  own->values = nullptr;
  return own;
}

}  // namespace

Datum Program::evaluate(const rules::StateView& view, Arena& arena, const Datum* variables) const {
  return evaluate(root(), view, arena, variables);
}

Datum Program::evaluate(const Node& part, const rules::StateView& view, Arena& arena,
                        const Datum* variables) const {
  if (parts_.slots == 0) {
    Frame frame{&view, nullptr, variables, arena};
    return part.eval(frame);
  }
  std::array<Datum, kSlotsOnStack> few;
  std::vector<Datum> many(parts_.slots > few.size() ? parts_.slots : 0);
  Frame frame{&view, many.empty() ? few.data() : many.data(), variables, arena};
  return part.eval(frame);
}

std::shared_ptr<const Program> compile_program(std::string_view source, const Compiling& how,
                                               std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  const ExprPtr root = parse(source, findings);
  if (!root) return nullptr;
  Checker checker(how.names, how.declared, how.checking, findings);
  checker.check(*root, how.expect, how.any_type);
  if (failed(findings, before)) return nullptr;
  const Checked checked = checker.take();
  return program_of({*root, checked, how.names}, source, findings);
}

std::shared_ptr<const Program> program_of(const CheckedTree& tree, std::string_view source,
                                          std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  auto memory = tree.names.memory ? tree.names.memory : std::make_shared<Memory>();
  Program::Parts parts;
  parts.emitted = emit(tree.root, tree.names, *memory, findings);
  if (failed(findings, before)) return nullptr;
  parts.source = memory->keep(source);
  parts.type = lasting(tree.root.type, *memory);
  parts.cost = static_cast<std::uint32_t>(tree.root.cost);
  parts.slots = tree.checked.slots;
  const Program* const made = memory->make<Program>(parts);
  const std::shared_ptr<const Program> program(std::move(memory), made);
  if (tree.names.conditions != nullptr && tree.root.type.is(TypeKind::boolean)) {
    tree.names.conditions->keep(program, condition_of(tree.root));
  }
  return program;
}

}  // namespace attune::cel
