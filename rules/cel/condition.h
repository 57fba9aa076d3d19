#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "devices/model/ids.h"
#include "rules/cel/expression.h"

/// What a condition says about attributes, as a plain tree over comparisons with constants: for
/// who reasons about conditions instead of evaluating them.
///
/// Determinism: a function of the source and of the names that it was compiled with.
namespace attune::cel {

struct Expr;

/// A sum of attributes, each times a factor; the first factor is 1, attributes ascend.
using Sum = std::vector<std::pair<AttributeId, double>>;

struct Condition {
  enum class Kind : std::uint8_t {
    constant,    ///< `value`
    all,         ///< every operand
    any,         ///< at least one operand
    negation,    ///< not its operand
    comparison,  ///< sums[of] `relation` `number`
    truth,       ///< the bool attribute `of` is true
    word,        ///< the text attribute `of` equals words[word]
    opaque,      ///< anything else: opaques[of], true or false in a way that is not seen into
  };
  enum class Relation : std::uint8_t { less, less_equal, equal, greater_equal, greater };

  /// Operands follow their part, each with its own.
  struct Part {
    Kind kind = Kind::constant;
    Relation relation = Relation::equal;
    bool value = false;
    std::uint32_t size = 1;  ///< with all operands
    std::uint32_t of = 0;
    std::uint32_t word = 0;
    double number = 0;
  };
  struct Opaque {
    std::string text;  ///< equal for equal questions
    std::vector<AttributeId> reads;
  };

  std::vector<Part> parts;  ///< never empty; the first is the whole
  std::vector<Sum> sums;
  std::vector<std::string> words;
  std::vector<Opaque> opaques;
};

/// Parts above which a condition is one opaque question: what a rule may cost in memory.
inline constexpr std::size_t kConditionPartsMax = 128;

/// Of a checked tree that is a bool.
[[nodiscard]] Condition condition_of(const Expr& root);

/// The conditions of all programs that were compiled with names that point here: kept for as long
/// as somebody reasons about them, since what only evaluates does without.
///
/// Threading: filled by one load, then immutable.
class Conditions {
 public:
  /// Null for an empty expression, one that is no bool, and one compiled with other names.
  [[nodiscard]] const Condition* of(const Expression& expression) const;
  /// For rules/cel alone.
  void keep(std::shared_ptr<const Program> program, Condition condition);

 private:
  std::map<std::shared_ptr<const Program>, Condition> conditions_;
};

/// The static bound on one evaluation, in units; 0 for an empty expression.
[[nodiscard]] std::uint64_t cost_of(const Expression& expression);

}  // namespace attune::cel
