#pragma once
#include <memory>
#include <optional>
#include <string>

#include "broker/core/agenda.h"
#include "broker/core/arbitration.h"
#include "broker/core/flips.h"
#include "broker/core/journal.h"
#include "broker/core/learning.h"
#include "broker/core/notices.h"
#include "broker/core/rule_runner.h"
#include "broker/core/signals.h"
#include "broker/core/site.h"
#include "broker/core/timers.h"
#include "broker/core/wish.h"
#include "devices/catalog.h"

/// What changed wakes the rules that read it; they start and end, and their claims come and go.
namespace attune::core {

class Inference {
 public:
  Inference(const devices::Catalog& catalog, Image& image, RuleRunner& rules, Signals& signals,
            Notices& notices, const Learning& learning, Arbitration& arbitration, Claims& claims,
            Timers& timers, Journal& journal, Agenda& agenda, Site site)
      : catalog_(catalog),
        image_(image),
        rules_(rules),
        signals_(signals),
        notices_(notices),
        learning_(learning),
        arbitration_(arbitration),
        claims_(claims),
        timers_(timers),
        journal_(journal),
        agenda_(agenda),
        site_(std::move(site)),
        flips_(rules, image) {}

  /// Whether what happens in this step can be an edge: not a late or retained message, and not
  /// the loading of rules.
  void allow_edges(bool edges) { edges_ = edges; }
  /// From now on every reader of what changed is evaluated, also where nothing that it asks is
  /// answered anew: Options::every_reader.
  void wake_every_reader() { every_reader_ = true; }
  /// The moment of a rule's trigger by time.
  void moment_has_come(std::uint32_t rule);
  /// The clock on the wall jumped: moments are planned anew.
  void clock_was_set();

  /// Follows touched attributes through rules and settings until nothing moves; chains longer than
  /// limits::kCauseDepthMax are cut and reported.
  void settle();

  /// Swaps the rule set: rules that are gone or changed end, new settings get their first value,
  /// every rule is looked at once. (A first look is no edge.)
  void load(std::shared_ptr<const rules::RuleSet> set);

  /// Sets, or with nothing clears, what a person chose for a rule.
  Because set_mode(std::uint32_t rule, std::optional<RuleMode> mode, std::optional<Millis> duration,
                   const Because& because);

  /// A person has seen to it. False: there is nothing that waits for one.
  bool acknowledge(std::uint32_t rule, const Because& because);

  /// Writes a setting; false when it has that value already.
  bool set_setting(AttributeId setting, const Value& value, const Because& because);

 private:
  // waking.cpp
  void wake(AttributeId touched, const Because& because);
  void wake_the_rest(const Signals::Touched& touched);
  [[nodiscard]] Reason reason_for(AttributeId touched, const Because& because) const;

  void evaluate(std::uint32_t rule, const std::vector<Reason>& reasons);
  void evaluate(std::uint32_t rule, const std::vector<Reason>& reasons, rules::Occasion occasion);
  void look_again(std::uint32_t rule, const Because& because);
  void started(std::uint32_t rule, const Because& because);
  void ended(std::uint32_t rule, const Because& because);
  void goes_on(std::uint32_t rule, const rules::Occasion& occasion, const Because& because);

  // triggers.cpp
  void take_events();
  [[nodiscard]] bool is_edge(const rules::Rule& rule, RuleRunner::Standing& standing);
  void plan(std::uint32_t rule);
  void plan_anew(std::uint32_t rule, const std::vector<Reason>& reasons);
  void skip_missed(std::uint32_t rule);
  void miss(const rules::Rule& rule, const Because& because);
  void act_once(std::uint32_t rule, const Because& because);
  void write_once(const rules::Rule& rule, AttributeId attribute, const Value& value,
                  const Because& because);
  [[nodiscard]] Value turned(const rules::Turn& turn) const;

  // sequences.cpp
  bool go_on(std::uint32_t rule, const Because& because);
  bool is_true(const cel::Expression& condition, RuleRunner::Standing& standing) const;
  bool take_step(std::uint32_t rule, const rules::Step& step, const Because& because);
  [[nodiscard]] bool is_in_sequence(std::uint32_t rule, AttributeId attribute) const;
  void abort_sequence(std::uint32_t rule, const Because& because);
  void end_sequence(std::uint32_t rule, const Because& because, bool rule_ends);
  void sequence_is_over(std::uint32_t rule, const Because& because);
  void begin_again(std::uint32_t rule, const Because& because);

  [[nodiscard]] const Because& decisive(const rules::Rule& rule,
                                        const std::vector<Reason>& reasons) const;
  [[nodiscard]] bool storms(RuleRunner::Standing& standing) const;
  void quarantine(std::uint32_t rule, const Because& because);
  void keep(const rules::Rule& rule, const RuleState& before, RuleState& now);
  void keep_memory(std::uint32_t rule, const RuleMemory& before);
  void arm_again(std::uint32_t rule);
  void arm_moment(std::uint32_t rule);
  void arm_step(std::uint32_t rule);
  void sync_timers(const rules::Rule& rule, const RuleState& before, const RuleState& now);
  Because announce(const RuleId& rule, std::string status, std::string detail,
                   const Because& because);
  void claim_all(std::uint32_t rule, const Because& because, bool started);
  void claim_one(std::uint32_t rule, const rules::Want& want, const Because& because, bool started);
  [[nodiscard]] std::optional<Wish> wished(const rules::Rule& rule, const rules::Want& want,
                                           const Claim* current);
  void withdraw_all(const RuleId& rule, const Because& because, std::string_view reason);
  void retire(const RuleState& state);
  void first_settings();
  void drop_orphans();

  const devices::Catalog& catalog_;
  Image& image_;
  RuleRunner& rules_;
  Signals& signals_;
  Notices& notices_;
  const Learning& learning_;
  Arbitration& arbitration_;
  Claims& claims_;
  Timers& timers_;
  Journal& journal_;
  Agenda& agenda_;
  const Site site_;
  Flips flips_;
  bool edges_ = false;
  bool every_reader_ = false;
  bool loaded_ = false;  ///< once since the start
};

}  // namespace attune::core
