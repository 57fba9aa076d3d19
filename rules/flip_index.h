#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "devices/model/ids.h"
#include "devices/model/value.h"

/// Which rules a change of an attribute can matter to: the alpha half of Rete.
namespace attune::rules {

struct Rule;
class Readers;

/// The questions of all rules' conditions, gathered by attribute, each once, and sorted: a change
/// from one value to another finds the rules with a question that it answers anew by binary search,
/// however many rules read the attribute.
///
/// Threading: immutable when built. Determinism: a function of the rules and their order.
class FlipIndex {
 public:
  FlipIndex() = default;
  /// `readers` as RuleSet::readers, made of the same rules.
  FlipIndex(const std::vector<Rule>& rules, const Readers& readers);

  /// Attributes of which some changes matter to some readers only count from 0, in the order of
  /// attributes(). Nothing: each change matters to each reader.
  [[nodiscard]] std::optional<std::uint32_t> place_of(AttributeId attribute) const;
  [[nodiscard]] std::span<const AttributeId> attributes() const { return attributes_; }

  /// Adds the rules to which it can matter that the attribute at `place` went from `before` to
  /// `now`; ascending, each once. False, and nothing is added: it can matter to every reader.
  [[nodiscard]] bool flipped(std::uint32_t place, const Value& before, const Value& now,
                             std::vector<std::uint32_t>& rules) const;

 private:
  enum class Group : std::uint8_t { change, threshold, number, word };
  /// Invariant: those of an attribute stand together; they ascend by group, number or word, side.
  struct Question {
    double number = 0;             ///< of a threshold or a number
    std::uint32_t word = 0;        ///< in words_, of a word
    std::uint32_t first : 29 = 0;  ///< in rules_; up to where those of the next question begin
    Group group : 2 = Group::change;
    bool is_lower : 1 = false;  ///< of a threshold: its number belongs to the half below
  };
  struct Asked;
  class Gathering;
  using Questions = std::span<const Question>;

  void build(std::vector<Asked> asked, const Readers& readers);
  static constexpr std::uint32_t kRulesMax = (1U << 29) - 1;  // far above what memory holds
  /// The question whose rules come next, after those of the last one.
  Question& end_here();
  void take_words(const std::vector<Asked>& asked);
  void take(std::span<const Asked> of_one_attribute);
  [[nodiscard]] Questions group_of(std::uint32_t place, Group group) const;
  void add(const Question& question, std::vector<std::uint32_t>& rules) const;
  void add_between(Questions thresholds, double a, double b,
                   std::vector<std::uint32_t>& rules) const;
  void add_number(Questions numbers, double number, std::vector<std::uint32_t>& rules) const;
  void add_word(Questions words, const std::string& word, std::vector<std::uint32_t>& rules) const;

  std::vector<AttributeId> attributes_;   // ascending
  std::vector<std::uint32_t> place_;      // by AttributeId: 0 is none, else its place + 1
  std::vector<std::uint32_t> questions_;  // by place: where its own begin in all_
  std::vector<Question> all_;             // and one more, which ends the last one
  std::vector<std::uint32_t> rules_;
  std::vector<std::string> words_;  // ascending
};

}  // namespace attune::rules
