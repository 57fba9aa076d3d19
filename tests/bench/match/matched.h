#pragma once
#include <memory>
#include <string>
#include <vector>

#include "devices/model/attribute_table.h"
#include "rules/rule_set.h"
#include "rules/state_view.h"
#include "tests/bench/match/house.h"

/// A house in attune's rules alone: what changed wakes rules, and their claims come and go. As much
/// as CLIPS does; without a log, arbitration, delays, and what is to be sent.
namespace attune::bench {

class Matched {
 public:
  /// Stops the program when the rules do not load.
  explicit Matched(const House& house);

  /// All of its events, once.
  void live();
  /// `path value rule` of each claim, ascending.
  [[nodiscard]] std::vector<std::string> claims() const;
  [[nodiscard]] std::size_t event_count() const { return events_.size(); }

 private:
  struct Event {
    AttributeId attribute{};
    Value value;
  };
  class View final : public rules::StateView {
   public:
    [[nodiscard]] const Value& value(AttributeId id) const override { return values[index(id)]; }
    std::vector<Value> values;
  };
  void tell(const Event& event);
  void evaluate(std::uint32_t rule);

  AttributeTable table_;
  std::shared_ptr<const rules::RuleSet> set_;
  View view_;
  std::vector<bool> active_;                        // by rule
  std::vector<std::vector<std::uint32_t>> claims_;  // by attribute: rules, in no order
  std::vector<std::uint32_t> woken_;
  std::vector<Event> events_;
};

}  // namespace attune::bench
