#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/jinja.h"
#include "devices/dialects/jinja_item.h"

/// A compiled template: steps from first to last, and the expressions that they use.
namespace attune::devices::jinja {

enum class Op : std::uint8_t {
  literal,  // literal
  name,     // text
  list,     // args
  mapping,  // args: key, value, key, value
  member,   // args: base, key
  filter,   // text, args: input, arguments
  method,   // text, args: input, arguments
  test,     // text, args: input
  negate,   // args: one
  logic_not,
  logic_and,
  logic_or,
  add,
  subtract,
  multiply,
  divide,
  floor_divide,
  modulo,
  power,
  concat,
  equals,
  differs,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
  choose,  // args: value if true, condition, value if false
};

/// Arguments are numbers of earlier expressions: there is no cycle.
struct Expression {
  Op op = Op::literal;
  std::string text;
  Item literal;
  std::vector<std::size_t> args;
  std::size_t height = 1;  ///< of the tree that it is the root of
};

struct Step {
  enum class Kind : std::uint8_t { text, output, set, skip_unless, skip };
  Kind kind = Kind::text;
  std::string text;            ///< text, or the name that is set
  std::size_t expression = 0;  ///< of output, set, skip_unless
  std::size_t to = 0;          ///< the step that skip and skip_unless go on with; never back
};

struct Program {
  std::vector<Expression> expressions;
  std::vector<Step> steps;
};

/// Whether a filter, a method or a test of this name is known with so many arguments beside its
/// input.
[[nodiscard]] bool is_filter(std::string_view name, std::size_t arguments);
[[nodiscard]] bool is_method(std::string_view name, std::size_t arguments);
[[nodiscard]] bool is_test(std::string_view name);

/// What stopped a run.
struct Stop {
  Rendered::Outcome outcome = Rendered::Outcome::text;  ///< text: nothing did
  std::string why;
  Item fail(std::string reason);
  Item lacks();
  [[nodiscard]] bool stopped() const { return outcome != Rendered::Outcome::text; }
};

/// `args` has the input first. The name is known.
[[nodiscard]] Item apply_filter(std::string_view name, const std::vector<Item>& args, Stop& stop);
[[nodiscard]] Item apply_method(std::string_view name, const std::vector<Item>& args, Stop& stop);
[[nodiscard]] bool apply_test(std::string_view name, const Item& item);
[[nodiscard]] Item apply_operator(Op op, const Item& a, const Item& b, Stop& stop);

}  // namespace attune::devices::jinja
