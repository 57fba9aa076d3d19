#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "broker/core/inference.h"
#include "broker/core/site.h"

/// Settings of type schedule: each is the current value of its plan, and knows when it flips.
namespace attune::core {

/// The attribute that keeps the plan of `settings.<id>` once a person wrote one: `<id>.plan`.
[[nodiscard]] std::string plan_attribute(std::string_view setting);
/// `{"mon-fri":{"05:30":22}}` with values that `info` takes. Error "plan".
[[nodiscard]] Result<rules::Schedule> parse_plan(std::string_view json, const AttributeInfo& info);

class Schedules {
 public:
  Schedules(const Image& image, const RuleRunner& rules, Inference& inference,
            AttributeTable& table, Timers& timers, Journal& journal, Site site)
      : image_(image),
        rules_(rules),
        inference_(inference),
        table_(table),
        timers_(timers),
        journal_(journal),
        site_(std::move(site)) {}

  /// The rules are loaded: plans of the file that nobody replaced count, and flips are armed.
  void load();
  void fire(const Timer& timer);
  /// The clock on the wall was set: what it says now counts.
  void clock_was_set(Millis before);
  /// A person's plan takes the place of the file's.
  Status write(const rules::Setting& setting, std::string_view json, const Because& because);

  /// When `settings.<id>` flips next, as wall time; empty: it is no schedule.
  [[nodiscard]] std::optional<Millis> next(const rules::Setting& setting, Millis wall) const;
  [[nodiscard]] std::optional<rules::Schedule> plan_of(const rules::Setting& setting) const;

 private:
  void adopt(const rules::Setting& setting);
  void follow(const rules::Setting& setting, const Because& because);
  void arm(const rules::Setting& setting);

  const Image& image_;
  const RuleRunner& rules_;
  Inference& inference_;
  AttributeTable& table_;
  Timers& timers_;
  Journal& journal_;
  const Site site_;
};

}  // namespace attune::core
