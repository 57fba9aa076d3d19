#pragma once
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "rules/cel/condition.h"
#include "rules/check/facts.h"

/// A part of all states: for each attribute that is spoken of, what it may be.
///
/// Threading: owned by one check.
namespace attune::rules {

/// Numbers between two ends, without a few.
struct Interval {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_open = false;
  bool high_open = false;
  std::vector<double> without;

  /// Makes it smaller: to what is in the relation to `number`, or not.
  void keep(cel::Condition::Relation relation, double number, bool wanted);
  [[nodiscard]] bool contains(double number) const;
  [[nodiscard]] bool is_empty(const std::optional<Range>& range) const;
  /// A number in it within `range`, near the ends that conditions name; empty: there is none.
  [[nodiscard]] std::optional<double> pick(const std::optional<Range>& range) const;
};

/// One axis: an attribute, a sum of attributes, or a question that is not seen into.
struct Axis {
  enum class Kind : std::uint8_t { number, truth, word, opaque } kind = Kind::number;
  AttributeId attribute{};        ///< of truth, word, and of a number alone
  const cel::Sum* sum = nullptr;  ///< of a number: more than the attribute
  const cel::Condition::Opaque* question = nullptr;
  unsigned sides = 0;  ///< which demands speak of it, as bits

  Interval numbers;
  bool may_be_true = true;
  bool may_be_false = true;
  std::optional<std::string> word;
  std::vector<std::string> other_words;  ///< what it is not
};

/// Values of attributes that make conditions true.
struct State {
  std::vector<std::pair<AttributeId, Value>> values;  ///< in the order of the conditions
  [[nodiscard]] const Value* find(AttributeId attribute) const;
};

class Box {
 public:
  explicit Box(Facts& facts) : facts_(facts) {}

  /// Room for one part of a condition, which is a leaf; false: nothing is left, and the box is
  /// of no use until undo().
  [[nodiscard]] bool narrow(const cel::Condition& condition, const cel::Condition::Part& part,
                            bool wanted, unsigned side);
  /// What undo() goes back to.
  [[nodiscard]] std::size_t mark() const { return trail_.size(); }
  void undo(std::size_t mark);

  /// A state within; empty when sums of the same attributes do not come together easily.
  [[nodiscard]] std::optional<State> pick() const;
  /// Whether a question stands in it that is not seen into.
  [[nodiscard]] bool is_vague() const;
  [[nodiscard]] const std::vector<Axis>& axes() const { return axes_; }

 private:
  [[nodiscard]] std::size_t axis_of(const cel::Condition& condition,
                                    const cel::Condition::Part& part);
  [[nodiscard]] bool narrow_word(Axis& axis, const std::string& word, bool wanted) const;
  [[nodiscard]] std::optional<Range> range_of(AttributeId attribute) const;
  [[nodiscard]] Value pick(const Axis& axis) const;  ///< none: nothing to show
  [[nodiscard]] bool solve_sum(const Axis& axis, State& state) const;
  [[nodiscard]] double usual(AttributeId attribute) const;

  Facts& facts_;
  std::vector<Axis> axes_;
  /// An axis as it was, or, past the end of those that were there, that it is new.
  std::vector<std::pair<std::size_t, std::optional<Axis>>> trail_;
};

}  // namespace attune::rules
