#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <random>
#include <set>
#include <tuple>

#include "broker/shell/api/feeds.h"
#include "broker/shell/http/sse.h"
#include "store/store.h"
#include "tests/support/fake_ports.h"

/// The feeds against a model: random histories with restarts, lost revisions, compaction and a
/// restored backup; resumed at every revision that was ever given out.
///
/// ATTUNE_FEED_HISTORIES=n checks n histories, ATTUNE_FEED_SEED=n begins with that one.
namespace attune::api {
namespace {

using Subject = std::tuple<ChangeKind, std::string, std::string, std::string>;

Subject subject(const Change& change) {
  return {change.kind, change.device, change.attribute,
          change.kind == ChangeKind::claim ? change.cause.id : std::string()};
}

/// What a removal ends, and what a client therefore forgets with it.
bool is_of_device(const Change& change) {
  return change.kind == ChangeKind::state || change.kind == ChangeKind::desired ||
         change.kind == ChangeKind::claim || change.kind == ChangeKind::liveness;
}

/// What a client holds that folds the line: no matter which entries it was spared.
using Held = std::map<Subject, std::pair<Value, std::string>>;

void fold(Held& held, const Change& change) {
  if (change.kind == ChangeKind::removed) {
    std::erase_if(held, [&](const auto& each) { return std::get<1>(each.first) == change.device; });
  } else if (change.kind == ChangeKind::claim && change.status == "ended") {
    held.erase(subject(change));
  } else if (is_of_device(change)) {
    held[subject(change)] = {change.value, change.status};
  }
}

/// Real ports over the in-memory store: what is stepped and not committed is shown too.
class StorePorts final : public Ports {
 public:
  explicit StorePorts(support::FakePorts& rest) : rest_(rest), identity_(rest.identity_) {
    begin();
  }

  /// A process begins: what was not committed is lost.
  void begin() {
    const auto recovered = store_->recover();
    ASSERT_TRUE(recovered.ok()) << recovered.error().message;
    fresh_.clear();
    head_ = run_start_ = Revision{number(recovered->next) - 1};
    identity_.store_uuid = "store." + std::to_string(incarnation_);
  }
  void restart() {
    store_ = store_->reopen();
    begin();
  }
  void restore(const store::MemoryStore& backup) {
    store_ = backup.reopen();
    ++incarnation_;
    begin();
  }
  Change step(Change change) {
    head_ = Revision{number(head_) + 1};
    change.revision = head_;
    change.at.steady = now_.steady += Millis(1);
    fresh_.push_back(change);
    return change;
  }
  void commit(bool clean, std::optional<store::Retention> retention = std::nullopt) {
    store::Turn turn;
    turn.changes = std::exchange(fresh_, {});
    turn.clean = clean;
    turn.folded_through = turn.changes.empty() ? last_ : turn.changes.back().revision;
    if (*turn.folded_through > last_) last_ = *turn.folded_through;
    turn.retention = retention;
    const Status done = store_->commit(turn);
    ASSERT_TRUE(done.ok()) << done.error().message;
  }

  const core::Core& core() const override { return rest_.core(); }
  const Identity& identity() const override { return identity_; }
  Health health() const override { return {}; }
  Instant now() const override { return now_; }
  Result<std::vector<Change>> log_after(Revision after, std::size_t max) const override {
    auto entries = store_->log_after(after, max);
    if (!entries) return entries;
    for (const Change& change : fresh_) {
      if (entries->size() < max && change.revision > after) entries->push_back(change);
    }
    return entries;
  }
  Result<std::optional<Change>> change(Revision revision) const override {
    for (const Change& change : fresh_) {
      if (change.revision == revision) return std::optional<Change>(change);
    }
    return store_->change(revision);
  }
  Revision floor() const override { return store_->floor(); }
  Revision head() const override { return head_; }
  Revision run_start() const override { return run_start_; }
  Result<std::vector<Command>> finished_commands(const std::string&, std::size_t) const override {
    return std::vector<Command>();
  }
  const store::history::Archive& history() const override { return store_->history(); }
  Result<std::vector<rules::SourceFile>> rules_at(Revision) const override {
    return std::vector<rules::SourceFile>();
  }
  void submit(Submission, std::function<void(const core::Reply&)>) override {}
  void reload(std::function<void(const Reloaded&)>) override {}
  void edit_rules(RulesEdit, std::function<void(const RulesEdited&)>) override {}
  [[nodiscard]] std::vector<Revision> rule_versions() const override { return {}; }
  void keep(std::vector<Write>) override {}
  bool publish(BusReply) override { return false; }
  std::size_t publishing() const override { return 0; }
  void reject(const devices::Rejection&) override {}
  const RecentRejections& rejections() const override { return rest_.rejections(); }
  std::string metrics_text() const override { return {}; }
  void wake() override {}

