#pragma once
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/claims.h"
#include "broker/core/interlocks.h"
#include "broker/core/journal.h"
#include "broker/core/limits.h"
#include "broker/core/rule_runner.h"
#include "broker/core/timers.h"
#include "broker/core/wish.h"
#include "devices/catalog.h"

/// Who wants what becomes what is wanted: claims come and go, the first in line decides, and when
/// the last one goes the defaults say what follows.
namespace attune::core {

/// The one source of claims by people: the last hand counts.
inline constexpr std::string_view kPersonSource = "person";

/// Who holds, where a hand was that of another program; the rest of a reason may follow.
inline constexpr std::string_view kAnotherProgram = "another program";

class Arbitration {
 public:
  Arbitration(const devices::Catalog& catalog, const RuleRunner& rules, Image& image,
              Claims& claims, Interlocks& interlocks, Limits& limits, Timers& timers,
              Journal& journal, Agenda& agenda)
      : catalog_(catalog),
        rules_(rules),
        image_(image),
        interlocks_(interlocks),
        limits_(limits),
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
  /// What `restore` returns to is `value` from now on; where nobody claims the attribute, it is
  /// driven there once.
  void write_base(AttributeId attribute, const Value& value, const Because& because);
  /// A person's hold; null: there is none.
  [[nodiscard]] const Claim* hold_on(AttributeId attribute) const;
  /// Ends a hold that was no person's: it leaves nothing to return to.
  void disown_hold(AttributeId attribute, const Because& because, std::string reason);
  /// Ends a person's hold; false when there is none.
  bool release(AttributeId attribute, const Because& because, std::string reason);
  /// The attribute was reported anew: holds whose `until` has come true end, and what ranges make
  /// of it is looked at again.
  void touched(AttributeId attribute, const Because& because);

  /// The interlock that keeps `attribute` from becoming `value` now; null: none does.
  [[nodiscard]] const rules::Interlock* forbids(AttributeId attribute, const Value& value) const {
    return interlocks_.forbids(attribute, value);
  }

  /// What followed the last claim is done: reported, or given up.
  void rest_is_over(AttributeId attribute, const Because& because);

  /// Ends the person's hold of `held` when its `until` has come true.
  void check_hold(AttributeId held, const Because& because);

  /// The attribute has been on for its limit `max_on`.
  void max_on_reached(AttributeId attribute, const Because& because);

  /// A set of rules took the place of another: claims of interlocks that are gone go, and the
  /// others look at what is.
  void rules_loaded();

  /// Turns contested claims into wanted values, and puts the devices on the agenda.
  void settle();

 private:
  void settle(AttributeId attribute, const Because& because);
  void cut_short(const std::vector<std::pair<AttributeId, Because>>& open);
  void follow_last_claim(AttributeId attribute, const Because& because);
  void remember_base(AttributeId attribute, const Value& value);
  void decide(AttributeId attribute, const Because& because);
  void want(AttributeId attribute, const Decision& decision, const Because& because);
  void check_holds(AttributeId touched, const Because& because);
  void look_again_at(AttributeId held);
  [[nodiscard]] bool is_guarded(AttributeId attribute) const;
  void contest_guarded(AttributeId attribute, const Because& because);
  void look_at_interlocks();
  void check_limit(AttributeId attribute, const Because& because);
  void claim_for(const rules::Interlock& lock, const rules::Want& want, const Because& because);
  [[nodiscard]] Decision judged(AttributeId attribute, std::vector<Claim>& claims) const;
  void note_blocks(AttributeId attribute, const std::vector<Claim>& judged, const Because& because);

  const devices::Catalog& catalog_;
  const RuleRunner& rules_;
  Image& image_;
  Interlocks& interlocks_;
  Limits& limits_;
  Claims& claims_;
  Timers& timers_;
  Journal& journal_;
  Agenda& agenda_;
  std::set<AttributeId> value_ended_;  // of this step: a claim with a value went
  Because watched_;                    // of this step: what interlocks look at it for
};

/// How a winning claim is named in `desired_by`: "rule:<id>", "person", "default".
[[nodiscard]] std::string claimant(const Claim& claim);

}  // namespace attune::core
