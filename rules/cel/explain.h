#pragma once
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/ids.h"
#include "rules/cel/expression.h"
#include "rules/state_view.h"

/// What the parts of a condition are, each for itself: which of them make it true, false or
/// unknown.
///
/// Determinism: a function of the expression and the view. Nothing here is on the hot path.
namespace attune::cel {

struct Environment;
struct Expr;
class Memory;
class Node;

/// How the operands of a part make it what it is.
enum class Joins : std::uint8_t {
  none,     ///< it has no operands: a comparison, a call, an attribute
  all,      ///< `&&`
  any,      ///< `||`
  inverse,  ///< `!`
  same,     ///< a name of `vars`: its one operand is what it stands for
};

/// The operands of a compiled condition, each followed by its own. Spans are those of the first
/// and last token that belong to the tree; brackets around it are found when it is shown. Every
/// rule has one or two of them: it is one piece of memory, its lists behind it.
class alignas(std::string_view) Outline {
 public:
  struct Part {
    std::uint16_t begin = 0, end = 0;  ///< bytes of its text
    std::uint32_t size = 1;            ///< with all its operands
    std::uint32_t reads = 0;           ///< where its own begin: up to those of the next
    std::uint32_t text : 24 = 0;       ///< 0: the program's source, else texts()[text - 1]
    Joins joins : 8 = Joins::none;
  };
  struct Lists {
    std::vector<Part> parts;  ///< never empty
    std::vector<std::string_view> texts;
    std::vector<AttributeId> reads;
  };
  /// In `memory`, and what it names too.
  [[nodiscard]] static const Outline* keep(const Lists& lists, Memory& memory);
  Outline(const Outline&) = delete;
  Outline& operator=(const Outline&) = delete;

  [[nodiscard]] std::span<const Part> parts() const { return {first_part(), part_count_}; }
  /// Of `vars`.
  [[nodiscard]] std::span<const std::string_view> texts() const;
  /// What a part without operands reads.
  [[nodiscard]] std::span<const AttributeId> reads_of(std::size_t part) const;

 private:
  explicit Outline(const Lists& lists);
  [[nodiscard]] const Part* first_part() const { return reinterpret_cast<const Part*>(this + 1); }

  std::uint32_t part_count_;
  std::uint32_t text_count_;
  std::uint32_t read_count_;
};

/// The operands of one part, each with its node; `node` is that of the part.
void for_operands(const Outline& outline, std::size_t part, const Node& node,
                  const std::function<void(std::size_t, const Node&)>& each);

/// The outline of a checked and emitted tree; null when it has no operands.
[[nodiscard]] const Outline* outline(const Expr& root, const Node& node, const Environment& names,
                                     Memory& memory);

/// One part as it evaluates on a state.
struct Explained {
  std::string text;  ///< of the source, brackets balanced
  Truth truth = Truth::unknown;
  std::string error;  ///< of a part that failed
  Joins joins = Joins::none;
  std::vector<AttributeId> reads;   ///< of a part without operands; ascending, each once
  std::vector<Explained> operands;  ///< in the order of the source
};
[[nodiscard]] Explained explain(const Expression& expression, const rules::StateView& view);

/// The parts that keep a condition from being `wanted`: of an `&&` the first that is false, else
/// the first unknown; of an `||` all. Empty when it is as wanted. They live as long as `whole`.
[[nodiscard]] std::vector<const Explained*> in_the_way(const Explained& whole, bool wanted = true);

}  // namespace attune::cel