  std::unique_ptr<store::MemoryStore> store_ = store::make_memory_store();
  Instant now_;

 private:
  support::FakePorts& rest_;
  Identity identity_;
  std::vector<Change> fresh_;
  Revision head_{};
  Revision run_start_{};
  Revision last_{};
  int incarnation_ = 1;
};

/// What a follower should have seen.
struct Reader {
  std::shared_ptr<support::FakeStream> stream;
  http::SseReader events;
  bool coalesced = true;
  bool downgraded = false;
  Revision since{};
  std::vector<Revision> seen;
  std::optional<Revision> sent_away;
};

class History {
 public:
  explicit History(std::uint64_t seed) : dice_(seed), ports_(rest_) { begin_feeds(); }

  void run() {
    for (int step = 0; step < 30; ++step) {
      SCOPED_TRACE("step " + std::to_string(step));
      act(dice_() % 20);
      if (testing::Test::HasFatalFailure()) return;
    }
    check_readers();
    check_every_resume();
  }

 private:
  void act(std::uint64_t what) {
    if (what < 8) return turn(1 + dice_() % 4);
    if (what < 11) return ports_.commit(false);
    if (what < 14) return compact();
    if (what < 16) return follow();
    if (what == 16) return read_some();
    if (what == 17) return restart(dice_() % 2 == 0);
    if (what == 18) return check_every_resume();
    if (dice_() % 2 == 0) {
      backup_ = ports_.store_->reopen();
      backed_up_ = log_;
      all_backed_up_ = all_;
    } else if (backup_) {
      restore();
    }
  }

  /// Keys come and go: a claim ends, a wish is withdrawn.
  Change invent() {
    Change change;
    const auto roll = dice_() % 7;
    change.kind = roll == 0   ? ChangeKind::claim
                  : roll == 1 ? ChangeKind::desired
                  : roll == 2 ? ChangeKind::rule
                  : roll == 3 ? ChangeKind::liveness
                  : roll == 4 ? ChangeKind::removed
                              : ChangeKind::state;
    change.device = dice_() % 2 == 0 ? "hall_lamp" : "hall_motion";
    if (change.kind == ChangeKind::claim) change.cause.id = dice_() % 2 == 0 ? "one" : "two";
    if (change.kind == ChangeKind::claim) change.status = dice_() % 2 == 0 ? "held" : "ended";
    const bool whole = change.kind == ChangeKind::liveness || change.kind == ChangeKind::removed;
    if (change.kind != ChangeKind::rule && !whole) {
      change.attribute = dice_() % 2 == 0 ? "on" : "unheard_of";
      if (dice_() % 3 != 0) change.value = static_cast<std::int64_t>(dice_() % 9);
    }
    return change;
  }

  void turn(std::uint64_t count) {
    std::vector<Change> changes;
    for (std::uint64_t i = 0; i < count; ++i) {
      changes.push_back(ports_.step(invent()));
      log_[changes.back().revision] = all_[changes.back().revision] = changes.back();
    }
    given_.insert(number(ports_.head()));
    feeds_->turn(changes);
    if (dice_() % 4 == 0) read_some();
  }

  void compact() {
    store::Retention retention;
    retention.entries_min = dice_() % 4;
    retention.batch = 1 + dice_() % 5;
    retention.before = ports_.now_.steady - Millis(static_cast<std::int64_t>(dice_() % 20));
    ports_.commit(false, retention);
    log_.erase(log_.begin(), log_.upper_bound(ports_.floor()));
    feeds_->turn({});
  }

  void end_process() {
    read_some();
    check_readers();
    feeds_->followers.close_all();
    readers_.clear();
  }

