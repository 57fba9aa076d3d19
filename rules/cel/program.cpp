#include "rules/cel/program.h"

#include <algorithm>
#include <array>

#include "rules/cel/parser.h"

namespace attune::cel {

namespace {

constexpr std::size_t kSlotsOnStack = 4;

bool failed(const std::vector<Finding>& findings, std::size_t from) {
  return std::any_of(findings.begin() + static_cast<std::ptrdiff_t>(from), findings.end(),
                     [](const Finding& f) { return f.severity == Severity::error; });
}

}  // namespace

Datum Program::evaluate(const rules::StateView& view, Arena& arena, const Datum* variables) const {
  return evaluate(*parts_.root, view, arena, variables);
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
  return program_of({*root, checked, how.names}, std::string(source), findings);
}

std::shared_ptr<const Program> program_of(const CheckedTree& tree, std::string source,
                                          std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  Program::Parts parts;
  parts.source = std::move(source);
  parts.type = tree.root.type;
  parts.type.devices.clear();  // they belong to the environment
  parts.type.values = nullptr;
  parts.cost = tree.root.cost;
  parts.slots = tree.checked.slots;
  emit(tree.root, tree.names, parts, findings);
  if (failed(findings, before)) return nullptr;
  if (parts.type.is(TypeKind::boolean)) {
    parts.condition = std::make_unique<const Condition>(condition_of(tree.root));
  }
  return std::make_shared<const Program>(std::move(parts));
}

}  // namespace attune::cel
