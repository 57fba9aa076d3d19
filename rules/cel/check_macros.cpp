#include "rules/cel/checker.h"

namespace attune::cel {

void Checker::visit_macro(Expr& expr) {
  switch (expr.macro) {
    case Macro::bind:
      return visit_bind(expr);
    case Macro::opt_map:
    case Macro::opt_flat_map:
      return visit_optional_macro(expr);
    default:
      return visit_loop(expr);
  }
}

void Checker::visit_bind(Expr& expr) {
  visit(*expr.children[0]);
  expr.slot = slots_++;
  const Expr& value = *expr.children[0];
  locals_.push_back({expr.variable, value.type, expr.slot, value.size, value.elements});
  visit(*expr.children[1]);
  locals_.pop_back();
  expr.type = expr.children[1]->type;
}

void Checker::visit_optional_macro(Expr& expr) {
  visit(*expr.children[0]);
  const Type& range = expr.children[0]->type;
  if (!range.is(TypeKind::optional) && !range.is(TypeKind::dyn)) {
    return misfit(expr, "E203", "'" + expr.text + "' needs an optional, got " + text(range));
  }
  expr.slot = slots_++;
  push_local(expr.variable, range.of.empty() ? Type() : range.of[0], expr.slot, *expr.children[0]);
  visit(*expr.children[1]);
  locals_.pop_back();
  const Type& body = expr.children[1]->type;
  expr.type = expr.macro == Macro::opt_map ? Type(TypeKind::optional, {body}) : body;
}

/// A part of `from`: no larger than the whole.
void Checker::push_local(const std::string& name, const Type& type, std::uint32_t slot,
                         const Expr& from) {
  locals_.push_back({name, type, slot, from.size, from.size});
}

/// The types of the macro's one or two variables.
std::pair<Type, Type> Checker::loop_types(const Expr& expr) {
  const Type& range = expr.children[0]->type;
  const bool pairs = !expr.variable2.empty();
  if (range.is(TypeKind::list)) {
    if (pairs) return {TypeKind::integer, range.of[0]};
    return {range.of[0], Type()};
  }
  if (range.is(TypeKind::map)) return {range.of[0], range.of[1]};
  return {};
}

void Checker::need_bool(const Expr& expr, std::string_view whose) {
  if (expr.type.is(TypeKind::boolean) || expr.type.is(TypeKind::dyn)) return;
  report(expr.at, "E203",
         "'" + std::string(whose) + "' needs true or false, got " + text(expr.type));
}

void Checker::visit_loop(Expr& expr) {
  visit(*expr.children[0]);
  const Type& range = expr.children[0]->type;
  if (!range.is(TypeKind::list) && !range.is(TypeKind::map) && !range.is(TypeKind::dyn)) {
    return misfit(expr, "E203", "'" + expr.text + "' needs a list or a map, got " + text(range),
                  range.is(TypeKind::device) ? "this is one device, not a group" : "");
  }
  const auto [first, second] = loop_types(expr);
  expr.slot = slots_;
  slots_ += expr.variable2.empty() ? 1 : 2;
  const std::size_t before = locals_.size();
  push_local(expr.variable, first, expr.slot, *expr.children[0]);
  if (!expr.variable2.empty()) push_local(expr.variable2, second, expr.slot + 1, *expr.children[0]);
  for (std::size_t i = 1; i < expr.children.size(); ++i) visit(*expr.children[i]);
  locals_.erase(locals_.begin() + static_cast<std::ptrdiff_t>(before), locals_.end());
  result_of_loop(expr);
}

void Checker::result_of_loop(Expr& expr) {
  const Expr& body = *expr.children.back();
  if (expr.children.size() == 3) need_bool(*expr.children[1], expr.text);
  const Type& range = expr.children[0]->type;
  switch (expr.macro) {
    case Macro::all:
    case Macro::exists:
    case Macro::exists_one:
      need_bool(body, expr.text);
      expr.type = TypeKind::boolean;
      break;
    case Macro::filter:
      need_bool(body, expr.text);
      expr.type = range.is(TypeKind::map) ? Type(TypeKind::list, {range.of[0]}) : range;
      break;
    case Macro::map:
    case Macro::transform_list:
      expr.type = Type(TypeKind::list, {body.type});
      break;
    case Macro::transform_map:
      expr.type = Type(TypeKind::map, {range.is(TypeKind::map)    ? range.of[0]
                                       : range.is(TypeKind::list) ? Type(TypeKind::integer)
                                                                  : Type(),
                                       body.type});
      break;
    case Macro::transform_map_entry:
      expr.type = body.type;
      break;
    case Macro::bind:
    case Macro::opt_map:
    case Macro::opt_flat_map:
      break;
  }
}

}  // namespace attune::cel
