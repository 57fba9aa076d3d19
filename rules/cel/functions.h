#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/cel/types.h"
#include "rules/cel/value.h"

/// The standard functions: their overloads with types, and what runs.
namespace attune::cel {

/// Arguments are known values, of the kinds that the overload's parameters name.
using Implementation = Datum (*)(Arena& arena, const Datum* arguments);

/// How large a result can be, from the sizes of the arguments.
enum class Growth : std::uint8_t {
  sum,
  product,  ///< `replace`, `join`: a part may stand at every place of another
  expand,   ///< `format`: every byte may become a number of a few hundred digits
};

/// A row of a table of functions. `form` is `(string, int) string`, with a receiver
/// `string.(int) string`.
struct Signature {
  std::string_view name;
  std::string_view form;
  Implementation run;
  Growth growth = Growth::sum;
};

struct Overload {
  std::string_view name;
  bool receiver = false;
  std::vector<Type> parameters;  ///< the receiver first
  Type result;
  Implementation run = nullptr;
  Growth growth = Growth::sum;
};

[[nodiscard]] std::span<const Signature> arithmetic_functions();
[[nodiscard]] std::span<const Signature> collection_functions();
[[nodiscard]] std::span<const Signature> conversion_functions();
[[nodiscard]] std::span<const Signature> string_functions();
[[nodiscard]] std::span<const Signature> format_functions();
[[nodiscard]] std::span<const Signature> math_functions();
[[nodiscard]] std::span<const Signature> time_functions();

/// All overloads of a name, in the order in which they are tried; empty: no such function.
[[nodiscard]] std::span<const Overload> overloads(std::string_view name);
/// For "did you mean".
[[nodiscard]] std::vector<std::string_view> function_names();

}  // namespace attune::cel
