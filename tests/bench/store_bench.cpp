#include <benchmark/benchmark.h>
#include <lmdb.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "store/codec.h"
#include "store/store.h"
#include "tests/bench/temp_folder.h"

/// Durable turns per second, and the same bytes put into bare LMDB as the floor.
///
/// `TMPDIR` chooses the file system; on a tmpfs a sync costs nothing and the ratio shows the
/// processor's share alone.
namespace {

using namespace attune;
using namespace attune::store;

constexpr std::uint64_t kMapBytes = std::uint64_t{4} << 30;

Change change_at(std::uint64_t revision) {
  Change change;
  change.revision = Revision{revision};
  change.at = {Millis(1'768'500'000'000 + static_cast<std::int64_t>(revision)), Millis(86'400'000)};
  change.kind = ChangeKind::state;
  change.device = "hall_motion";
  change.attribute = "occupied";
  change.value = revision % 2 == 0;
  change.previous = revision % 2 != 0;
  change.status = "good";
  change.cause = {CauseKind::message, "zigbee2mqtt/hall_motion", Revision{}};
  change.context = change.revision;
  return change;
}

Command command_at(std::uint64_t id) {
  Command command;
  command.id = CommandId{id};
  command.path = {DeviceId("hall_lamp"), "on"};
  command.value = true;
  command.state = CommandState::confirmed;
  command.created = {Millis(1'768'500'000'000), Millis(86'400'000)};
  command.expires = {Millis(1'768'500'030'000), Millis(86'430'000)};
  command.cause = {CauseKind::rule, "hall-light", Revision{id}};
  return command;
}

Turn turn_of(std::uint64_t head, std::uint64_t changes, std::uint64_t command) {
  Turn turn;
  for (std::uint64_t i = 1; i <= changes; ++i) turn.changes.push_back(change_at(head + i));
  if (command != 0) turn.writes.push_back({command_at(command)});
  turn.at = {Millis(1'768'500'000'000), Millis(86'400'000)};
  turn.inbox = InboxPosition{1, head};
  return turn;
}

/// `changes` changes a commit, with or without one command.
void run_store(benchmark::State& state, std::uint64_t changes, bool command) {
  bench::TempFolder folder;
  auto store = std::move(*open_lmdb({folder.path(), kMapBytes}));
  if (!store->recover()) std::abort();
  const auto begin = store->usage().bytes_written;
  std::uint64_t head = 0;
  std::uint64_t turns = 0;
  for (auto _ : state) {
    if (!store->commit(turn_of(head, changes, command ? ++turns : 0))) std::abort();
    head += changes;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(head));
  const auto written = static_cast<double>(store->usage().bytes_written - begin);
  state.counters["bytes_per_change"] = written / static_cast<double>(head);
}

/// The floor: LMDB as it comes, with records that were encoded beforehand.
class Bare {
 public:
  explicit Bare(const std::string& folder) {
    mdb_env_create(&env_);
    mdb_env_set_mapsize(env_, kMapBytes);
    mdb_env_set_maxdbs(env_, 3);
    if (mdb_env_open(env_, folder.c_str(), 0, 0600) != 0) std::abort();
    begin();
    mdb_dbi_open(txn_, "meta", MDB_CREATE, &meta_);
    mdb_dbi_open(txn_, "log", MDB_CREATE, &log_);
    mdb_dbi_open(txn_, "commands", MDB_CREATE, &commands_);
    commit();
    encode_value(LogEntry{Revision{1}, change_at(100'000)}, log_value_);
    encode_value(command_at(100'000), command_value_);
    Position position;
    position.inbox.emplace();
    encode_value(position, meta_value_);
  }
  ~Bare() { mdb_env_close(env_); }
  Bare(const Bare&) = delete;
  Bare& operator=(const Bare&) = delete;

  void turn(std::uint64_t head, std::uint64_t changes, std::uint64_t command) {
    begin();
    for (std::uint64_t i = 1; i <= changes; ++i) put_number(log_, head + i, log_value_, MDB_APPEND);
    if (command != 0) put_number(commands_, command, command_value_, 0);
    put(meta_, "position", meta_value_, 0);
    commit();
  }

 private:
  void begin() {
    if (mdb_txn_begin(env_, nullptr, 0, &txn_) != 0) std::abort();
  }
  void commit() {
    if (mdb_txn_commit(txn_) != 0) std::abort();
  }
  void put_number(MDB_dbi dbi, std::uint64_t n, const std::string& value, unsigned flags) {
    encode_number_key(n, key_);
    put(dbi, key_, value, flags);
  }
  void put(MDB_dbi dbi, std::string_view key, const std::string& value, unsigned flags) {
    MDB_val k{key.size(), const_cast<char*>(key.data())};
    MDB_val v{value.size(), const_cast<char*>(value.data())};
    if (mdb_put(txn_, dbi, &k, &v, flags) != 0) std::abort();
  }

  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  MDB_dbi meta_{};
  MDB_dbi log_{};
  MDB_dbi commands_{};
  std::string log_value_;
  std::string command_value_;
  std::string meta_value_;
  std::string key_;
};

void run_bare(benchmark::State& state, std::uint64_t changes, bool command) {
  bench::TempFolder folder;
  Bare bare(folder.path());
  std::uint64_t head = 0;
  std::uint64_t turns = 0;
  for (auto _ : state) {
    bare.turn(head, changes, command ? ++turns : 0);
    head += changes;
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(head));
}

constexpr std::uint64_t kDevices = 10'000;
constexpr std::uint64_t kAttributes = 20;
constexpr std::uint64_t kTimers = 10'000;

StateRow row_at(std::uint64_t n) {
  StateRow row;
  row.path = {DeviceId("device_" + std::to_string(n / kAttributes)),
              "attribute_" + std::to_string(n % kAttributes)};
  row.value = 20.5;
  row.revision = Revision{n + 1};
  row.version = 1;
  row.cause = {CauseKind::message, "zigbee2mqtt/" + row.path.device.text(), Revision{}};
  return row;
}

void fill_house(Store& store) {
  Turn turn;
  for (std::uint64_t n = 0; n < kDevices * kAttributes; ++n) turn.writes.push_back({row_at(n)});
  for (std::uint64_t n = 0; n < kTimers; ++n) {
    turn.writes.push_back({Timer{TimerKind::rule_for, "rule_" + std::to_string(n), Millis(n)}});
  }
  turn.folded_through = Revision{};
  turn.clean = true;
  if (!store.commit(turn)) std::abort();
}

/// A start with everything that it reads: the bar is a second for 10,000 devices of 20 attributes
/// and 10,000 timers.
void run_start(benchmark::State& state) {
  bench::TempFolder folder;
  {
    auto store = std::move(*open_lmdb({folder.path(), kMapBytes}));
    if (!store->recover()) std::abort();
    fill_house(*store);
  }
  for (auto _ : state) {
    auto store = std::move(*open_lmdb({folder.path(), kMapBytes}));
    const auto recovered = store->recover();
    const bool whole = recovered.ok() && recovered->state.size() == kDevices * kAttributes &&
                       recovered->timers.size() == kTimers;
    if (!whole) std::abort();
  }
}

BENCHMARK(run_start)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK_CAPTURE(run_store, lone_turn, 1, true)->UseRealTime();
BENCHMARK_CAPTURE(run_bare, lone_turn, 1, true)->UseRealTime();
BENCHMARK_CAPTURE(run_store, batch_of_256, 256, false)->UseRealTime();
BENCHMARK_CAPTURE(run_bare, batch_of_256, 256, false)->UseRealTime();

}  // namespace

BENCHMARK_MAIN();
