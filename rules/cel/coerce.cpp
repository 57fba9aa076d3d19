#include <algorithm>
#include <string_view>

#include "rules/cel/checker.h"

/// attune's extension 1: an int literal beside or for a double is a double.
namespace attune::cel {

namespace {

/// Arithmetic that is the same on doubles; int division is not.
bool keeps_meaning(std::string_view function) {
  return function == "_+_" || function == "_-_" || function == "_*_" || function == "-_";
}

bool is_double(const Type& type) {
  return type.is(TypeKind::number);
}

bool is_double_list(const Type& type) {
  return type.is(TypeKind::list) && is_double(type.of[0]);
}

}  // namespace

bool Checker::is_int_literal(const Expr& expr, std::size_t budget) const {
  const auto from = [&](std::size_t first) {
    return std::all_of(expr.children.begin() + static_cast<std::ptrdiff_t>(first),
                       expr.children.end(), [&](const ExprPtr& child) {
                         return is_double(child->type) || is_int_literal(*child, budget - 1);
                       });
  };
  if (expr.kind == Expr::Kind::literal) return std::holds_alternative<std::int64_t>(expr.value);
  if (budget == 0) return false;
  if (expr.kind == Expr::Kind::list) return !expr.children.empty() && from(0);
  if (expr.kind != Expr::Kind::call) return false;
  if (expr.text == "_?_:_") return from(1);
  return keeps_meaning(expr.text) && from(0);
}

void Checker::make_double(Expr& expr) {
  if (is_double(expr.type)) return;
  const std::size_t first = expr.text == "_?_:_" ? 1 : 0;
  for (std::size_t i = first; i < expr.children.size(); ++i) make_double(*expr.children[i]);
  if (expr.kind == Expr::Kind::literal) {
    expr.value = static_cast<double>(std::get<std::int64_t>(expr.value));
    expr.type = TypeKind::number;
  } else if (expr.kind == Expr::Kind::list) {
    expr.type = Type(TypeKind::list, {TypeKind::number});
  } else if (first == 1) {
    expr.type = TypeKind::number;
  } else {
    resolve(expr, false);
  }
}

void Checker::match_numbers(Expr& a, Expr& b) {
  if (!literals_fit()) return;
  const auto fit = [this](const Type& type, Expr& other) {
    if ((is_double(type) || is_double_list(type)) && is_int_literal(other)) make_double(other);
  };
  fit(a.type, b);
  fit(b.type, a);
}

}  // namespace attune::cel
