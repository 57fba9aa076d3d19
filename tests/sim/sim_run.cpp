#include "tests/sim/sim_run.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <utility>

#include "broker/core/drive.h"
#include "broker/shell/config/surroundings.h"
#include "broker/shell/link/memory_link.h"
#include "broker/shell/loop/kept_discovery.h"
#include "broker/shell/loop/loop.h"
#include "broker/shell/loop/restore.h"
#include "rules/load.h"

namespace attune::sim {

namespace {

constexpr Millis kReaction{200};  // of a lamp, from its command to its report
constexpr Millis kBeat{20'000};   // of two sensors that report by the clock; one of them dies
constexpr std::int64_t kBeatsOfTheMortal = 60;

/// Thrown where the process dies; nothing in the code under test catches it.
struct Killed {};

/// When to die: before or after any commit, any publish, any turn.
class Death {
 public:
  explicit Death(std::uint64_t seed) : engine_(seed), armed_(seed != 0) {}
  void maybe() {
    if (armed_ && engine_() % 23 == 0) throw Killed{};
  }

 private:
  std::mt19937_64 engine_;
  bool armed_;
};

/// The store in memory, which can be killed around a commit, and can be broken on purpose.
class FrailStore final : public store::Store {
 public:
  FrailStore(std::unique_ptr<store::MemoryStore> inner, Death& death, Sabotage sabotage)
      : inner_(std::move(inner)), death_(death), sabotage_(sabotage) {}

  Status commit(const store::Turn& turn) override {
    death_.maybe();
    store::Turn kept = turn;
    std::erase_if(kept.writes, [&](const Write& write) {
      return (sabotage_ == Sabotage::timers && std::holds_alternative<Timer>(write.record)) ||
             (sabotage_ == Sabotage::commands && std::holds_alternative<Command>(write.record));
    });
    const Status status = inner_->commit(kept);
    ++commits_;
    for (const Write& write : kept.writes) {
      if (const auto* command = std::get_if<Command>(&write.record)) known_.insert(command->id);
    }
    death_.maybe();
    return status;
  }
  Result<store::Recovered> recover() override { return inner_->recover(); }
  Result<std::vector<Change>> log_after(Revision after, std::size_t max) const override {
    return inner_->log_after(after, max);
  }
  Result<std::vector<Change>> log_newest(std::size_t max) const override {
    return inner_->log_newest(max);
  }
  Result<std::optional<Change>> change(Revision revision) const override {
    return inner_->change(revision);
  }
  Revision floor() const override { return inner_->floor(); }
  Result<std::vector<Command>> finished_commands(const std::string& path,
                                                 std::size_t max) const override {
    return inner_->finished_commands(path, max);
  }
  Result<std::vector<Blob>> blobs(const std::string& space) const override {
    return inner_->blobs(space);
  }
  const store::history::Archive& history() const override { return inner_->history(); }
  void bound_history(const store::history::Bounds& bounds) override {
    inner_->bound_history(bounds);
  }
  Usage usage() const override { return inner_->usage(); }

  [[nodiscard]] std::uint64_t commits() const { return commits_; }
  [[nodiscard]] bool holds(CommandId id) const { return known_.contains(id); }
  void reopen() { inner_ = inner_->reopen(); }

 private:
  std::unique_ptr<store::MemoryStore> inner_;
  Death& death_;
  Sabotage sabotage_;
  std::set<CommandId> known_;
  std::uint64_t commits_ = 0;
};

/// The link in memory, which can be killed around a publish.
class FrailLink final : public link::Link {
 public:
  using Check = std::function<void(const std::vector<link::Parcel>&)>;
  FrailLink(link::MemoryLink& inner, Death& death, Check check)
      : inner_(inner), death_(death), check_(std::move(check)) {}
  Status start() override { return inner_.start(); }
  void stop(std::chrono::milliseconds patience) override { inner_.stop(patience); }
  bool open_outbox(std::uint64_t connection) override { return inner_.open_outbox(connection); }
  bool publish(std::vector<link::Parcel> parcels) override {
    death_.maybe();
    check_(parcels);
    const bool taken = inner_.publish(std::move(parcels));
    death_.maybe();
    return taken;
  }
  link::Reports take_reports() override { return inner_.take_reports(); }
  void set_subscriptions(std::vector<std::string> filters) override {
    inner_.set_subscriptions(std::move(filters));
  }
  bool subscribed() const override { return inner_.subscribed(); }
  link::LinkStatus status() const override { return inner_.status(); }

 private:
  link::MemoryLink& inner_;
  Death& death_;
  Check check_;
};

/// Prints what the loop does, when asked: how a difference is understood.
class Reporter final : public shell::LoopObserver {
 public:
  explicit Reporter(bool print) : print_(print) {}
  void changed(std::span<const Change> changes) override {
    if (!print_) return;
    for (const Change& change : changes) {
      fmt::print(stderr, "{} {} {} {}.{} = {} {} {}\n", change.at.steady.count(),
                 number(change.revision), name(change.kind), change.device, change.attribute,
                 to_json(change.value), change.status, change.detail);
    }
  }
  void rejected(const devices::Rejection& rejection) override {
    looped_ = looped_ || rejection.reason == "loop" || rejection.reason == "storm";
  }
  void message(Taken) override {}
  void committed(std::chrono::nanoseconds) override {}
  void commands_left(std::chrono::nanoseconds) override {}

  [[nodiscard]] bool looped() const { return looped_; }

 private:
  bool print_;
  bool looped_ = false;
};

std::filesystem::path fresh_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "attune-sim-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) std::abort();
  return name;
}

Value parse(const std::string& text) {
  if (text == "true" || text == "false") return text == "true";
  return text;
}

/// One process: everything that `kill -9` takes away.
struct Process {
  devices::Catalog catalog;
  devices::Normaliser normaliser{catalog, {}};
  std::optional<core::Core> core;
  std::optional<shell::Clock> clock;
  std::unique_ptr<inbox::InboxRing> ring;
  std::unique_ptr<link::MemoryLink> bus;
  std::unique_ptr<FrailLink> link;
  std::optional<shell::Loop> loop;
};

class Life {
 public:
  Life(const RandomHome& home, const RunOptions& options)
      : home_(home),
        options_(options),
        death_(options.crash_seed),
        store_(store::make_memory_store(), death_, options.sabotage),
        folder_(fresh_folder()),
        reporter_(options.print) {
    broker_.listen("zigbee2mqtt/+/set", [this](const link::Parcel& parcel) { obey(parcel); });
    broker_.listen("attune/notify/+", [this](const link::Parcel& parcel) { hear(parcel); });
  }
  ~Life() {
    process_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  Trace run() {
    survive([this] { boot(); });
    for (const std::string& first : home_.first) {
      const auto space = first.find(' ');
      publish(first.substr(0, space), first.substr(space + 1));
    }
    rules_known_ = true;
    survive([this] { load_rules(); });
    for (const Happening& happening : home_.events) {
      pass(happening.after);
      perform(happening);
    }
    pass(Millis(300'000));
    describe_end();
    trace_.looped = reporter_.looped();
    return std::move(trace_);
  }

 private:
  /// Does `what`, and everything that follows at once; after a death once more from a new start.
  void survive(const std::function<void()>& what) {
    std::function<void()> next = what;
    for (int deaths = 0; deaths < 1'000; ++deaths) {
      try {
        next();
        turn_until_idle();
        return;
      } catch (const Killed&) {
        ++trace_.crashes;
        if (first_death_ == 0) first_death_ = store_.commits();
        if (options_.print) fmt::print(stderr, "-- killed\n");
        next = [this] { boot(); };
      }
    }
    trace_.broken = "it dies at every start";
  }

  void boot() {
    process_.reset();
    store_.reopen();
    process_ = std::make_unique<Process>();
    Process& p = *process_;
    auto recovered = store_.recover();
    const auto inbox = recovered->inbox;
    const Instant committed_at = recovered->at;
    p.clock.emplace(shell::Clock::Boot{"boot-1", now_}, recovered->at,
                    *store_.blobs(std::string(shell::Clock::kSpace)), [this] { return now_; });
    if (!shell::KeptDiscovery::feed(store_, p.normaliser)) std::abort();
    core::Options core;
    core.habits_kept_every = Millis(0);  // with more, a kill loses some of what is learned
    p.core.emplace(p.catalog, core);
    p.core->restore(std::move(*shell::restored(store_, std::move(*recovered))));
    p.ring = std::move(*inbox::InboxRing::open({(folder_ / "ring").string(), 1u << 20, -1}, inbox));
    link::LinkOptions options;
    options.node = "sim";
    options.subscriptions = p.normaliser.subscriptions();
    p.bus = std::make_unique<link::MemoryLink>(options, *p.ring, broker_, [this] { return now_; });
    p.link = std::make_unique<FrailLink>(*p.bus, death_,
                                         [this](const auto& parcels) { check(parcels); });
    p.loop.emplace(shell::LoopParts{p.catalog, p.normaliser, *p.core, store_, *p.ring, *p.link,
                                    *p.clock, reporter_},
                   shell::LoopOptions{Millis(5'000), inbox::marker_topic("attune", "sim")});
    must(p.loop->begin(committed_at));
    if (rules_known_) load_rules();
    must(p.link->start());
  }

  void load_rules() {
    auto loaded =
        rules::load({{"home.yaml", home_.rules}}, config::surroundings(process_->catalog));
    if (!loaded.set) {
      trace_.broken = render(loaded.issues);
      return;
    }
    process_->loop->load(loaded.set);
  }

  void turn_until_idle() {
    do {
      death_.maybe();
      must(process_->loop->turn());
    } while (process_->loop->has_more());
  }

  void pass(Millis duration) {
    const Millis end = now_.boot + duration;
    while (trace_.broken.empty()) {
      Millis next = std::min(end, now_.boot - now_.boot % kBeat + kBeat);
      if (!reports_.empty()) next = std::min(next, reports_.front().first);
      const Instant now = process_->clock->now();
      if (const auto due = process_->loop->next_due()) {
        next = std::min(next, now_.boot + std::max(*due - now.steady, Millis(0)));
      }
      now_.wall += next - now_.boot;
      now_.boot = next;
      survive([] {});
      beat();
      while (!reports_.empty() && reports_.front().first <= now_.boot) {
        const auto report = std::move(reports_.front().second);
        reports_.pop_front();
        publish(report.first, report.second);
      }
      if (now_.boot >= end) return;
    }
  }

  /// Sensors of which a habit can be learned. The one that lives keeps commits coming: a stop of
  /// more than a minute would be an absence, and that is no silence of anybody.
  void beat() {
    if (now_.boot % kBeat != Millis(0)) return;
    const std::int64_t count = ++beats_;
    const std::string payload = fmt::format("{{\"power\":{}}}", count % 7);
    publish("zigbee2mqtt/meter", payload);
    if (count <= kBeatsOfTheMortal) publish("zigbee2mqtt/mortal", payload);
  }

  void publish(const std::string& topic, const std::string& payload) {
    broker_.publish(topic, payload);
    survive([] {});
  }

  void perform(const Happening& happening) {
    switch (happening.kind) {
      case Happening::Kind::report:
        // While a lamp settles, nobody can tell a hand from an echo; a start only shifts the
        // window.
        if (now_.boot < settled_[happening.topic]) return;
        return publish(happening.topic, happening.payload);
      case Happening::Kind::pass_time:
        return;
      case Happening::Kind::write:
        return ask(core::WriteRequest{
            {}, *parse_path(happening.path), parse(happening.value), {}, {}, "sim", ""});
      case Happening::Kind::release:
        return ask(core::ReleaseRequest{{}, *parse_path(happening.path), "sim"});
      case Happening::Kind::acknowledge:
        return ask(core::AckRequest{{}, RuleId(happening.path), "sim"});
      case Happening::Kind::rule_mode:
        return ask(core::RuleModeRequest{
            {},
            RuleId(happening.path),
            happening.value == "disabled" ? RuleMode::disabled : RuleMode::enabled,
            {},
            "sim"});
    }
  }

  /// As a careful client does: without an answer it looks whether it was done before it asks again.
  void ask(const shell::Loop::Submission& what) {
    bool done = false;
    while (!done && trace_.broken.empty()) {
      const std::uint64_t before = store_.commits();
      survive([&] {
        process_->loop->submit(what, [&](const core::Reply&) { done = true; });
        first_death_ = 0;
      });
      done = done || first_death_ > before;
    }
  }

  void check(const std::vector<link::Parcel>& parcels) {
    for (const auto& parcel : parcels) {
      for (const CommandId id : parcel.commands) {
        if (!store_.holds(id)) trace_.broken = text(id) + " left before it was committed";
      }
    }
  }

  void obey(const link::Parcel& parcel) {
    bool fresh = false;
    for (const CommandId id : parcel.commands) {
      if (!seen_.insert(id).second) continue;
      fresh = true;
      const Command* command = process_->core->ledger().find(id);
      sent_[id] =
          fmt::format("{} {} = {}", text(id), command->path.text(), to_json(command->value));
    }
    const std::string lamp = parcel.topic.substr(0, parcel.topic.rfind('/'));
    if (!fresh) return;
    reports_.push_back({now_.boot + kReaction, {lamp, parcel.payload}});
    settled_[lamp] = now_.boot + kReaction + core::kSettleWindow;
  }

  /// What a person reads. Told twice, it is the same notice; its id holds a revision, which differs
  /// between lives.
  void hear(const link::Parcel& parcel) {
    if (!heard_.insert(parcel.payload).second) return;
    trace_.notices.push_back(parcel.payload.substr(parcel.payload.find(",\"severity\"")));
  }

  void describe_end() {
    for (const auto& [id, command] : sent_) trace_.commands.push_back(command);
    const core::Core& core = *process_->core;
    const AttributeTable& table = process_->catalog.table();
    for (std::size_t i = 0; i < table.size(); ++i) {
      const auto id = static_cast<AttributeId>(i);
      const core::AttributeState& state = core.image().at(id);
      if (state.value.has_value()) {
        trace_.end.push_back(fmt::format("{} = {} wanted {} by {}", table.path(id).text(),
                                         to_json(state.value), to_json(state.desired),
                                         state.desired_by));
      }
      for (const Claim& claim : core.claims().on(id)) {
        trace_.end.push_back(fmt::format("claim {} {} {} at {} since {}", table.path(id).text(),
                                         claim.source, to_json(claim.value), claim.priority,
                                         claim.since.steady.count()));
      }
    }
    for (std::size_t i = 0; i < table.device_count(); ++i) {
      const auto device = static_cast<DeviceIndex>(i);
      const core::DeviceState& state = core.image().device(device);
      trace_.end.push_back(fmt::format("device {} {} since {}", table.device(device).text(),
                                       name(state.availability), state.at.steady.count()));
    }
    for (std::uint32_t i = 0; i < core.rule_set().rules.size(); ++i) {
      const RuleState& state = core.rules().at(i).state;
      trace_.end.push_back(fmt::format("rule {} {} since {}", state.rule.text(), name(state.phase),
                                       state.since.steady.count()));
    }
    std::sort(trace_.end.begin(), trace_.end.end());
  }

  void must(const Status& status) {
    if (!status.ok()) trace_.broken = status.error().code + ": " + status.error().message;
  }

  const RandomHome& home_;
  const RunOptions options_;
  Death death_;
  FrailStore store_;
  std::filesystem::path folder_;
  link::MemoryBroker broker_;
  Reporter reporter_;
  std::unique_ptr<Process> process_;
  inbox::Stamp now_{Millis(1'768'500'000'000), Millis(1'000'000)};
  std::deque<std::pair<Millis, std::pair<std::string, std::string>>> reports_;
  std::int64_t beats_ = 0;
  std::map<std::string, Millis> settled_;  // by topic: when a lamp's last command is history
  std::set<CommandId> seen_;
  std::set<std::string> heard_;
  // By id: two commands of one lamp may travel apart in one life and, repeated, together in the
  // other.
  std::map<CommandId, std::string> sent_;
  bool rules_known_ = false;
  std::uint64_t first_death_ = 0;  // commits so far when ask() died first
  Trace trace_;
};

void mix(std::uint64_t& hash, const std::string& text) {
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
  hash = (hash ^ '\n') * 0x100000001b3ull;
}

std::string first_difference(const std::vector<std::string>& a, const std::vector<std::string>& b,
                             const char* what) {
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string left = i < a.size() ? a[i] : "(nothing)";
    const std::string right = i < b.size() ? b[i] : "(nothing)";
    if (left != right) {
      return fmt::format("{} {}:\n  not stopped: {}\n  stopped:     {}\n", what, i, left, right);
    }
  }
  return {};
}

}  // namespace

std::uint64_t Trace::hash() const {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const auto& line : commands) mix(hash, line);
  for (const auto& line : notices) mix(hash, line);
  for (const auto& line : end) mix(hash, line);
  return hash;
}

Trace live(const RandomHome& home, const RunOptions& options) {
  return Life(home, options).run();
}

std::string difference(const Trace& unstopped, const Trace& stopped) {
  if (!unstopped.broken.empty()) return "not stopped: " + unstopped.broken + "\n";
  if (!stopped.broken.empty()) return "stopped: " + stopped.broken + "\n";
  const std::string commands = first_difference(unstopped.commands, stopped.commands, "command");
  if (!commands.empty()) return commands;
  const std::string notices = first_difference(unstopped.notices, stopped.notices, "notice");
  return notices.empty() ? first_difference(unstopped.end, stopped.end, "at the end") : notices;
}

}  // namespace attune::sim
