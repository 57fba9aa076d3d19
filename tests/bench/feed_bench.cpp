#include <stdlib.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "broker/shell/api/feeds.h"
#include "store/store.h"

/// What a reconnecting client and a whole snapshot cost the loop, among 10,000 devices of 20
/// attributes over a log of a million entries on disk. Prints JSON.
namespace attune::api {
namespace {

constexpr int kDevices = 10'000;
constexpr int kAttributes = 20;
constexpr std::uint64_t kLogEntries = 1'000'000;
using Steady = std::chrono::steady_clock;

double ms_since(Steady::time_point begin) {
  return std::chrono::duration<double, std::milli>(Steady::now() - begin).count();
}

AttributePath path_of(std::uint64_t n) {
  const auto device = n / kAttributes % kDevices;
  return {DeviceId("device_" + std::to_string(device)), "a" + std::to_string(n % kAttributes)};
}

Change change_at(std::uint64_t revision, std::uint64_t about) {
  Change change;
  const AttributePath path = path_of(about);
  change.revision = Revision{revision};
  change.device = path.device.text();
  change.attribute = path.attribute;
  change.value = 20.5;
  change.previous = 20.0;
  change.status = "good";
  change.cause = {CauseKind::message, "zigbee2mqtt/" + change.device, {}};
  change.context = change.revision;
  return change;
}

class BenchPorts final : public Ports {
 public:
  BenchPorts(core::Core& core, store::Store& store) : core_(core), store_(store) {
    identity_ = {"11111111-2222-3333-4444-555555555555", "bench", "0", {}, "attune"};
  }
  const core::Core& core() const override { return core_; }
  const Identity& identity() const override { return identity_; }
  Health health() const override { return {}; }
  Instant now() const override { return {}; }
  Result<std::vector<Change>> log_after(Revision after, std::size_t max) const override {
    return store_.log_after(after, max);
  }
  Result<std::optional<Change>> change(Revision revision) const override {
    return store_.change(revision);
  }
  Revision floor() const override { return store_.floor(); }
  Revision head() const override { return head_; }
  Revision run_start() const override { return head_; }
  Result<std::vector<Command>> finished_commands(const std::string&, std::size_t) const override {
    return std::vector<Command>();
  }
  const store::history::Archive& history() const override { return store_.history(); }
  Result<std::vector<rules::SourceFile>> rules_at(Revision) const override {
    return std::vector<rules::SourceFile>();
  }
  void submit(Submission, std::function<void(const core::Reply&)>) override {}
  void reload(std::function<void(const Reloaded&)>) override {}
  void edit_rules(RulesEdit, std::function<void(const RulesEdited&)>) override {}
  [[nodiscard]] std::vector<Revision> rule_versions() const override { return {}; }
  void keep(std::vector<Write>) override {}
  bool publish(BusReply) override { return true; }
  std::size_t publishing() const override { return 0; }
  void reject(const devices::Rejection&) override {}
  const RecentRejections& rejections() const override { return rejections_; }
  std::string metrics_text() const override { return {}; }
  void wake() override {}

  Revision head_{};

