#include <lmdb.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/loop/committer.h"
#include "devices/normaliser.h"
#include "store/codec.h"
#include "store/file.h"
#include "tests/bench/temp_folder.h"

/// Bytes written to flash per event: 100 events a second over 5,000 series, in the default mode
/// (a commit every 5 s, a fold every minute, history as it comes), on simulated time; and the naive
/// layout, one commit per event into all tables, in the same run. With --year instead: how large
/// the file is at the end of each month.
namespace attune {
namespace {

constexpr std::size_t kDevices = 1'000;
constexpr std::int64_t kEventsPerSecond = 100;
constexpr std::size_t kNaiveEvents = 20'000;
constexpr double kBytesMax = 512;
constexpr Millis kCommitInterval{5'000};
constexpr Millis kLogKeep = std::chrono::hours(7 * 24);
constexpr std::uint64_t kLogBytesMax = 256 << 20;
constexpr int kMonths = 12;
/// All of them end within the first half of the year: what is left to grow is what no bound holds.
constexpr store::history::Bounds kYearBounds{
    std::chrono::hours(30 * 24), std::chrono::hours(60 * 24), std::chrono::hours(120 * 24)};
constexpr double kYearGrowthMax = 1.25;  ///< of the file, from its sixth month to its twelfth
constexpr Instant kBegin{Millis(1'768'500'000'000), Millis(86'400'000)};

struct Quantity {
  const char* name;
  double low;
  double step;
};
constexpr Quantity kQuantities[] = {{"temperature", 18, 0.1},
                                    {"humidity", 40, 0.5},
                                    {"pressure", 1'000, 1},
                                    {"co2", 400, 10},
                                    {"illuminance", 10, 5}};
constexpr std::size_t kSeries = kDevices * std::size(kQuantities);

void require(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "wear_bench: %s\n", status.error().message.c_str());
  std::exit(1);
}

/// Sensors that walk up and down by their steps, one of them at a time.
class Sensors {
 public:
  /// The next message of any of them: topic and payload.
  std::pair<std::string, std::string> next() {
    const std::size_t series = random_() % kSeries;
    const Quantity& quantity = kQuantities[series % std::size(kQuantities)];
    int& level = levels_[series];
    level = level == 0 || random_() % 2 == 0 ? level + 1 : level - 1;
    char payload[64];
    std::snprintf(payload, sizeof payload, "{\"%s\":%g}", quantity.name,
                  quantity.low + quantity.step * level);
    return {"zigbee2mqtt/sensor_" + std::to_string(series / std::size(kQuantities)), payload};
  }

 private:
  std::mt19937_64 random_{1};
  std::vector<int> levels_ = std::vector<int>(kSeries);
};

/// attune without its sockets: normaliser, core, commit policy and store, on simulated time.
class Home {
 public:
  explicit Home(const std::string& folder) {
    auto opened = store::open_lmdb({folder});
    if (!opened) require(opened.error());
    store_ = std::move(*opened);
    auto recovered = store_->recover();
    if (!recovered) require(recovered.error());
    core::Restored restored;
    restored.next = recovered->next;
    core_.restore(std::move(restored));
    committer_.emplace(*store_, kCommitInterval);
  }

  void hear(const std::string& topic, const std::string& payload, const Instant& at) {
    normaliser_.decode({topic, payload, false}, decoded_);
    core_.step({at, core::MessageArrived{Arrival::live, topic, &decoded_}}, outcome_);
    changes_ += outcome_.changes.size();
    committer_->add(outcome_.changes, outcome_.writes, at);
    outcome_.clear();
    if (!committer_->due(at)) return;
    store::Retention retention;
    retention.before = at.steady - kLogKeep;
    retention.max_bytes = kLogBytesMax;
    committer_->retain(retention);
    committer_->add(core_.take_rows());
    require(committer_->commit(at, core_.image(), {1, changes_}, false));
  }
  [[nodiscard]] store::Store& store() { return *store_; }
  [[nodiscard]] std::uint64_t changes() const { return changes_; }

 private:
  devices::Catalog catalog_;
  devices::Normaliser normaliser_{catalog_, {}};
  core::Core core_{catalog_, {}};
  std::unique_ptr<store::Store> store_;
  std::optional<shell::Committer> committer_;
  devices::Decoded decoded_;
  core::Outcome outcome_;
  std::uint64_t changes_ = 0;
};

/// Bytes an event in attune's layout.
double wear(std::int64_t hours) {
  const bench::TempFolder folder;
  Home home(folder.path());
  Sensors sensors;
  const auto run = [&](std::int64_t from_second, std::int64_t to_second) {
    for (std::int64_t i = from_second * kEventsPerSecond; i < to_second * kEventsPerSecond; ++i) {
      const Millis since(i * 1'000 / kEventsPerSecond);
      const auto [topic, payload] = sensors.next();
      home.hear(topic, payload, {kBegin.wall + since, kBegin.steady + since});
    }
  };
  constexpr std::int64_t kWarmUpSeconds = 600;  // every series has been heard
  run(0, kWarmUpSeconds);
  const std::uint64_t bytes = home.store().usage().bytes_written;
  const std::uint64_t changes = home.changes();
  run(kWarmUpSeconds, kWarmUpSeconds + hours * 3'600);
  const auto events = static_cast<double>(hours * 3'600 * kEventsPerSecond);
  std::printf("%.2f changes an event, file %.1f MiB\n",
              static_cast<double>(home.changes() - changes) / events,
              static_cast<double>(home.store().usage().file_bytes) / (1 << 20));
  return static_cast<double>(home.store().usage().bytes_written - bytes) / events;
}

void check(int code) {
  if (code != 0) require(Error{"lmdb", mdb_strerror(code)});
}

/// State, log, latest and history, each in its own table, one commit per event.
class Naive {
 public:
  explicit Naive(const std::string& folder) {
    check(mdb_env_create(&env_));
    check(mdb_env_set_mapsize(env_, std::size_t{4} << 30));
    check(mdb_env_set_maxdbs(env_, 4));
    // Without its syncs: they write nothing more, and here only bytes count.
    check(mdb_env_open(env_, folder.c_str(), MDB_NOSYNC, 0600));
    MDB_txn* txn = nullptr;
    check(mdb_txn_begin(env_, nullptr, 0, &txn));
    for (std::size_t i = 0; i < std::size(tables_); ++i) {
      check(mdb_dbi_open(txn, std::to_string(i).c_str(), MDB_CREATE, &tables_[i]));
    }
    check(mdb_txn_commit(txn));
  }
  ~Naive() { mdb_env_close(env_); }
  Naive(const Naive&) = delete;
  Naive& operator=(const Naive&) = delete;

  void event(std::size_t series, std::uint64_t revision) {
    check(mdb_txn_begin(env_, nullptr, 0, &txn_));
    const std::string name = "sensor_" + std::to_string(series);
    put(0, name, 140);
    put(1, key_of(revision), 100);
    put(2, key_of(revision), name.size());
    put(3, name + key_of(revision), 16);
    check(mdb_txn_commit(txn_));
  }

 private:
  static std::string key_of(std::uint64_t number) {
    std::string key;
    store::encode_number_key(number, key);
    return key;
  }
  void put(std::size_t table, const std::string& key, std::size_t bytes) {
    const std::string record(bytes, 'x');
    MDB_val k{key.size(), const_cast<char*>(key.data())};
    MDB_val v{record.size(), const_cast<char*>(record.data())};
    check(mdb_put(txn_, tables_[table], &k, &v, 0));
  }

  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  MDB_dbi tables_[4] = {};
};

double wear_naively() {
  const bench::TempFolder folder;
  Naive naive(folder.path());
  std::mt19937_64 random(1);
  std::uint64_t revision = 0;
  for (std::size_t i = 0; i < 2 * kSeries; ++i) naive.event(i % kSeries, ++revision);
  store::WrittenBytes written;
  for (std::size_t i = 0; i < kNaiveEvents; ++i) naive.event(random() % kSeries, ++revision);
  return static_cast<double>(written.so_far()) / static_cast<double>(kNaiveEvents);
}

/// 20 events every five minutes: few enough for a year, and a bound that is lost shows all the
/// same.
int run_year(bool checked, bool as_configured) {
  constexpr Millis kEvery = std::chrono::minutes(5);
  constexpr std::int64_t kBursts = 30 * 24 * 12;
  constexpr int kEventsOfABurst = 20;
  const bench::TempFolder folder;
  Home home(folder.path());
  home.store().bound_history(as_configured ? store::history::Bounds{} : kYearBounds);
  Sensors sensors;
  std::vector<double> sizes;
  Millis since{0};
  for (int month = 1; month <= kMonths; ++month) {
    for (std::int64_t i = 0; i < kBursts; ++i, since += kEvery) {
      for (int event = 0; event < kEventsOfABurst; ++event) {
        const auto [topic, payload] = sensors.next();
        home.hear(topic, payload, {kBegin.wall + since, kBegin.steady + since});
      }
    }
    sizes.push_back(static_cast<double>(home.store().usage().file_bytes) / (1 << 20));
    std::printf("month %2d: file %.1f MiB\n", month, sizes.back());
    std::fflush(stdout);
  }
  const double growth = sizes[kMonths - 1] / sizes[kMonths / 2 - 1];
  const bool holds = growth <= kYearGrowthMax;
  std::printf("%-4s file of the twelfth month over the sixth: %.2f, wanted <= %.2f\n",
              holds ? "ok" : "MISS", growth, kYearGrowthMax);
  return checked && !holds ? 1 : 0;
}

int run(std::int64_t hours, bool checked) {
  const double naive = wear_naively();
  const double bytes = wear(hours);
  std::printf("bytes written an event, naive layout: %.0f\n", naive);
  std::printf("%-4s bytes written an event, %zu series, %lld/s, %lld h: %.0f, wanted <= %.0f\n",
              bytes <= kBytesMax ? "ok" : "MISS", kSeries, static_cast<long long>(kEventsPerSecond),
              static_cast<long long>(hours), bytes, kBytesMax);
  return checked && bytes > kBytesMax ? 1 : 0;
}

}  // namespace
}  // namespace attune

int main(int count, char** words) {
  std::int64_t hours = 6;
  bool checked = false;
  bool year = false;
  bool as_configured = false;
  for (int i = 1; i < count; ++i) {
    if (std::strcmp(words[i], "--check") == 0) checked = true;
    if (std::strcmp(words[i], "--year") == 0) year = true;
    if (std::strcmp(words[i], "--default-bounds") == 0) as_configured = true;
    if (std::strcmp(words[i], "--hours") == 0 && i + 1 < count) hours = std::atoll(words[++i]);
  }
  return year ? attune::run_year(checked, as_configured) : attune::run(hours, checked);
}
