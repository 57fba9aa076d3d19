#pragma once
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/clock.h"
#include "broker/shell/inbox/arrival.h"
#include "broker/shell/inbox/dedup.h"
#include "broker/shell/inbox/ring.h"
#include "broker/shell/link/link.h"
#include "broker/shell/loop/committer.h"
#include "broker/shell/loop/kept_discovery.h"
#include "broker/shell/loop/replies.h"
#include "broker/shell/loop/telling.h"
#include "devices/normaliser.h"
#include "store/store.h"

/// The loop: takes what has arrived, steps the core, commits once, and lets out what may leave.
///
/// Threading: one thread makes every call; it never waits and never calls Paho.
namespace attune::shell {

/// Who is told what the loop did. Called on the loop's thread.
class LoopObserver {
 public:
  virtual ~LoopObserver() = default;
  /// Once per turn, after the step: what is new, before it is durable.
  virtual void changed(std::span<const Change> changes) = 0;
  virtual void rejected(const devices::Rejection& rejection) = 0;
  enum class Taken : std::uint8_t { applied, unchanged, rejected };
  /// A message that may be a request to attune itself. True: it was, nobody else reads it.
  [[nodiscard]] virtual bool request(const inbox::Record&, Arrival) { return false; }
  /// A message was taken: it changed something, or nothing, or nothing of it could be read.
  virtual void message(Taken taken) = 0;
  virtual void committed(std::chrono::nanoseconds took) = 0;
  /// The broker has, or refused for good, the parcels with these tickets.
  virtual void told(const std::vector<std::uint64_t>&) {}
  /// A message made a dialect listen to other topics: the link is to subscribe them before what
  /// dialects say by themselves may leave.
  virtual void topics_learnt() {}
  /// From the start of a turn to its commands being handed to the sender.
  virtual void commands_left(std::chrono::nanoseconds took) = 0;
};

/// The parts that the loop works with; all outlive it.
struct LoopParts {
  devices::Catalog& catalog;
  devices::Normaliser& normaliser;
  core::Core& core;
  store::Store& store;
  inbox::InboxRing& ring;
  link::Link& link;
  Clock& clock;
  LoopObserver& observer;
};

struct LoopOptions {
  Millis commit_interval{5'000};
  std::string marker_topic;                       ///< inbox::marker_topic()
  std::optional<Millis> log_keep = std::nullopt;  ///< age in the log; empty: any
  std::uint64_t log_max_bytes = ~std::uint64_t{0};
  std::string prefix = "attune";  ///< of attune's own topics
  NoticeEcho notice_echo{};
};

/// Where Mosquitto counts what it dropped for full queues; the link must subscribe to it.
inline constexpr std::string_view kBrokerDropsTopic = "$SYS/broker/publish/messages/dropped";

class Loop {
 public:
  using Submission = std::variant<core::WriteRequest, core::ReleaseRequest, core::RuleModeRequest,
                                  core::DismissRequest, core::AckRequest, core::LearnRequest>;

  Loop(const LoopParts& parts, LoopOptions options);

  /// Before the first turn: reads what the store keeps for the window of packet ids, the marker
  /// and discovery, and commits the inbox position. `committed_at` is store::Recovered::at: time
  /// goes on from there through what waits in the ring, and only then to the present.
  [[nodiscard]] Status begin(const Instant& committed_at);

  /// Takes what is there, at most limits::kTurnEventsMax records. Error: the store failed for
  /// good ("io", "corrupt"): stop the process.
  [[nodiscard]] Status turn();
  /// Whether another turn has something to do at once.
  [[nodiscard]] bool has_more();
  /// Instant::steady at which a turn is due although nothing arrives; empty: none.
  [[nodiscard]] std::optional<Millis> next_due() const;

  /// Steps it in the next turn; `done` comes after its commit.
  void submit(Submission what, std::function<void(const core::Reply&)> done);
  /// The next turn swaps the rules.
  void load(std::shared_ptr<const rules::RuleSet> set);
  /// Rows of others, made durable with the next commit.
  void keep(std::vector<Write> writes) { committer_.add(std::move(writes)); }
  /// The next turn commits what waits, whatever the interval.
  void commit_soon() { commit_soon_ = true; }
  /// The log waits for a client that has everything up to there; empty: for nobody.
  void hold_log(std::optional<Revision> held) { held_ = held; }
  /// Commits everything, folded: the last call of a clean stop.
  [[nodiscard]] Status finish();

  [[nodiscard]] const std::vector<Change>& uncommitted() const { return committer_.pending(); }
  /// Commands whose end is not yet committed, newest first; "" = of every attribute.
  [[nodiscard]] std::vector<Command> uncommitted_ends(const std::string& path) const {
    return committer_.pending_ends(path);
  }
  [[nodiscard]] bool stuck() const { return committer_.stuck(); }
  /// The store uses so much of its map that the log lets go of all that a start does not need.
  [[nodiscard]] bool crowded() const { return crowded_; }

 private:
  void come_back(const Instant& now);
  void take_reports(const Instant& now);
  /// False: more are waiting.
  [[nodiscard]] bool take_records();
  void take(const inbox::Record& record);
  void take_message(const inbox::Record& record);
  void take_waiting(const Instant& now);
  void note_crowd(bool taken, const Instant& now);
  void take_decoded(const devices::Message& message, Arrival arrival);
  void note_broker_drops(std::uint64_t total);
  void take_submissions(const Instant& now);
  void keep_discovery(const devices::Message& message);
  void step(const Instant& at, decltype(core::Event::what) what);
  [[nodiscard]] Status commit_if_due();
  [[nodiscard]] Status commit(bool clean);
  [[nodiscard]] Status look_at_store();
  [[nodiscard]] store::Retention retention() const;
  void let_out();
  void send(const core::Dispatch& dispatch, std::vector<link::Parcel>& parcels) const;
  void answer(const core::Reply& reply);
  void refuse_submissions();

  LoopParts parts_;
  LoopOptions options_;
  inbox::DuplicateWindow duplicates_;
  inbox::ArrivalClassifier arrival_;
  Committer committer_;
  devices::Decoded decoded_;
  core::Outcome outcome_;  ///< of this turn; after a failed commit, what still must leave
  Telling telling_;
  Replies replies_;             ///< of dialects
  bool topics_learnt_ = false;  ///< in this turn
  int unfinished_turns_ = 0;    ///< in a row, that did not take all that waited
  Millis crowded_until_{};      ///< steady: until then who says too much is refused
  std::vector<std::pair<core::RequestId, Submission>> submissions_;
  std::map<core::RequestId, std::function<void(const core::Reply&)>> waiting_;
  std::shared_ptr<const rules::RuleSet> next_rules_;
  KeptDiscovery kept_;
  Instant latest_;  ///< up to where time was lived; what a commit records. Invariant: never back
  std::chrono::steady_clock::time_point turn_began_;
  std::uint64_t last_request_ = 0;
  Millis retry_at_{};
  bool back_ = false;  ///< what waited in the ring was taken; from then on it is the present
  std::optional<std::uint64_t> broker_drops_;  ///< as the broker counts them; empty: not heard yet
  std::optional<Revision> held_;
  bool crowded_ = false;
  Millis looked_at_store_{};
  bool commit_soon_ = false;  ///< a new device (the next start needs it for its rules), new rules
};

}  // namespace attune::shell
