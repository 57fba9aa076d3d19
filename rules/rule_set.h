#pragma once
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "devices/model/attribute_table.h"
#include "devices/model/device.h"
#include "devices/model/issue.h"
#include "devices/model/records.h"
#include "devices/model/sparse.h"
#include "rules/cel/expression.h"
#include "rules/cel/signal.h"
#include "rules/flip_index.h"
#include "rules/learn.h"
#include "rules/message.h"
#include "rules/readers.h"
#include "rules/schedule.h"
#include "rules/trigger.h"

/// A checked set of rules: immutable, and complete enough to run without its files.
namespace attune::rules {

/// A literal, or an expression that is evaluated while the rule is active.
using Wanted = std::variant<Value, cel::Expression>;

/// What few wants have.
struct Leeway {
  std::optional<Wanted> min{};  ///< of a range; empty: open below
  std::optional<Wanted> max{};
  double deadband = 0;  ///< a live value that moves by less stays, in the attribute's unit
};

/// A `want`: one value, or a range `{min, max}`.
struct Want {
  AttributeId attribute{};
  Wanted value{};  ///< of a range: Value(), of kind none
  Sparse<Leeway> leeway{};
  [[nodiscard]] bool is_range() const { return leeway->min || leeway->max; }
};

/// An active rule whose condition is unknown for longer ends.
inline constexpr Millis kUnknownGrace = std::chrono::minutes(10);

enum class OnUnknown : std::uint8_t { keep, assume_false, assume_true };

/// One step of `do`.
struct Step {
  enum class Kind : std::uint8_t { want, wait, wait_until, notify } kind = Kind::want;
  std::vector<Want> want;
  std::optional<Millis> wait{};  ///< of wait_until its timeout; empty: as long as it takes
  cel::Expression until{};
  bool aborts = true;  ///< what follows the timeout: the end of the sequence, or its next step
  std::vector<NoticePlan> notify{};
};

/// What a rule says to people.
struct Words {
  std::string label;    ///< empty: none
  std::string because;  ///< empty: none
  std::vector<std::string> tags;
};

/// What few rules have.
struct Extras {
  Words words;
  std::optional<cel::Expression> while_;  ///< must hold all along
  std::optional<Millis> max_time;         ///< active at most this long; then a new start is needed
  Millis cooldown{0};                     ///< after its end it does not start again for this long
  std::optional<Trigger> trigger;         ///< then `when` may be empty, and counts at that instant
  std::vector<Turn> turns;                ///< of `toggle` and `cycle`
  std::vector<Step> sequence;             ///< of `do`
  std::vector<NoticePlan> notify;
  std::optional<Message> cleared;
  std::vector<AttributeId> contexts;  ///< settings by which its numbers are learned
  std::vector<AttributeId> order;     ///< each is commanded when those before it are as wanted
  Millis transition{0};               ///< how long what it wants may take to come about
};

/// A place in a file of the set. Lines and columns as in SourcePlace.
struct FilePlace {
  std::uint32_t file = 0;  ///< in RuleSet::files
  int line = 0;
  int column = 0;
  int length = 1;
};

/// There may be many, and most are simple: what few have stands apart.
struct Rule {
  RuleId id;  ///< of an instance of `foreach`: `rule[member]`
  FilePlace place;  ///< of its id
  cel::Expression when;
  cel::Expression until;  ///< empty: none; with it the rule is a latch
  Sparse<Extras> extras;
  std::vector<Want> want;
  Millis for_{0};                 ///< `when` must hold this long first
  Millis off_delay{0};            ///< the end must hold this long
  std::uint64_t fingerprint = 0;  ///< of everything that changes what the rule does
  Priority priority = static_cast<Priority>(Level::comfort);
  RuleMode mode = RuleMode::enabled;
  OnUnknown on_unknown = OnUnknown::keep;
  bool reset_by_ack = false;     ///< its end waits for a person
  bool restarts = false;         ///< `run: restart`: a trigger while it is active begins it anew
  bool aborts_at_start = false;  ///< `on_restart: abort`, of its sequence