 private:
  core::Core& core_;
  store::Store& store_;
  Identity identity_;
  RecentRejections rejections_;
};

void describe_home(devices::Catalog& catalog) {
  for (int d = 0; d < kDevices; ++d) {
    DeviceInfo info;
    info.id = DeviceId("device_" + std::to_string(d));
    info.name = info.label = info.id.text();
    info.dialect = "zigbee2mqtt";
    for (int a = 0; a < kAttributes; ++a) {
      AttributeInfo attribute;
      attribute.name = "a" + std::to_string(a);
      attribute.type = ValueType::number;
      info.attributes.push_back(std::move(attribute));
    }
    catalog.describe(std::move(info));
  }
}

core::Restored rows() {
  core::Restored restored;
  restored.next = Revision{kLogEntries + 1};
  for (std::uint64_t n = 0; n < std::uint64_t{kDevices} * kAttributes; ++n) {
    StateRow row;
    row.path = path_of(n);
    row.value = 20.5;
    row.revision = Revision{n + 1};
    row.cause = {CauseKind::message, "zigbee2mqtt/" + row.path.device.text(), {}};
    restored.state.push_back(std::move(row));
  }
  return restored;
}

void fill(store::Store& store, std::uint64_t from, std::uint64_t to, std::uint64_t stride) {
  for (std::uint64_t revision = from; revision <= to;) {
    store::Turn turn;
    for (int i = 0; i < 8'192 && revision <= to; ++i, ++revision) {
      turn.changes.push_back(change_at(revision, revision * stride));
    }
    turn.folded_through = turn.changes.back().revision;
    if (!store.commit(turn)) std::abort();
  }
}

struct Cost {
  double total_ms = 0;
  double longest_turn_ms = 0;
  std::size_t bytes = 0;
  std::size_t changes = 0;
  int turns = 0;
};

/// Pages from `since` until up to date, a turn each.
Cost resume(BenchPorts& ports, Latest& latest, Revision since) {
  Cost cost;
  const Filter filter;
  for (bool more = true; more;) {
    const auto begin = Steady::now();
    latest.turn({});
    const auto page = read_page(ports, latest, filter, since, kPageChangesMax);
    if (!page) std::abort();
    if (*page) {
      devices::json::Writer out;
      append_page(out.begin_object(), **page, ports.identity());
      cost.bytes += out.end_object().take().size();
      cost.changes += (*page)->changes.size();
      since = (*page)->to;
      more = !(*page)->up_to_date;
    }
    const double took = ms_since(begin);
    cost.total_ms += took;
    cost.longest_turn_ms = std::max(cost.longest_turn_ms, took);
    ++cost.turns;
  }
  return cost;
}

Cost snapshot(BenchPorts& ports) {
  Cost cost;
  Snapshots snapshots(ports);
  auto begin = Steady::now();
  snapshots.write(Match(), [&](const std::string& text) { cost.bytes = text.size(); });
  while (cost.bytes == 0) {
    const double took = ms_since(begin);
    cost.total_ms += took;
    cost.longest_turn_ms = std::max(cost.longest_turn_ms, took);
    ++cost.turns;
    begin = Steady::now();
    snapshots.turn({});
  }
  return cost;
}

void print(const char* name, const Cost& cost, bool last = false) {
  std::printf(
      "  \"%s\": {\"total_ms\": %.2f, \"longest_turn_ms\": %.2f, \"turns\": %d, \"bytes\": %zu, "
      "\"changes\": %zu}%s\n",
      name, cost.total_ms, cost.longest_turn_ms, cost.turns, cost.bytes, cost.changes,
      last ? "" : ",");
}

int run() {
  std::string folder = std::filesystem::temp_directory_path() / "attune-feed-bench-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr) return 1;
  {
    auto store = store::open_lmdb({folder});
    if (!store || !(*store)->recover()) return 1;
    fill(**store, 1, kLogEntries, 7);
    devices::Catalog catalog;
    describe_home(catalog);
    core::Core core(catalog, {});
    core.restore(rows());
    BenchPorts ports(core, **store);
    ports.head_ = Revision{kLogEntries};
    std::printf("{\n");
    Latest fresh(ports);
    print("resume_100_missed_after_a_start", resume(ports, fresh, Revision{kLogEntries - 100}));
    print("resume_100_missed", resume(ports, fresh, Revision{kLogEntries - 100}));
    print("resume_all_the_log_first_time", resume(ports, fresh, Revision{0}));
    print("resume_all_the_log", resume(ports, fresh, Revision{0}));
    print("snapshot_of_all", snapshot(ports), true);
    std::printf("}\n");
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace attune::api

int main() {
  return attune::api::run();
}
