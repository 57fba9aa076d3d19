#include "rules/cel/checker.h"

#include "devices/model/limits.h"

namespace attune::cel {

namespace {

struct LiteralType {
  TypeKind operator()(std::monostate) const { return TypeKind::null; }
  TypeKind operator()(bool) const { return TypeKind::boolean; }
  TypeKind operator()(std::int64_t) const { return TypeKind::integer; }
  TypeKind operator()(std::uint64_t) const { return TypeKind::unsigned_integer; }
  TypeKind operator()(double) const { return TypeKind::number; }
  TypeKind operator()(const std::string&) const { return TypeKind::text; }
  TypeKind operator()(const Bytes&) const { return TypeKind::bytes; }
};

/// What an entry with `?` adds: the value of its optional.
Type entry_type(const Expr& value, bool optional) {
  if (!optional) return value.type;
  return value.type.is(TypeKind::optional) && !value.type.of.empty() ? value.type.of[0] : Type();
}

void widen(Type& all, const Type& one, bool first) {
  all = first ? one : join(all, one);
}

bool can_be_value(const Type& type) {
  switch (type.kind) {
    case TypeKind::dyn:
    case TypeKind::boolean:
    case TypeKind::text:
    case TypeKind::timestamp:
    case TypeKind::duration:
      return true;
    case TypeKind::list:
      return type.of[0].is(TypeKind::dyn) || type.of[0].numeric();
    default:
      return type.numeric();
  }
}

bool fits(const Type& type, Expect expect) {
  if (type.is(TypeKind::dyn)) return true;
  switch (expect) {
    case Expect::boolean:
      return type.is(TypeKind::boolean);
    case Expect::number:
      return type.numeric();
    case Expect::text:
      return type.is(TypeKind::text);
    case Expect::any:
      return can_be_value(type);
  }
  return false;
}

std::string_view wanted(Expect expect) {
  switch (expect) {
    case Expect::boolean:
      return "a condition is true or false";
    case Expect::number:
      return "a number is wanted here";
    case Expect::text:
      return "a string is wanted here";
    case Expect::any:
      return "a value of an attribute is wanted here";
  }
  return "";
}

}  // namespace

void Checker::check(Expr& root, Expect expect, bool any_type) {
  visit(root);
  if (!any_type) expect_root(root, expect);
  if (root.cost > limits::kExpressionCostMax) {
    report(root.at, "E204",
           "the expression may cost " + std::to_string(root.cost) + " units, more than " +
               std::to_string(limits::kExpressionCostMax),
           "a macro inside a macro multiplies: use smaller groups");
  }
}

void Checker::expect_root(Expr& root, Expect expect) {
  if (expect == Expect::number && literals_fit() && is_int_literal(root)) make_double(root);
  if (dynamic() || fits(root.type, expect)) return;
  report(root.at, "E203", std::string(wanted(expect)) + ", this is a " + text(root.type));
}

void Checker::visit(Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::literal:
      visit_literal(expr);
      break;
    case Expr::Kind::name:
      visit_name(expr);
      break;
    case Expr::Kind::select:
      visit_select(expr);
      break;
    case Expr::Kind::call:
      visit_call(expr);
      break;
    case Expr::Kind::list:
      visit_list(expr);
      break;
    case Expr::Kind::map:
      visit_map(expr);
      break;
    case Expr::Kind::macro:
      visit_macro(expr);
      break;
  }
  bound_cost(expr);
}

void Checker::visit_children(Expr& expr) {
  for (auto& child : expr.children) visit(*child);
}

void Checker::visit_literal(Expr& expr) {
  expr.type = dynamic() ? TypeKind::dyn : std::visit(LiteralType{}, expr.value);
}

void Checker::visit_list(Expr& expr) {
  Type element;
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    visit(*expr.children[i]);
    widen(element, entry_type(*expr.children[i], expr.optional_entries[i]), i == 0);
  }
  expr.type = dynamic() ? Type() : Type(TypeKind::list, {element});
}

void Checker::visit_map(Expr& expr) {
  Type key;
  Type value;
  for (std::size_t i = 0; i < expr.children.size(); i += 2) {
    visit(*expr.children[i]);
    visit(*expr.children[i + 1]);
    widen(key, expr.children[i]->type, i == 0);
    widen(value, entry_type(*expr.children[i + 1], expr.optional_entries[i / 2]), i == 0);
  }
  expr.type = dynamic() ? Type() : Type(TypeKind::map, {key, value});
}

Finding& Checker::report(Span at, std::string code, std::string message, std::string hint,
                         Severity severity) {
  Finding finding{severity,  std::move(code),    at.offset,
                  at.length, std::move(message), std::move(hint)};
  return findings_.emplace_back(std::move(finding));
}

void Checker::misfit(Expr& expr, std::string code, std::string message, std::string hint) {
  if (dynamic()) {
    expr.found = found::Failure{std::move(message)};
  } else {
    report(expr.at, std::move(code), std::move(message), std::move(hint));
  }
  expr.type = TypeKind::dyn;
}

std::string spoken(const std::vector<ExprPtr>& parts) {
  std::string out;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) out += i + 1 == parts.size() ? " and " : ", ";
    out += text(parts[i]->type);
  }
  return out;
}

}  // namespace attune::cel
