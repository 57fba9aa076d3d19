#include "rules/cel/parser.h"
#include "rules/cel/program.h"
#include "rules/cel/signal.h"

namespace attune::cel {

namespace {

Edge::Direction direction_of(const Expr& root) {
  if (root.kind != Expr::Kind::call || root.receiver) return Edge::Direction::level;
  if (root.text == "rises") return Edge::Direction::rises;
  return root.text == "falls" ? Edge::Direction::falls : Edge::Direction::level;
}

bool has_errors(const std::vector<Finding>& findings, std::size_t from) {
  for (; from < findings.size(); ++from) {
    if (findings[from].severity == Severity::error) return true;
  }
  return false;
}

}  // namespace

std::optional<Edge> compile_edge(std::string_view source, const Environment& names,
                                 std::vector<Finding>& findings) {
  const std::size_t before = findings.size();
  ExprPtr root = parse(source, findings);
  if (!root) return std::nullopt;
  Edge edge;
  edge.direction = direction_of(*root);
  if (edge.direction != Edge::Direction::level) {
    if (root->children.size() != 1) {
      findings.push_back({Severity::error, "E203", root->at.offset, root->at.length,
                          "'" + root->text + "' takes one condition", root->text + "(device.x)"});
      return std::nullopt;
    }
    ExprPtr condition = std::move(root->children[0]);
    root = std::move(condition);
  }
  const Declarations none;
  Checker checker(names, none, Checking::typed, findings);
  checker.check(*root, Expect::boolean);
  if (has_errors(findings, before)) return std::nullopt;
  const Checked checked = checker.take();
  auto program = program_of({*root, checked, names}, source, findings);
  if (!program) return std::nullopt;
  edge.condition = Expression(std::move(program));
  return edge;
}

}  // namespace attune::cel
