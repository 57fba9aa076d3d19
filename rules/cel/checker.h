#pragma once
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/cel/ast.h"
#include "rules/cel/expression.h"
#include "rules/cel/signal.h"

/// Finds out what every name means and every part's type; a checked tree cannot go wrong by type
/// where its types are known.
namespace attune::cel {

/// Variables that are bound at each evaluation rather than read from devices.
struct Declarations {
  std::string container;  ///< `a.b`: names are sought as a.b.x, a.x, x
  std::vector<std::pair<std::string, Type>> variables;
};

/// How strictly to check. `dynamic`: what cannot be resolved or does not fit becomes an error of
/// the evaluation.
enum class Checking : std::uint8_t { typed, dynamic };

/// What a checked expression refers to.
struct Checked {
  std::map<std::string, ExprPtr, std::less<>> vars;
  std::uint32_t slots = 0;  ///< of all macros' variables
};

class Checker {
 public:
  Checker(const Environment& names, const Declarations& declared, Checking checking,
          std::vector<Finding>& findings)
      : names_(names), declared_(declared), checking_(checking), findings_(findings) {}

  /// Annotates the tree. Findings are appended; the tree is of use when none is an error.
  /// With `any_type` the result may be what no attribute can have.
  void check(Expr& root, Expect expect, bool any_type = false);
  [[nodiscard]] Checked take() { return {std::move(vars_), slots_}; }

 private:
  struct Local {
    std::string name;
    Type type;
    std::uint32_t slot;
    std::uint64_t size = 1;  ///< bounds, as in Expr
    std::uint64_t elements = 1;
    const Device* fixed = nullptr;  ///< it is this one, whatever the loop
  };

  void visit(Expr& expr);
  void visit_children(Expr& expr);
  void visit_literal(Expr& expr);
  void visit_list(Expr& expr);
  void visit_map(Expr& expr);
  void expect_root(Expr& root, Expect expect);

  // check_macros.cpp
  void visit_macro(Expr& expr);
  void visit_bind(Expr& expr);
  void visit_loop(Expr& expr);
  void visit_optional_macro(Expr& expr);
  void push_local(const std::string& name, const Type& type, std::uint32_t slot, const Expr& from);
  std::pair<Type, Type> loop_types(const Expr& expr);
  void result_of_loop(Expr& expr);
  void need_bool(const Expr& expr, std::string_view whose);

  // check_names.cpp
  void visit_name(Expr& expr);
  void visit_select(Expr& expr);
  void select_field(Expr& expr);
  void select_attribute(Expr& expr, const Expr& device, const std::vector<Expr*>& selects,
                        std::size_t first);
  bool find_declared(Expr& expr, const std::vector<std::string>& path, bool absolute);
  bool find_local(Expr& expr);
  bool find_in_environment(Expr& expr);
  bool find_type(Expr& expr, const std::string& name);
  void use_var(Expr& expr, const Var& var);
  void check_var(const std::string& name, const Var& var, const Expr& use);
  void double_values(Expr& map);
  void unknown_name(Expr& expr);
  void attribute_of(Expr& expr, const Expr& device, const std::string& attribute, Span at);
  void attribute_of_one(Expr& expr, const Device& device, const std::string& attribute, Span at);
  bool in_vocabulary(Expr& expr, const std::string& attribute) const;
  void unknown_attribute(Expr& expr, const std::string& whose,
                         const std::vector<const Device*>& devices, const std::string& attribute,
                         Span at);

  // check_calls.cpp
  void visit_call(Expr& expr);
  void visit_logic(Expr& expr);
  void visit_conditional(Expr& expr);
  void visit_equality(Expr& expr);
  void visit_ordering(Expr& expr);
  void visit_function(Expr& expr);
  void visit_extreme(Expr& expr);
  void fold_namespace(Expr& expr);
  bool resolve(Expr& expr, bool with_literals);
  bool applicable(const Overload& overload, Expr& expr, bool with_literals, Type& result);
  void no_overload(Expr& expr);
  void closed_values(const Expr& one, const Expr& other, const Span* use = nullptr);

  // check_signals.cpp
  struct Inner {
    Expression expression;
    std::string text;
    std::uint64_t cost = 0;
  };
  bool visit_signal(Expr& expr);
  bool visit_moving(Expr& expr);
  bool visit_clock(Expr& expr, const std::string& word);
  bool moving_duration(Expr& expr, std::size_t side, Compare compare);
  bool moving_sun(Expr& expr, std::size_t side, Compare compare);
  void visit_true_for(Expr& expr);
  void visit_avg(Expr& expr);
  void visit_of_attribute(Expr& expr, Compare compare, Millis than);
  void visit_active(Expr& expr);
  void visit_between(Expr& expr);
  void visit_online(Expr& expr, const Expr& device);
  void of_expression(Expr& expr, SignalKind kind, Expect expect, ValueType type);
  void of_each_member(Expr& expr, const Signal& draft, const Local& local, Expect expect);
  void take_signal(Expr& expr, Signal signal, std::uint64_t cost);
  std::optional<Millis> window(Expr& expr, std::size_t place);
  bool arguments(Expr& expr, std::size_t count, std::string_view usage);
  std::optional<Inner> inner(Expr& tree, Expect expect, const Local* fixed,
                             std::vector<Finding>& findings);
  [[nodiscard]] std::vector<const Local*> free_locals(const Expr& expr) const;

  // coerce.cpp
  [[nodiscard]] bool literals_fit() const { return names_.integer_literals_fit_doubles; }
  [[nodiscard]] bool is_int_literal(const Expr& expr, std::size_t budget = 64) const;
  /// Makes the int literals of the tree doubles; only after is_int_literal.
  void make_double(Expr& expr);
  /// Makes either side double when the other one is.
  void match_numbers(Expr& a, Expr& b);

  Finding& report(Span at, std::string code, std::string message, std::string hint = "",
                  Severity severity = Severity::error);
  /// An error of types; without checking, of the evaluation.
  void misfit(Expr& expr, std::string code, std::string message, std::string hint = "");
  [[nodiscard]] bool dynamic() const { return checking_ == Checking::dynamic; }

  const Environment& names_;
  const Declarations& declared_;
  Checking checking_;
  std::vector<Finding>& findings_;
  std::vector<Local> locals_;
  std::map<std::string, ExprPtr, std::less<>> vars_;
  std::vector<std::string> open_vars_;  ///< being checked: one that comes again is a cycle
  std::uint32_t slots_ = 0;
  std::size_t own_copies_ = 0;
  std::size_t* copies_ = &own_copies_;  ///< of parts for members, with those of inner expressions
};

/// Sets the bounds of a node from its children's, which stand.
void bound_cost(Expr& expr);

/// A checked tree as an expression that means the same: vars are their values, macros' fixed
/// devices their ids.
[[nodiscard]] std::string printed(const Expr& expr);
/// A tree that the checker has not seen, once more.
[[nodiscard]] ExprPtr copy(const Expr& expr);

/// `a`, `a and b`, `a, b and c`, for messages.
[[nodiscard]] std::string spoken(const std::vector<ExprPtr>& parts);

}  // namespace attune::cel
