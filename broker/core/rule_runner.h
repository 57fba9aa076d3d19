#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "broker/core/rule_memory.h"
#include "devices/model/records.h"
#include "devices/model/sparse.h"
#include "rules/machine.h"
#include "rules/rule_set.h"

/// The rules' memory: where each rule stands.
namespace attune::core {

class RuleRunner {
 public:
  /// A rule may start this often at once, and once a second in the long run, by what attune itself
  /// did. One that passes it undoes its own condition, or fights another: it is disabled until a
  /// person enables it. What sensors and people set off is not counted.
  static constexpr double kStartsMax = 30;

  /// Those that a rule has left.
  struct Starts {
    double left = kStartsMax;  ///< refilled with one a second
    Millis refilled{};         ///< Instant::steady
  };

  struct Standing {
    RuleState state;
    Sparse<RuleMemory> memory;
    Sparse<std::string> error;  ///< of an expression that failed when it was last looked at
    cel::Truth condition = cel::Truth::unknown;  ///< how it last evaluated, for people
    std::optional<bool> edge;  ///< whether the condition of `rises` held; for `falls`, did not
    Sparse<Starts> starts;

    void see(rules::Observed seen);
  };
  /// Since the start, for the metrics.
  struct Counts {
    std::uint64_t evaluations = 0;
    std::uint64_t fired = 0;   ///< became active
    std::uint64_t errors = 0;  ///< evaluations in which an expression failed
  };
  [[nodiscard]] const Counts& counts() const { return counts_; }
  [[nodiscard]] Counts& counts() { return counts_; }

  [[nodiscard]] const rules::RuleSet& set() const { return *set_; }
  /// By the rule's index in the set.
  [[nodiscard]] const Standing& at(std::uint32_t rule) const { return standing_[rule]; }
  [[nodiscard]] Standing& at(std::uint32_t rule) { return standing_[rule]; }
  /// What counts: a person's choice before the file's.
  [[nodiscard]] RuleMode mode(std::uint32_t rule) const;

  /// Keeps the memory of rules whose fingerprint is unchanged. Returns the states of rules that
  /// are gone or changed, which no longer hold.
  std::vector<RuleState> replace(std::shared_ptr<const rules::RuleSet> set);
  void restore(RuleState state);
  /// Memories that cannot be read are left out.
  void restore(const std::vector<Blob>& memories);

 private:
  std::shared_ptr<const rules::RuleSet> set_ = std::make_shared<rules::RuleSet>();
  std::vector<Standing> standing_;
  Counts counts_;
  std::vector<RuleState> restored_;             // until the first replace()
  std::map<std::string, RuleMemory> memories_;  // likewise, by rule id
};

}  // namespace attune::core