  void restart(bool clean) {
    end_process();
    const Revision head = ports_.head();
    if (clean) ports_.commit(true);
    ports_.restart();
    forget_what_was_lost();
    given_.insert({number(head), number(head) + 1, number(head) + 1'000, number(ports_.head())});
    begin_feeds();
  }

  void restore() {
    end_process();
    const std::string old = ports_.identity().store_uuid;
    const Revision token = ports_.head();
    ports_.restore(*backup_);
    log_ = backed_up_;
    all_ = all_backed_up_;
    forget_what_was_lost();
    given_.insert(number(ports_.head()));
    begin_feeds();
    const auto refused = check_resume(ports_, token, old);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->why, Refused::Why::wrong_store) << "time went back and nobody was told";
  }

  void forget_what_was_lost() {
    const auto kept = ports_.store_->log_after(Revision{0}, 1'000'000);
    ASSERT_TRUE(kept.ok());
    std::set<Revision> there;
    for (const Change& change : *kept) there.insert(change.revision);
    std::erase_if(log_, [&](const auto& entry) { return !there.contains(entry.first); });
    std::erase_if(all_, [&](const auto& entry) {
      return entry.first > ports_.floor() && !there.contains(entry.first);
    });
    ASSERT_EQ(there.size(), log_.size()) << "an entry is there that nobody gave out";
  }

  void begin_feeds() { feeds_ = std::make_unique<Feeds>(ports_, metrics_); }

  // Followers.

  void follow() {
    Reader reader;
    reader.coalesced = dice_() % 2 == 0;
    reader.since = random_token();
    if (check_resume(ports_, reader.since, {})) return;
    reader.stream = std::make_shared<support::FakeStream>();
    reader.stream->room = 300 + dice_() % 3'000;
    auto signal = std::make_shared<Followers::Signal>();
    reader.stream->drained = [signal] { signal->drained = true; };
    Filter filter;
    filter.coalesced = reader.coalesced;
    feeds_->followers.add(reader.stream, signal, filter, reader.since);
    readers_.push_back(std::move(reader));
  }

  Revision random_token() {
    auto at = given_.begin();
    std::advance(at, static_cast<std::ptrdiff_t>(dice_() % given_.size()));
    return Revision{*at};
  }

  void read_some() {
    for (Reader& reader : readers_) {
      if (dice_() % 3 == 0) continue;
      read(reader);
    }
    feeds_->turn({});
  }

  static void read(Reader& reader) {
    std::vector<http::SseEvent> events;
    ASSERT_TRUE(reader.events.feed(reader.stream->read(), events));
    for (const auto& event : events) {
      const Revision revision{std::stoull(event.id)};
      if (event.event == "change") reader.seen.push_back(revision);
      if (event.event == "downgraded") reader.downgraded = true;
      if (event.event == "resync") reader.sent_away = revision;
    }
  }

  /// Lets everybody catch up, then holds what they saw against the model.
  void check_readers() {
    for (int round = 0; round < 200; ++round) {
      for (Reader& reader : readers_) read(reader);
      feeds_->turn({});
    }
    for (const Reader& reader : readers_) {
      const Revision end = reader.sent_away.value_or(ports_.head());
      ASSERT_TRUE(std::is_sorted(reader.seen.begin(), reader.seen.end()));
      ASSERT_EQ(std::adjacent_find(reader.seen.begin(), reader.seen.end()), reader.seen.end());
      const std::set<Revision> seen(reader.seen.begin(), reader.seen.end());
      for (const auto& [revision, change] : log_) {
        if (revision <= reader.since || revision > end || seen.contains(revision)) continue;
        ASSERT_TRUE(reader.coalesced || reader.downgraded) << "the log feed lost a change";
        // By one that it was told, or that its token still leads to.
        ASSERT_TRUE(overtaken(change, ports_.head())) << number(revision) << " was not told";
      }
    }
  }

  bool overtaken(const Change& change, Revision until) {
    for (auto later = log_.upper_bound(change.revision); later != log_.end(); ++later) {
      if (later->first > until) break;
      if (subject(later->second) == subject(change)) return true;
      const bool removal = later->second.kind == ChangeKind::removed && is_of_device(change);
      if (removal && later->second.device == change.device) return true;
    }
    return false;
  }

  // Pages.

  void check_every_resume() {
    std::set<std::uint64_t> tokens = given_;
    const auto floor = number(ports_.floor());
    tokens.insert({0, floor, floor + 1, number(ports_.head()), number(ports_.head()) + 1});
    if (floor != 0) tokens.insert(floor - 1);
    for (const auto& [revision, change] : log_) tokens.insert(number(revision));
    for (const auto token : tokens) {
      SCOPED_TRACE("since " + std::to_string(token) + ", floor " + std::to_string(floor) +
                   ", head " + std::to_string(number(ports_.head())));
      check_resume_at(Revision{token});
      if (testing::Test::HasFatalFailure()) return;
    }
  }

  void check_resume_at(Revision since) {
    const auto refused = check_resume(ports_, since, ports_.identity().store_uuid);
    if (since > ports_.head()) {
      ASSERT_TRUE(refused && refused->why == Refused::Why::future);
      return;
    }
    const bool known =
        since == ports_.floor() || since >= ports_.run_start() || log_.contains(since);
    if (since < ports_.floor() || !known) {
      ASSERT_TRUE(refused && refused->why == Refused::Why::compacted);
      return;
    }
    ASSERT_FALSE(refused);
    for (const bool coalesced : {false, true}) check_pages(since, coalesced);
  }

  void check_pages(Revision since, bool coalesced) {
    Filter filter;
    filter.coalesced = coalesced;
    std::vector<Change> expected;
    for (auto at = log_.upper_bound(since); at != log_.end(); ++at) {
      if (coalesced && overtaken(at->second, ports_.head())) continue;
      expected.push_back(at->second);
    }
    std::vector<Change> got;
    Revision cursor = since;
    for (bool more = true; more;) {
      feeds_->latest.turn({});  // a turn's budget
      const auto page = read_page(ports_, feeds_->latest, filter, cursor, 1 + dice_() % 6);
      ASSERT_TRUE(page.ok());
      if (!*page) continue;
      ASSERT_EQ((*page)->from, cursor);
      ASSERT_TRUE((*page)->to > cursor || (*page)->up_to_date);
      got.insert(got.end(), (*page)->changes.begin(), (*page)->changes.end());
      cursor = (*page)->to;
      more = !(*page)->up_to_date;
    }
    ASSERT_EQ(cursor, ports_.head());
    ASSERT_EQ(got.size(), expected.size()) << (coalesced ? "state" : "log");
    ASSERT_TRUE(got == expected);
    check_fold(since, got);
  }

  /// Whoever had the state of `since` has the state of the head now, whatever was compacted.
  void check_fold(Revision since, const std::vector<Change>& got) {
    Held client;
    Held truth;
    for (const auto& [revision, change] : all_) {
      if (revision <= since) fold(client, change);
      fold(truth, change);
    }
    for (const Change& change : got) fold(client, change);
    ASSERT_TRUE(client == truth) << "a deletion was missed";
  }

  std::mt19937_64 dice_;
  support::FakePorts rest_;
  shell::Metrics metrics_{"0.1.0", ""};
  StorePorts ports_;
  std::unique_ptr<Feeds> feeds_;
  std::map<Revision, Change> log_;  ///< the model: what is kept, committed or not
  std::map<Revision, Change> all_;  ///< the same, and what was compacted
  std::set<std::uint64_t> given_{0};
  std::vector<Reader> readers_;
  std::unique_ptr<store::MemoryStore> backup_;
  std::map<Revision, Change> backed_up_;
  std::map<Revision, Change> all_backed_up_;
};

/// etcd's list of how such feeds break, one by one.
class Robustness : public testing::Test {
 protected:
  Robustness() { feeds = std::make_unique<Feeds>(ports, metrics); }
  void happen(ChangeKind kind, std::string status = {}) {
    Change change;
    change.kind = kind;
    change.device = "hall_lamp";
    if (kind != ChangeKind::removed && kind != ChangeKind::liveness) change.attribute = "on";
    change.cause.id = kind == ChangeKind::claim ? "one" : "";
    change.status = std::move(status);
    const Change stepped = ports.step(std::move(change));
    feeds->turn({&stepped, 1});
  }
  void compact_to_all_but(std::uint64_t kept) {
    store::Retention retention;
    retention.entries_min = kept;
    retention.batch = 1;
    retention.before = ports.now().steady + Millis(1);
    for (int i = 0; i < 50; ++i) ports.commit(false, retention);
  }
  std::optional<Refused::Why> refused(Revision since) {
    const auto why = check_resume(ports, since, {});
    return why ? std::optional(why->why) : std::nullopt;
  }
  std::vector<std::uint64_t> page(Revision since, bool coalesced) {
    Filter filter;
    filter.coalesced = coalesced;
    const auto got = read_page(ports, feeds->latest, filter, since, 1'000);
    std::vector<std::uint64_t> revisions;
    if (!got || !*got) return revisions;
    for (const Change& change : (*got)->changes) revisions.push_back(number(change.revision));
    return revisions;
  }

  support::FakePorts rest;
  shell::Metrics metrics{"0.1.0", ""};
  StorePorts ports{rest};
  std::unique_ptr<Feeds> feeds;
};

using Revisions = std::vector<std::uint64_t>;

TEST_F(Robustness, ResumeAtTheFloorIsValidAndBelowItIsNot) {
  for (int i = 0; i < 10; ++i) happen(ChangeKind::state);
  compact_to_all_but(4);
  ASSERT_EQ(number(ports.floor()), 6u);
  EXPECT_EQ(refused(Revision{5}), Refused::Why::compacted);
  EXPECT_EQ(refused(Revision{6}), std::nullopt);
  EXPECT_EQ(refused(Revision{7}), std::nullopt);
  EXPECT_EQ(page(Revision{6}, false), (Revisions{7, 8, 9, 10}));
  EXPECT_EQ(page(Revision{6}, true), (Revisions{10}));
}

TEST_F(Robustness, ADeleteAtTheFloorIsToldOrTheResumeRefused) {
  happen(ChangeKind::claim, "held");
  happen(ChangeKind::claim, "ended");
  happen(ChangeKind::state);
  EXPECT_EQ(page(Revision{1}, true), (Revisions{2, 3})) << "the end is a change";
  compact_to_all_but(1);
  ASSERT_EQ(number(ports.floor()), 2u);
  EXPECT_EQ(refused(Revision{1}), Refused::Why::compacted) << "whoever holds the claim starts anew";
  EXPECT_EQ(page(Revision{2}, true), (Revisions{3}));
}

TEST_F(Robustness, ARemovedDeviceIsToldAndWhatItWasIsNot) {
  happen(ChangeKind::state);
  happen(ChangeKind::claim, "held");
  happen(ChangeKind::liveness, "online");
  happen(ChangeKind::removed);
  EXPECT_EQ(page(Revision{0}, true), (Revisions{4}));
  EXPECT_EQ(page(Revision{0}, false), (Revisions{1, 2, 3, 4}));
  happen(ChangeKind::state);
  EXPECT_EQ(page(Revision{1}, true), (Revisions{4, 5})) << "it came back, and began anew";
  feeds = std::make_unique<Feeds>(ports, metrics);  // reads the log back
  EXPECT_EQ(page(Revision{0}, true), (Revisions{4, 5}));
}

TEST_F(Robustness, ARemovalAtTheFloorIsToldOrTheResumeRefused) {
  for (int i = 0; i < 4; ++i) happen(ChangeKind::state);
  happen(ChangeKind::removed);
  happen(ChangeKind::rule);
  compact_to_all_but(2);
  ASSERT_EQ(number(ports.floor()), 4u);
  EXPECT_EQ(page(Revision{4}, true), (Revisions{5, 6})) << "across the fold";
  compact_to_all_but(1);
  ASSERT_EQ(number(ports.floor()), 5u);
  EXPECT_EQ(refused(Revision{4}), Refused::Why::compacted) << "who still has it starts anew";
  EXPECT_EQ(page(Revision{5}, true), (Revisions{6}));
}

TEST_F(Robustness, AFutureRevisionIsRefusedUntilItIsGivenOut) {
  happen(ChangeKind::state);
  EXPECT_EQ(refused(Revision{2}), Refused::Why::future);
  happen(ChangeKind::state);
  EXPECT_EQ(refused(Revision{2}), std::nullopt);
}

TEST_F(Robustness, NothingComesTwiceOverAPageBoundary) {
  for (int i = 0; i < 6; ++i) happen(i % 2 == 0 ? ChangeKind::state : ChangeKind::desired);
  EXPECT_EQ(page(Revision{0}, true), (Revisions{5, 6}));
  EXPECT_EQ(page(Revision{5}, true), (Revisions{6}));
  EXPECT_EQ(page(Revision{6}, true), (Revisions{}));
}

TEST_F(Robustness, NobodyTravelsBackInTimeOverAnUncleanStop) {
  happen(ChangeKind::state);
  ports.commit(false);
  happen(ChangeKind::state);  // shown as revision 2, and lost
  EXPECT_EQ(refused(Revision{2}), std::nullopt);
  ports.restart();
  feeds = std::make_unique<Feeds>(ports, metrics);
  happen(ChangeKind::state);
  EXPECT_GT(number(ports.head()), 65'536u);
  EXPECT_EQ(refused(Revision{1}), std::nullopt);
  EXPECT_EQ(refused(Revision{2}), Refused::Why::compacted);
  EXPECT_EQ(refused(Revision{60'000}), Refused::Why::compacted);
  EXPECT_EQ(page(Revision{1}, true), (Revisions{number(ports.head())}));
}

std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(FeedModel, RandomHistoriesResumeAtEveryRevision) {
  const auto first = number_from("ATTUNE_FEED_SEED", 1);
  const auto count = number_from("ATTUNE_FEED_HISTORIES", 500);
  for (auto seed = first; seed < first + count; ++seed) {
    SCOPED_TRACE("again with ATTUNE_FEED_HISTORIES=1 ATTUNE_FEED_SEED=" + std::to_string(seed));
    History(seed).run();
    if (testing::Test::HasFailure()) return;
  }
}

}  // namespace
}  // namespace attune::api
