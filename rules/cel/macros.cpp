#include <array>
#include <optional>
#include <utility>

#include "rules/cel/parser.h"

namespace attune::cel {

namespace {

/// A macro: its name, the number of its variables, and of the expressions after them.
struct Pattern {
  std::string_view name;
  Macro macro;
  std::size_t variables;
  std::size_t expressions;
};

constexpr std::array kPatterns = {
    Pattern{"all", Macro::all, 1, 1},
    Pattern{"all", Macro::all, 2, 1},
    Pattern{"exists", Macro::exists, 1, 1},
    Pattern{"exists", Macro::exists, 2, 1},
    Pattern{"exists_one", Macro::exists_one, 1, 1},
    Pattern{"existsOne", Macro::exists_one, 1, 1},
    Pattern{"exists_one", Macro::exists_one, 2, 1},
    Pattern{"existsOne", Macro::exists_one, 2, 1},
    Pattern{"map", Macro::map, 1, 1},
    Pattern{"map", Macro::map, 1, 2},
    Pattern{"filter", Macro::filter, 1, 1},
    Pattern{"transformList", Macro::transform_list, 2, 1},
    Pattern{"transformList", Macro::transform_list, 2, 2},
    Pattern{"transformMap", Macro::transform_map, 2, 1},
    Pattern{"transformMap", Macro::transform_map, 2, 2},
    Pattern{"transformMapEntry", Macro::transform_map_entry, 2, 1},
    Pattern{"transformMapEntry", Macro::transform_map_entry, 2, 2},
    Pattern{"optMap", Macro::opt_map, 1, 1},
    Pattern{"optFlatMap", Macro::opt_flat_map, 1, 1},
};

bool complain(const Expr& at, std::string message, std::vector<Finding>& findings) {
  findings.push_back({Severity::error, "E201", at.at.offset, at.at.length, std::move(message), ""});
  return false;
}

/// A variable's name at `call.children[place]`; empty when something else stands there.
std::optional<std::string> variable_at(const Expr& call, std::size_t place) {
  const Expr& child = *call.children[place];
  if (child.kind != Expr::Kind::name || child.absolute) return std::nullopt;
  return child.text;
}

bool expand_has(Expr& call, std::vector<Finding>& findings) {
  if (call.children.size() != 1 || call.children[0]->kind != Expr::Kind::select) {
    return complain(call, "has() takes one field: has(map.key)", findings);
  }
  ExprPtr field = std::move(call.children[0]);
  field->test = true;
  call = std::move(*field);
  return true;
}

bool is_name(const Expr& expr, std::string_view text) {
  return expr.kind == Expr::Kind::name && expr.text == text;
}

bool expand_bind(Expr& call, std::vector<Finding>& findings) {
  const auto variable =
      call.children.size() == 4 ? variable_at(call, 1) : std::optional<std::string>();
  if (!variable) {
    return complain(call, "cel.bind takes a name, its value, and an expression", findings);
  }
  call.kind = Expr::Kind::macro;
  call.macro = Macro::bind;
  call.variable = *variable;
  call.children.erase(call.children.begin(), call.children.begin() + 2);
  return true;
}

bool expand_loop(Expr& call, const Pattern& pattern, std::vector<Finding>& findings) {
  for (std::size_t i = 1; i <= pattern.variables; ++i) {
    const auto variable = variable_at(call, i);
    if (!variable) {
      return complain(*call.children[i], "the variable of " + call.text + " is a simple name",
                      findings);
    }
    (i == 1 ? call.variable : call.variable2) = *variable;
  }
  if (call.variable == call.variable2) {
    return complain(call, "the two variables of " + call.text + " have one name", findings);
  }
  call.kind = Expr::Kind::macro;
  call.macro = pattern.macro;
  call.children.erase(call.children.begin() + 1,
                      call.children.begin() + 1 + static_cast<std::ptrdiff_t>(pattern.variables));
  return true;
}

/// With four arguments `map(x, filter, body)` and `all(i, v, body)` differ by name alone.
const Pattern* find_pattern(const Expr& call) {
  for (const Pattern& pattern : kPatterns) {
    if (pattern.name == call.text &&
        call.children.size() == 1 + pattern.variables + pattern.expressions) {
      return &pattern;
    }
  }
  return nullptr;
}

}  // namespace

bool expand_macro(Expr& call, std::vector<Finding>& findings) {
  if (!call.receiver) return call.text != "has" || expand_has(call, findings);
  if (call.text == "bind" && is_name(*call.children[0], "cel")) {
    return expand_bind(call, findings);
  }
  const Pattern* const pattern = find_pattern(call);
  return pattern == nullptr || expand_loop(call, *pattern, findings);
}

}  // namespace attune::cel
