#pragma once
#include <memory>
#include <optional>
#include <string>

#include "broker/core/claims.h"
#include "broker/core/conflicts.h"
#include "broker/core/event.h"
#include "broker/core/image.h"
#include "broker/core/interlocks.h"
#include "broker/core/ledger.h"
#include "broker/core/limits.h"
#include "broker/core/notices.h"
#include "broker/core/rule_runner.h"
#include "broker/core/site.h"
#include "broker/core/timers.h"
#include "devices/catalog.h"
#include "rules/rule_set.h"

/// The coordinator: it orders the parts and decides nothing itself.
///
/// Threading: one thread. Determinism: the same image, rules and events give byte-equal outcomes.
namespace attune::core {

struct Options {
  bool observe = false;  ///< compute everything, command nothing
  Site site{};           ///< what local time and the sun depend on
  /// Evaluates every rule that reads what changed, and not only those to which it can matter: the
  /// same outcomes, slower. What tests and benches hold the index of flips against.
  bool every_reader = false;
  /// So seldom is kept what is learned of a device of which nothing is expected yet: a kill may
  /// lose as much of it. At zero it loses nothing, and every message costs a row.
  Millis habits_kept_every = std::chrono::hours(1);
};

/// Everything a start begins with, from the store; see store::Recovered.
struct Restored {
  Revision next{};  ///< first revision to give out
  CommandId last_command{};
  HybridTime clock;  ///< nothing at or before it is given out again
  std::vector<StateRow> state;
  std::vector<Change> tail;    ///< changes that `state` does not hold yet
  std::vector<Change> recent;  ///< the last ones: what was just sent still explains reports
  std::vector<Command> commands;
  std::vector<Claim> claims;
  std::vector<Base> bases;
  std::vector<RuleState> rules;
  std::vector<Timer> timers;
  std::vector<Tombstone> tombstones;
  std::vector<Blob> conflicts;     ///< of Conflicts::kSpace
  std::vector<Blob> seen_writes;   ///< of SeenWrites::kSpace
  std::vector<Blob> lives;         ///< of RuleMemory::kSpace
  std::vector<Blob> interlocks;    ///< of Interlocks::kSpace
  std::vector<Blob> limits;        ///< of Limits::kSpace
  std::vector<Blob> notices;       ///< of Notices::kSpace
  std::vector<Blob> signals;       ///< of Signals::kSpace
  std::vector<Blob> learned{};     ///< of Learned::kSpace
  std::vector<Blob> attendance{};  ///< of Attendance::kSpace
  std::vector<Blob> ages{};        ///< of Ages::kSpace
  std::vector<Blob> failures{};    ///< of Drive::kFailureSpace
  Instant at{};                    ///< of the last commit
};

class Attendance;
class Learning;
class Schedules;

class Core {
 public:
  /// `catalog` is the loop's; discovery reaches it through the normaliser before the event does.
  Core(devices::Catalog& catalog, Options options);
  ~Core();

  /// Before the first step. Rules are not part of it: RulesLoaded follows.
  void restore(Restored restored);

  /// Deadlines at or before `event.at` fire first, then the event. `out` is appended to.
  void step(const Event& event, Outcome& out);

  /// Rows that belong into the next commit and are no reason for one: when devices were heard. A
  /// commit without them forgets messages whose inbox position it holds.
  [[nodiscard]] std::vector<Write> take_rows();

  /// Instant::steady of the next deadline; empty: none armed.
  [[nodiscard]] std::optional<Millis> next_deadline() const;
  /// The last revision given out.
  [[nodiscard]] Revision head() const;

  // What is, for the API and for `why`. Valid until the next step.
  [[nodiscard]] const Image& image() const;
  [[nodiscard]] Image& image();
  [[nodiscard]] const Claims& claims() const;
  [[nodiscard]] const Conflicts& conflicts() const;
  [[nodiscard]] const Ledger& ledger() const;
  [[nodiscard]] const Notices& notices() const;
  [[nodiscard]] const Schedules& schedules() const;
  [[nodiscard]] const RuleRunner& rules() const;
  [[nodiscard]] const Timers& timers() const;
  [[nodiscard]] const Learning& learning() const;
  [[nodiscard]] const Attendance& attendance() const;
  /// Why what is wanted of it is not commanded yet; null: nothing delays it.
  [[nodiscard]] const Delay* delay(AttributeId attribute) const;
  [[nodiscard]] const rules::RuleSet& rule_set() const;
  [[nodiscard]] const devices::Catalog& catalog() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace attune::core
