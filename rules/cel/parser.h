#pragma once
#include <string_view>
#include <vector>

#include "rules/cel/ast.h"
#include "rules/cel/expression.h"
#include "rules/cel/lexer.h"

/// Tokens -> tree, macros expanded in place.
namespace attune::cel {

/// Errors: null, with one E201 (syntax) or E204 (a limit) appended to `findings`.
[[nodiscard]] ExprPtr parse(std::string_view source, std::vector<Finding>& findings);

/// Whether a call is a macro: turns it into one. False, with a finding, when it is used wrongly.
[[nodiscard]] bool expand_macro(Expr& call, std::vector<Finding>& findings);

}  // namespace attune::cel
