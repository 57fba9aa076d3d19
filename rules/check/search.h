#pragma once
#include <cstdint>
#include <functional>
#include <vector>

#include "rules/check/box.h"

/// Whether conditions can be as wanted together, and in which state: by splitting boxes.
///
/// Determinism: a function of the conditions and facts; bounded by its budget, never by a clock.
namespace attune::rules {

/// A condition that should be true, or false.
struct Demand {
  const cel::Condition* condition = nullptr;  ///< null: not seen into
  bool wanted = true;
  unsigned side = 1;  ///< whose it is, as a bit
};
using Demands = std::vector<Demand>;

struct Answer {
  enum class Is : std::uint8_t {
    no,     ///< never together
    yes,    ///< together in `state`
    maybe,  ///< not decided: a question that is not seen into, or the budget is gone
  } is = Is::no;
  State state;  ///< of maybe: it may be empty
};

/// Parts looked at per question, and in all questions of one part of a check.
inline constexpr std::uint64_t kSearchStepsMax = 4'000;
inline constexpr std::uint64_t kCheckStepsMax = 2'000'000;

class Search {
 public:
  /// What holds besides when a bool attribute is so: `true_for(c, ..)` says that c is true.
  using Implied = std::function<Demands(AttributeId, bool is)>;
  explicit Search(Facts& facts, Implied implied = {}) : implied_(std::move(implied)), box_(facts) {}

  [[nodiscard]] Answer together(const Demands& demands);
  /// The same, and some number is bounded by every side of `sides`.
  [[nodiscard]] Answer meet_on_a_number(const Demands& demands, unsigned sides);
  /// The same, and the attribute is spoken of by every side of `sides`.
  [[nodiscard]] Answer meet_at(AttributeId attribute, const Demands& demands, unsigned sides);
  [[nodiscard]] bool is_spent() const { return spent_ > kCheckStepsMax; }
  /// Another part of a check begins: what one has spent is not the next one's loss.
  void begin_part() { spent_ = 0; }

 private:
  struct Goal {
    const cel::Condition* condition;
    std::uint32_t at;
    bool wanted;
    unsigned side;
  };
  [[nodiscard]] Answer run(const Demands& demands);
  [[nodiscard]] bool is_met() const;
  [[nodiscard]] bool solve(std::size_t goal, std::size_t choice);
  [[nodiscard]] bool solve_part(const Goal& goal, std::size_t next, std::size_t choice);
  [[nodiscard]] bool solve_all(const Goal& goal, std::size_t next, std::size_t choice);
  [[nodiscard]] bool solve_leaf(const Goal& goal, std::size_t next, std::size_t choice);
  [[nodiscard]] bool choose(std::size_t goal, std::size_t choice);
  [[nodiscard]] bool accept();
  void add_implied(const Goal& goal, AttributeId attribute);

  Implied implied_;
  Box box_;
  std::vector<Goal> goals_;
  std::vector<Goal> choices_;
  unsigned meeting_ = 0;                   ///< sides that must meet; 0: none
  std::optional<AttributeId> meeting_at_;  ///< empty: on any number
  std::uint64_t steps_ = 0;
  std::uint64_t spent_ = 0;
  std::size_t implied_depth_ = 0;
  Answer answer_;
};

}  // namespace attune::rules
