#pragma once
#include <cstdint>
#include <string_view>
#include <vector>

#include "devices/model/ids.h"

/// What a condition asks of single attributes: the questions whose answers can flip it.
namespace attune::cel {

class Expression;

/// One question about one attribute.
struct Atom {
  enum class Kind : std::uint8_t {
    change,  ///< whatever changes of it may matter
    below,   ///< flips where it comes to be below `number`: `<` and `>=`
    up_to,   ///< flips where it comes to be above `number`: `<=` and `>`
    same,    ///< flips where it comes to be `number`, or no longer is: `==` and `!=`
    word,    ///< likewise of a text and `word`
  };
  AttributeId attribute{};
  Kind kind = Kind::change;
  double number = 0;        ///< never NaN
  std::string_view word{};  ///< lives as long as the expression
};

/// As long as none of them flips the result stays what it was, while every attribute that is read
/// keeps its kind of value: numbers (integers too) stay numbers and texts stay texts. For others,
/// and for what becomes known or unknown, every attribute counts as `change`. Empty for an empty
/// expression and for a constant one.
///
/// Determinism: a function of the compiled expression.
[[nodiscard]] std::vector<Atom> atoms_of(const Expression& expression);

}  // namespace attune::cel
