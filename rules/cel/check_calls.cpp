#include <algorithm>
#include <array>
#include <string_view>

#include "rules/cel/checker.h"
#include "rules/cel/functions.h"
#include "rules/cel/spelling.h"

namespace attune::cel {

namespace {

constexpr std::array<std::string_view, 4> kOrderings = {"_<_", "_<=_", "_>_", "_>=_"};

bool is_dyn(const Type& type) {
  return type.is(TypeKind::dyn);
}

bool ordered(const Type& type) {
  switch (type.kind) {
    case TypeKind::boolean:
    case TypeKind::text:
    case TypeKind::bytes:
    case TypeKind::timestamp:
    case TypeKind::duration:
      return true;
    default:
      return type.numeric();
  }
}

/// `_+_` as people write it: `+`.
std::string symbol(const Expr& expr) {
  std::string out;
  for (const char c : expr.text) {
    if (c != '_') out += c;
  }
  return out;
}

bool is_operator(const Expr& expr) {
  return expr.text.find_first_of("+-*/%[") != std::string::npos;
}

/// `a.b` of `a.b.f()`; empty when it is no chain of names.
std::string dotted(const Expr& expr) {
  if (expr.kind == Expr::Kind::name) return expr.text;
  if (expr.kind != Expr::Kind::select || expr.test || expr.optional) return "";
  const std::string before = dotted(*expr.children[0]);
  return before.empty() ? "" : before + "." + expr.text;
}

std::string conversion_hint(const Expr& expr) {
  bool integer = false;
  bool number = false;
  for (const auto& child : expr.children) {
    integer = integer || child->type.is(TypeKind::integer);
    number = number || child->type.is(TypeKind::number);
  }
  return integer && number ? "convert the int with double(...)" : "";
}

}  // namespace

void Checker::visit_call(Expr& expr) {
  if (expr.text == "_&&_" || expr.text == "_||_" || expr.text == "!_") return visit_logic(expr);
  if (expr.text == "_?_:_") return visit_conditional(expr);
  if (names_.signals != nullptr && (visit_moving(expr) || visit_signal(expr))) return;
  if (expr.text == "_==_" || expr.text == "_!=_") return visit_equality(expr);
  if (std::find(kOrderings.begin(), kOrderings.end(), expr.text) != kOrderings.end()) {
    return visit_ordering(expr);
  }
  if (expr.receiver) fold_namespace(expr);
  if (expr.text == "math.greatest" || expr.text == "math.least") return visit_extreme(expr);
  visit_function(expr);
}

void Checker::visit_logic(Expr& expr) {
  visit_children(expr);
  for (const auto& child : expr.children) need_bool(*child, symbol(expr));
  expr.type = dynamic() ? TypeKind::dyn : TypeKind::boolean;
}

void Checker::visit_conditional(Expr& expr) {
  visit_children(expr);
  need_bool(*expr.children[0], "?:");
  Expr& yes = *expr.children[1];
  Expr& no = *expr.children[2];
  match_numbers(yes, no);
  Bindings none;
  if (!assignable(yes.type, no.type, none) && !assignable(no.type, yes.type, none)) {
    return misfit(
        expr, "E203",
        "the two ends of '?:' are of two kinds, " + text(yes.type) + " and " + text(no.type));
  }
  expr.type = join(yes.type, no.type);
}

void Checker::visit_equality(Expr& expr) {
  visit_children(expr);
  Expr& a = *expr.children[0];
  Expr& b = *expr.children[1];
  match_numbers(a, b);
  closed_values(a, b);
  closed_values(b, a);
  expr.type = dynamic() ? TypeKind::dyn : TypeKind::boolean;
  Bindings none;
  if (assignable(a.type, b.type, none) ||
      (literals_fit() && a.type.numeric() && b.type.numeric())) {
    return;
  }
  misfit(expr, "E203",
         "'" + symbol(expr) + "' compares two values of one kind, got " + spoken(expr.children));
}

void Checker::visit_ordering(Expr& expr) {
  visit_children(expr);
  Expr& a = *expr.children[0];
  Expr& b = *expr.children[1];
  match_numbers(a, b);
  expr.type = dynamic() ? TypeKind::dyn : TypeKind::boolean;
  const bool one_kind = a.type.kind == b.type.kind || is_dyn(a.type) || is_dyn(b.type);
  const bool both_ordered =
      (is_dyn(a.type) || ordered(a.type)) && (is_dyn(b.type) || ordered(b.type));
  if (both_ordered && (one_kind || (a.type.numeric() && b.type.numeric()))) return;
  const bool number = a.type.numeric() || b.type.numeric();
  misfit(expr, "E203",
         "'" + symbol(expr) + "' needs two " + (number ? "numbers" : "ordered values of one kind") +
             ", got " + spoken(expr.children));
}

/// A text that a closed enumeration never has would make a condition that is never true. `use`:
/// where the var stands that `other` is in; null when it is no part of one.
void Checker::closed_values(const Expr& one, const Expr& other, const Span* use) {
  if (one.type.values == nullptr) return;
  if (const auto* const var = std::get_if<found::Var>(&other.found)) {
    if (var->value != nullptr) closed_values(one, *var->value, use != nullptr ? use : &other.at);
    return;
  }
  for (const auto& child : other.children) {
    if (other.kind == Expr::Kind::list || other.text == "_?_:_") closed_values(one, *child, use);
  }
  const auto* const word = std::get_if<std::string>(&other.value);
  if (other.kind != Expr::Kind::literal || word == nullptr) return;
  const auto& values = *one.type.values;
  if (std::find(values.begin(), values.end(), *word) != values.end()) return;
  std::string hint = did_you_mean(*word, {values.begin(), values.end()});
  if (hint.empty()) {
    hint = "its values are";
    for (std::size_t i = 0; i < values.size(); ++i) hint += (i == 0 ? " " : ", ") + values[i];
  }
  report(use != nullptr ? *use : other.at, "E303",
         "'" + *word + "' is never a value of '" + one.text + "'", std::move(hint));
}

/// `math.abs(x)`: a function of that whole name, when no variable is called so.
void Checker::fold_namespace(Expr& expr) {
  const std::string space = dotted(*expr.children[0]);
  if (space.empty()) return;
  const std::string whole = space + "." + expr.text;
  if (overloads(whole).empty() && whole != "math.greatest" && whole != "math.least") return;
  expr.text = whole;
  expr.receiver = false;
  expr.children.erase(expr.children.begin());
}

/// `math.greatest` and `math.least`: any count of numbers, or one list of them.
void Checker::visit_extreme(Expr& expr) {
  visit_children(expr);
  for (auto& a : expr.children) match_numbers(*a, *expr.children[0]);
  for (auto& a : expr.children) match_numbers(*a, *expr.children[0]);
  const bool list = expr.children.size() == 1 && expr.children[0]->type.is(TypeKind::list);
  Type all;
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    const Type& own = expr.children[i]->type;
    const Type& type = list ? own.of[0] : own;
    if (!type.numeric() && !is_dyn(type)) return no_overload(expr);
    all = i == 0 ? type : join(all, type);
  }
  if (expr.children.empty()) return no_overload(expr);
  expr.type = all;
  expr.found = found::Functions{};
}

