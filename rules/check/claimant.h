#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "rules/check/regions.h"
#include "rules/rule_set.h"

/// Who can want something of a device: a rule, or an interlock while its `never` is true.
namespace attune::rules {

class Claimant {
 public:
  explicit Claimant(const Rule& rule) : rule_(&rule) {}
  explicit Claimant(const Interlock& lock) : lock_(&lock) {}

  /// Null: it is an interlock.
  [[nodiscard]] const Rule* rule() const { return rule_; }
  /// As people see it: of an instance with its member.
  [[nodiscard]] const std::string& shown() const;
  /// Its name in the file.
  [[nodiscard]] std::string_view declared() const;
  [[nodiscard]] Priority priority() const;
  [[nodiscard]] SourcePlace place(const RuleSet& set) const;

  /// What it wants at one moment: its wants, or those of a sequence up to a step.
  using Moment = std::vector<Want>;
  [[nodiscard]] std::vector<Moment> moments() const;

  /// As Regions says it of rules. An interlock has neither a start nor an end of its own.
  [[nodiscard]] Demands start(const Regions& regions, unsigned side = 1) const;
  [[nodiscard]] Demands hold(const Regions& regions, unsigned side = 1) const;
  [[nodiscard]] Demands linger(const Regions& regions, unsigned side = 1) const;

  friend bool operator==(const Claimant&, const Claimant&) = default;

 private:
  const Rule* rule_ = nullptr;
  const Interlock* lock_ = nullptr;
};

}  // namespace attune::rules
