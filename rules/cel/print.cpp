#include <array>
#include <string>

#include "devices/model/value.h"
#include "rules/cel/checker.h"

namespace attune::cel {

namespace {

std::string quoted(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'' || c == '\\') out += '\\';
    out += c;
  }
  return out + "'";
}

struct LiteralText {
  std::string operator()(std::monostate) const { return "null"; }
  std::string operator()(bool v) const { return v ? "true" : "false"; }
  std::string operator()(std::int64_t v) const { return std::to_string(v); }
  std::string operator()(std::uint64_t v) const { return std::to_string(v) + "u"; }
  std::string operator()(double v) const {
    std::string out;
    append_number(out, v);
    return out;
  }
  std::string operator()(const std::string& v) const { return quoted(v); }
  std::string operator()(const Bytes& v) const { return "b" + quoted(v.data); }
};

/// `_+_` is `+`; empty when the call is no operator between its parts.
std::string infix(const Expr& expr) {
  const std::string& name = expr.text;
  if (name.size() < 3 || name.front() != '_' || name.back() != '_') return "";
  return " " + name.substr(1, name.size() - 2) + " ";
}

bool is_operation(const Expr& expr) {
  if (const auto* const var = std::get_if<found::Var>(&expr.found)) {
    return var->value != nullptr && is_operation(*var->value);
  }
  if (std::holds_alternative<found::Signal>(expr.found)) return false;
  return expr.kind == Expr::Kind::call && expr.text.find('_') != std::string::npos &&
         (!infix(expr).empty() || expr.text == "_?_:_");
}

std::string part(const Expr& expr) {
  return is_operation(expr) ? "(" + printed(expr) + ")" : printed(expr);
}

std::string list(const Expr& expr, std::size_t from) {
  std::string out;
  for (std::size_t i = from; i < expr.children.size(); ++i) {
    out += (i == from ? "" : ", ") + printed(*expr.children[i]);
  }
  return out;
}

std::string operation(const Expr& expr) {
  std::string out;
  for (const auto& child : expr.children) {
    if (!out.empty()) out += infix(expr);
    out += part(*child);
  }
  return out;
}

std::string call(const Expr& expr) {
  const auto& c = expr.children;
  if (expr.text == "!_" || expr.text == "-_") return expr.text.substr(0, 1) + part(*c[0]);
  if (expr.text == "_?_:_") return part(*c[0]) + " ? " + part(*c[1]) + " : " + part(*c[2]);
  if (expr.text == "_[_]") return part(*c[0]) + "[" + printed(*c[1]) + "]";
  if (expr.text == "_[?_]") return part(*c[0]) + "[?" + printed(*c[1]) + "]";
  if (expr.receiver) return part(*c[0]) + "." + expr.text + "(" + list(expr, 1) + ")";
  return infix(expr).empty() ? expr.text + "(" + list(expr, 0) + ")" : operation(expr);
}

std::string select(const Expr& expr) {
  const std::string out = part(*expr.children[0]) + (expr.optional ? ".?" : ".") + expr.text;
  return expr.test ? "has(" + out + ")" : out;
}

std::string map(const Expr& expr) {
  std::string out = "{";
  for (std::size_t i = 0; i < expr.children.size(); i += 2) {
    out +=
        (i == 0 ? "" : ", ") + printed(*expr.children[i]) + ": " + printed(*expr.children[i + 1]);
  }
  return out + "}";
}

std::string macro(const Expr& expr) {
  if (expr.macro == Macro::bind) {
    return "cel.bind(" + expr.variable + ", " + list(expr, 0) + ")";
  }
  const std::string second = expr.variable2.empty() ? "" : ", " + expr.variable2;
  return part(*expr.children[0]) + "." + expr.text + "(" + expr.variable + second + ", " +
         list(expr, 1) + ")";
}

}  // namespace

std::string printed(const Expr& expr) {
  if (const auto* const signal = std::get_if<found::Signal>(&expr.found)) {
    if (!signal->text.empty()) return signal->text;
  }
  if (const auto* const device = std::get_if<found::DeviceName>(&expr.found)) {
    return device->device->id;
  }
  if (const auto* const var = std::get_if<found::Var>(&expr.found)) {
    return var->value == nullptr ? expr.text : printed(*var->value);
  }
  switch (expr.kind) {
    case Expr::Kind::literal:
      return std::visit(LiteralText{}, expr.value);
    case Expr::Kind::name:
      return expr.text;
    case Expr::Kind::select:
      return select(expr);
    case Expr::Kind::call:
      return call(expr);
    case Expr::Kind::list:
      return "[" + list(expr, 0) + "]";
    case Expr::Kind::map:
      return map(expr);
    case Expr::Kind::macro:
      return macro(expr);
  }
  return "";
}

ExprPtr copy(const Expr& expr) {
  auto out = std::make_unique<Expr>();
  out->kind = expr.kind;
  out->macro = expr.macro;
  out->absolute = expr.absolute;
  out->test = expr.test;
  out->optional = expr.optional;
  out->receiver = expr.receiver;
  out->at = expr.at;
  out->depth = expr.depth;
  out->text = expr.text;
  out->value = expr.value;
  out->variable = expr.variable;
  out->variable2 = expr.variable2;
  out->optional_entries = expr.optional_entries;
  for (const auto& child : expr.children) out->children.push_back(copy(*child));
  return out;
}

}  // namespace attune::cel
