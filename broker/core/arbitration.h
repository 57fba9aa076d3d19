#pragma once
#include <optional>
#include <string>

#include "broker/core/agenda.h"
#include "broker/core/claims.h"
#include "broker/core/journal.h"
#include "broker/core/rule_runner.h"
#include "broker/core/timers.h"
#include "devices/catalog.h"

/// Who wants what becomes what is wanted: claims come and go, the first in line decides, and when
/// the last one goes the defaults say what follows.
namespace attune::core {

class Arbitration {
 public:
  Arbitration(const devices::Catalog& catalog, const RuleRunner& rules, Image& image,
              Claims& claims, Timers& timers, Journal& journal, Agenda& agenda)
      : catalog_(catalog),
        rules_(rules),
        image_(image),
        claims_(claims),
        timers_(timers),
        journal_(journal),
        agenda_(agenda) {}

  /// Adds or replaces a claim. `claim.path`, `by`, `source`, `value`, `priority`, `since` and
  /// `shadow` are given. Answers what its consequences cite.
  Because claim(AttributeId attribute, Claim claim, const Because& because);
  void withdraw(AttributeId attribute, ClaimBy by, std::string_view source, const Because& because,
                std::string reason);

  /// A person wants `value`, for `hold` or for what the rules' `manual` says. What stood there
  /// before gives way: after the hold, `restore` returns to the person's value.
  Because hold(AttributeId attribute, const Value& value, const std::string& who,
               std::optional<Millis> hold, std::string reason, const Because& because);
  /// Ends a person's hold; false when there is none.
  bool release(AttributeId attribute, const Because& because, std::string reason);
  /// Ends holds whose `until` has come true, of attributes that depend on `touched`.
  void check_holds(AttributeId touched, const Because& because);

  /// What followed the last claim is done: reported, or given up.
  void rest_is_over(AttributeId attribute, const Because& because);

  /// Turns contested claims into wanted values, and puts the devices on the agenda.
  void settle();

 private:
  void settle(AttributeId attribute, const Because& because);
  void follow_last_claim(AttributeId attribute, const Because& because);
  void remember_base(AttributeId attribute, const Value& value);
  void want(AttributeId attribute, const Claim* winner, const Because& because);

  const devices::Catalog& catalog_;
  const RuleRunner& rules_;
  Image& image_;
  Claims& claims_;
  Timers& timers_;
  Journal& journal_;
  Agenda& agenda_;
};

/// How a winning claim is named in `desired_by`: "rule:<id>", "person", "default".
[[nodiscard]] std::string claimant(const Claim& claim);

}  // namespace attune::core