void Checker::visit_function(Expr& expr) {
  visit_children(expr);
  if (overloads(expr.text).empty()) {
    return misfit(expr, "E202", "there is no function '" + expr.text + "'",
                  did_you_mean(expr.text, function_names()));
  }
  if (expr.text == "_in_") {
    match_numbers(*expr.children[0], *expr.children[1]);
    closed_values(*expr.children[0], *expr.children[1]);
  }
  if (resolve(expr, false) || (literals_fit() && resolve(expr, true))) return;
  no_overload(expr);
}

bool Checker::applicable(const Overload& overload, Expr& expr, bool with_literals, Type& result) {
  if (overload.receiver != expr.receiver) return false;
  if (overload.parameters.size() != expr.children.size()) return false;
  Bindings bindings;
  std::vector<Expr*> literals;
  for (std::size_t i = 0; i < expr.children.size(); ++i) {
    Expr& child = *expr.children[i];
    const Type& wanted = overload.parameters[i];
    if (assignable(wanted, child.type, bindings)) continue;
    if (!with_literals || !wanted.is(TypeKind::number) || !is_int_literal(child)) return false;
    literals.push_back(&child);
  }
  for (Expr* literal : literals) make_double(*literal);
  result = substitute(overload.result, bindings);
  return true;
}

bool Checker::resolve(Expr& expr, bool with_literals) {
  found::Functions found;
  for (const Overload& overload : overloads(expr.text)) {
    Type result;
    if (!applicable(overload, expr, with_literals, result)) continue;
    expr.type = found.candidates.empty() ? result : join(expr.type, result);
    found.candidates.push_back(&overload);
    if (with_literals) break;
  }
  if (found.candidates.empty()) return false;
  if (dynamic()) expr.type = TypeKind::dyn;
  expr.found = std::move(found);
  return true;
}

void Checker::no_overload(Expr& expr) {
  std::string message;
  if (expr.text == "_[_]") {
    message = text(expr.children[0]->type) + " has no element by " + text(expr.children[1]->type);
  } else if (is_operator(expr) || expr.text == "_in_") {
    message = "'" + symbol(expr) + "' does not go with " + spoken(expr.children);
  } else {
    message = "'" + expr.text + "' does not take " +
              (expr.children.empty() ? "nothing" : spoken(expr.children));
  }
  misfit(expr, "E203", std::move(message), conversion_hint(expr));
}

}  // namespace attune::cel
