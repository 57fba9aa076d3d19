#pragma once
#include <map>
#include <optional>

#include "broker/core/why_not.h"
#include "broker/core/why_then.h"

/// Why a rule did not act at a moment that the log still holds.
///
/// Determinism: a function of the core, the log, the rules of then and the moment.
namespace attune::core {

/// The rules that ran then, loaded against a table of attributes of their own.
struct RulesThen {
  const rules::RuleSet& set;
  const AttributeTable& table;
};

/// The state as the log tells it. What cannot be found is unknown, and told by problem().
class PastMoment final : public Moment {
 public:
  PastMoment(const Core& core, const Past& past, const RulesThen& rules, Revision at)
      : core_(core), past_(past), rules_(rules), at_(at) {}
  [[nodiscard]] const Value& value(AttributeId attribute) const override;
  [[nodiscard]] Read read(AttributeId attribute) const override;
  [[nodiscard]] std::vector<AttributeId> behind(AttributeId attribute) const override;
  /// Of the first question that the log could not answer.
  [[nodiscard]] const std::optional<Error>& problem() const { return problem_; }

 private:
  const Read& look(AttributeId attribute) const;
  void find(const AttributePath& path, Read& read) const;
  std::optional<Change> take(Result<std::optional<Change>> found) const;

  const Core& core_;
  const Past& past_;
  const RulesThen& rules_;
  Revision at_;
  mutable std::map<AttributeId, Read> known_;
  mutable std::optional<Error> problem_;
};

/// `rule` is its index in the set of then. What a person had switched off or on is not known of
/// then: the mode is the file's. Signals are unknown: the log does not keep them.
/// Errors: "compacted", "future", "too_far"; see why_then.
[[nodiscard]] Result<WhyNot> why_not_then(const Core& core, const Past& past,
                                          const RulesThen& rules, std::uint32_t rule, Revision at);

/// The rules of then that wanted the attribute (of the table of then) and were not active, as
/// inhibited_rules. Errors: as why_not_then.
[[nodiscard]] Result<std::vector<WhyNot>> inhibited_rules_then(const Core& core, const Past& past,
                                                               const RulesThen& rules,
                                                               AttributeId attribute, Revision at);

}  // namespace attune::core
