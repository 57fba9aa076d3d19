#include <algorithm>
#include <limits>

#include "rules/cel/checker.h"
#include "rules/cel/functions.h"

/// The bound on an expression's work: a unit is about one operation, or 1 KiB of text touched.
namespace attune::cel {

namespace {

constexpr std::uint64_t kTextBytes = 16 * 1024;  // the most that an attribute's text can have
constexpr std::uint64_t kElements = 1024;        // the most numbers that an attribute can have
constexpr std::uint64_t kExpansion = 512;        // bytes that `%f` can make of one
constexpr std::uint64_t kPattern = 500;          // compiling a regular expression
constexpr std::uint64_t kBytesPerUnit = 1024;
constexpr std::uint64_t kElementsPerUnit = 64;

std::uint64_t plus(std::uint64_t a, std::uint64_t b) {
  return a > std::numeric_limits<std::uint64_t>::max() - b
             ? std::numeric_limits<std::uint64_t>::max()
             : a + b;
}

std::uint64_t times(std::uint64_t a, std::uint64_t b) {
  return b != 0 && a > std::numeric_limits<std::uint64_t>::max() / b
             ? std::numeric_limits<std::uint64_t>::max()
             : a * b;
}

std::uint64_t default_size(const Type& type) {
  switch (type.kind) {
    case TypeKind::text:
    case TypeKind::bytes:
      return kTextBytes;
    case TypeKind::list:
    case TypeKind::map:
    case TypeKind::dyn:
      return kElements;
    default:
      return 1;
  }
}

bool has_size(const Type& type) {
  return default_size(type) != 1;
}

bool has_elements(const Type& type) {
  return type.is(TypeKind::list) || type.is(TypeKind::map) || type.is(TypeKind::dyn);
}

/// What going once over a value costs.
std::uint64_t touch(const Expr& expr) {
  return expr.size / kBytesPerUnit + expr.elements / kElementsPerUnit;
}

void size_of_literal(Expr& expr) {
  expr.size = 1;
  if (const auto* const text = std::get_if<std::string>(&expr.value)) expr.size += text->size();
  if (const auto* const bytes = std::get_if<Bytes>(&expr.value)) expr.size += bytes->data.size();
}

void bound_name(Expr& expr) {
  if (std::holds_alternative<found::Local>(expr.found)) return;  // set where it was found
  expr.size = default_size(expr.type);
  expr.elements = has_elements(expr.type) ? kElements : 1;
  if (const auto* const group = std::get_if<found::Group>(&expr.found)) {
    expr.size = expr.elements = group->members.size();
  }
  const auto* const var = std::get_if<found::Var>(&expr.found);
  if (var == nullptr || var->value == nullptr) return;
  expr.cost = plus(1, var->value->cost);
  expr.size = var->value->size;
  expr.elements = var->value->elements;
}

/// The longest of the texts that the field has among the devices; all of them for `tags`.
std::uint64_t field_size(const std::string& field, const Expr& device) {
  std::uint64_t size = 1;
  for (const Device* one : device.type.devices) {
    std::uint64_t own = 1;
    if (field == "id") own += one->id.size();
    if (field == "label") own += one->label.size();
    if (field == "area") own += one->area.size();
    if (field == "tags") {
      for (const auto& tag : one->tags) own += tag.size() + 1;
    }
    size = std::max(size, own);
  }
  return size;
}

/// A part of a map is no larger than the map.
void bound_select(Expr& expr) {
  if (const auto* const field = std::get_if<found::Field>(&expr.found)) {
    expr.size = field_size(field->name, *expr.children[0]);
    expr.elements = has_elements(expr.type) ? expr.size : 1;
    return;
  }
  if (!std::holds_alternative<found::Nothing>(expr.found)) return bound_name(expr);
  expr.size = expr.children[0]->size;
  expr.elements = has_elements(expr.type) ? expr.size : 1;
}

/// Comparing looks at no more than the smaller one.
bool compares(std::string_view function) {
  return function == "_==_" || function == "_!=_" || function == "_<_" || function == "_<=_" ||
         function == "_>_" || function == "_>=_";
}

Growth growth_of(const Expr& expr) {
  const auto* const functions = std::get_if<found::Functions>(&expr.found);
  if (functions == nullptr || functions->candidates.empty()) return Growth::sum;
  return functions->candidates[0]->growth;
}

void bound_call(Expr& expr) {
  std::uint64_t sum = 0;
  std::uint64_t product = 1;
  std::uint64_t touched = 0;
  std::uint64_t elements = 0;
  std::uint64_t least = std::numeric_limits<std::uint64_t>::max();
  for (const auto& child : expr.children) {
    sum = plus(sum, child->size);
    elements = plus(elements, child->elements);
    product = times(product, plus(child->size, 1));
    touched = plus(touched, touch(*child));
    least = std::min(least, touch(*child));
  }
  const Growth growth = growth_of(expr);
  std::uint64_t size = sum;
  if (growth == Growth::product) size = product;
  if (growth == Growth::expand) size = times(sum, kExpansion);
  expr.size = has_size(expr.type) ? plus(size, 64) : 1;
  expr.elements = 1;
  if (has_elements(expr.type)) {
    expr.elements = expr.text == "_+_" || expr.text == "_?_:_" ? elements : expr.size;
  }
  expr.cost = plus(expr.cost, compares(expr.text) ? least : touched);
  const bool pattern = expr.text == "matches" && expr.children.back()->kind != Expr::Kind::literal;
  if (pattern) expr.cost = plus(expr.cost, kPattern);
  if (growth != Growth::sum) expr.cost = plus(expr.cost, expr.size / kBytesPerUnit);
}

void bound_macro(Expr& expr) {
  const std::uint64_t rounds = expr.macro == Macro::bind ? 1 : expr.children[0]->elements;
  std::uint64_t round = 1;
  for (std::size_t i = 1; i < expr.children.size(); ++i) {
    round = plus(round, expr.children[i]->cost);
  }
  expr.cost = plus(expr.children[0]->cost, times(rounds, round));
  const Expr& body = *expr.children.back();
  expr.size = has_size(expr.type) ? body.size : 1;
  expr.elements = has_elements(expr.type) ? body.elements : 1;
  if (expr.macro == Macro::bind || !has_elements(expr.type)) return;
  expr.elements = rounds;
  expr.size = expr.macro == Macro::filter ? expr.children[0]->size : times(rounds, body.size);
}

/// Of a list's or a map's entries.
void bound_entries(Expr& expr) {
  expr.size = 1;
  expr.elements = expr.children.size();
  for (const auto& child : expr.children) expr.size = plus(expr.size, child->size);
}

}  // namespace

void bound_cost(Expr& expr) {
  expr.cost = 1;
  for (const auto& child : expr.children) expr.cost = plus(expr.cost, child->cost);
  if (const auto* const signal = std::get_if<found::Signal>(&expr.found)) {
    expr.cost = plus(1, signal->cost);
    expr.size = default_size(expr.type);
    expr.elements = has_elements(expr.type) ? kElements : 1;
    return;
  }
  switch (expr.kind) {
    case Expr::Kind::literal:
      size_of_literal(expr);
      break;
    case Expr::Kind::name:
      bound_name(expr);
      break;
    case Expr::Kind::select:
      bound_select(expr);
      break;
    case Expr::Kind::call:
      bound_call(expr);
      break;
    case Expr::Kind::list:
    case Expr::Kind::map:
      bound_entries(expr);
      break;
    case Expr::Kind::macro:
      bound_macro(expr);
      break;
  }
}

}  // namespace attune::cel