  /// Attributes that any of its expressions reads, ascending, each once. Not those of messages:
  /// they are read when they are said.
  [[nodiscard]] std::vector<AttributeId> reads() const;
  /// Its id in the file: without the member of a `foreach`.
  [[nodiscard]] std::string_view declared() const;
  /// Its trigger, where it is of this kind; else null.
  template <class Kind>
  [[nodiscard]] const Kind* triggered() const {
    return extras->trigger ? std::get_if<Kind>(&extras->trigger->of) : nullptr;
  }
  /// Whether it goes on after its trigger; else it acts once.
  [[nodiscard]] bool lives_on() const;
};

/// What follows the last claim on an attribute.
struct Default {
  enum class Kind : std::uint8_t { restore, leave, value } kind = Kind::leave;
  Value value;  ///< of kind value
};

/// What a person's hand is worth.
struct ManualPolicy {
  std::optional<Millis> hold = std::chrono::hours(2);  ///< empty: until `until` alone
  std::optional<cel::Expression> until;
  /// Of the delays that `until` reads, by the attribute of their signal: how long they run.
  std::vector<std::pair<AttributeId, Millis>> delays{};
};

/// What must never be: guards every command by the state that it would make.
struct Interlock {
  enum class OnUnknown : std::uint8_t { deny, allow, keep };
  std::string id;
  SourcePlace place;
  cel::Expression never;
  std::vector<Want> want;  ///< claimed while `never` is true of what is reported
  Priority priority = static_cast<Priority>(Level::equipment);
  OnUnknown on_unknown = OnUnknown::deny;
  std::string severity;  ///< info, warning, critical; empty: none
};

/// What a device can bear; commands are delayed or clamped to it. On is true, a number that is not
/// 0, or a word that is not `off`.
struct Limit {
  static constexpr double kStartsMax = 1'000;
  struct Rate {
    double amount = 0;
    Millis per{};
  };
  std::optional<Millis> min_on, min_off;  ///< once on (off) it stays so this long
  std::optional<Millis> min_dwell;        ///< whatever it is, it stays so this long
  std::optional<Millis> max_on;           ///< then it goes off, until somebody wants it on anew
  std::optional<Rate> max_starts;
  std::optional<double> min, max;  ///< in the attribute's unit
  std::optional<Rate> slew;        ///< in the attribute's unit
};

/// What residents adjust: `settings.<id>`.
struct Setting {
  std::string id;
  std::string label;
  AttributeInfo info;                ///< type, unit, range, values; writable
  Value initial;                     ///< of a schedule: none
  std::optional<Schedule> schedule;  ///< the plan of the file
};

/// A test of the rules, on simulated time (broker/cli/scenario.h runs it).
struct TestStep {
  SourcePlace place;
  using Values = std::vector<std::pair<AttributePath, Value>>;
  Values report;
  Values manual;
  std::optional<Millis> after;
  std::optional<Millis> at;     ///< wall time to go on to
  std::optional<Millis> clock;  ///< the same as a time of day, when it comes next
  bool restart = false;
  std::optional<std::vector<DeviceId>> offline;  ///< those that cannot be reached from here on
  std::optional<std::vector<DeviceId>> silent;   ///< those that do not obey from here on
  Values expect;
  std::string by;   ///< rule id, "manual", or empty; of the attributes in `expect`
  std::string why;  ///< what `attune why` says of each attribute in `expect`; empty: not asked
  /// What is sent during the step, in order; an empty list: nothing.
  std::vector<std::pair<AttributePath, std::vector<Value>>> commands;
  std::optional<cel::Expression> never;  ///< must not become true during the step
};
struct TestCase {
  std::string name;
  SourcePlace place;
  std::optional<Millis> time;  ///< wall time at its start, in the site's zone
  TestStep::Values state;
  TestStep::Values settings;
  std::vector<TestStep> steps;
};

struct SourceFile {
  std::string path;
  std::string text;
};

/// Invariant: `rules` ascend by id, and a rule's index is its place there.
struct RuleSet {
  std::vector<Rule> rules;
  std::vector<Setting> settings;
  std::map<std::string, std::vector<DeviceId>, std::less<>> groups;
  std::map<AttributeId, Default> defaults;  ///< only what files say; else by vocabulary
  ManualPolicy manual;                      ///< the file's `default`
  std::map<AttributeId, ManualPolicy> manual_of;
  std::vector<Interlock> interlocks;  ///< ascending by id
  /// Interlocks whose `never` reads the attribute, by AttributeId; shorter than the table is fine.
  std::vector<std::vector<std::uint32_t>> guards;
  /// Likewise those whose `want` names it.
  std::vector<std::vector<std::uint32_t>> guard_wants;
  std::map<AttributeId, Limit> limits;
  std::vector<Learn> learn;  ///< ascending by id
  std::vector<TestCase> tests;
  std::vector<std::string> vars;  ///< their names, ascending
  std::vector<SourceFile> files;
  Readers readers;
  FlipIndex flips;  ///< to whom of them a change can matter
  /// Rules with a trigger on a momentary event, ascending.
  std::map<AttributeId, std::vector<std::uint32_t>> event_readers;
  /// Attributes with a `manual` whose `until` reads the indexed one; shorter than the table is
  /// fine.
  std::vector<std::vector<AttributeId>> hold_readers;
  /// What expressions read beside what devices report; each stands after those that it reads.
  std::vector<cel::Signal> signals;

  [[nodiscard]] SourcePlace place_of(const Rule& rule) const;
  [[nodiscard]] const Rule* find(std::string_view id) const;
  [[nodiscard]] std::optional<std::uint32_t> index_of(std::string_view id) const;
  /// The rule with this id, or all instances of the one that the file calls so.
  [[nodiscard]] std::vector<std::uint32_t> all_of(std::string_view id) const;
  [[nodiscard]] const ManualPolicy& manual_for(AttributeId attribute) const;
};

}  // namespace attune::rules
