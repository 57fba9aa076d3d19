#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "store/file.h"
#include "store/history/queries.h"
#include "store/history/recorder.h"
#include "store/lmdb_env.h"
#include "tests/bench/temp_folder.h"

/// What history costs and how fast it answers, over real LMDB: each figure beside its bar.
///
/// `--check` exits with 1 when a bar is missed; `--points N` sets the size of the first part.
/// `TMPDIR` chooses the file system. Syncs are left out: they are the store's, not history's.
namespace {

using namespace attune;
using namespace attune::store;
using namespace attune::store::history;
using Clock = std::chrono::steady_clock;

constexpr Millis kBegin{1'768'435'200'000};
constexpr Millis kMinute{60'000};

/// Stops with the reason: nothing here may fail.
void require(const Status& status) {
  if (status.ok()) return;
  fmt::print(stderr, "history_bench: {}\n", status.error().message);
  std::exit(1);
}

/// A home's sensors: temperatures with two decimals that wander, at times that jitter.
class Sensors {
 public:
  Sensors(std::size_t count, std::uint64_t seed) : values_(count), random_(seed) {
    for (std::size_t i = 0; i < count; ++i) {
      values_[i] = static_cast<std::int64_t>(1'500 + random_() % 1'000);
      paths_.push_back(fmt::format("sensor_{:04}", i));
    }
  }
  /// The next change of a sensor, at `at` give or take a second.
  const Change& next(std::size_t which, Millis at) {
    const auto step = static_cast<std::int64_t>(random_() % 8);
    values_[which] += step < 4 ? step - 4 : step - 3;  // always a change
    change_.revision = Revision{++revision_};
    change_.at = {at + Millis(random_() % 2'000), at};
    change_.device = paths_[which];
    change_.value = static_cast<double>(values_[which]) / 100;
    return change_;
  }
  Change prepared() const {
    Change change;
    change.kind = ChangeKind::state;
    change.attribute = "temperature";
    change.status = "good";
    return change;
  }
  void begin() { change_ = prepared(); }
  [[nodiscard]] const std::vector<std::string>& paths() const { return paths_; }
  std::mt19937_64& random() { return random_; }

 private:
  std::vector<std::int64_t> values_;
  std::vector<std::string> paths_;
  std::mt19937_64 random_;
  std::uint64_t revision_ = 0;
  Change change_;
};

/// A recorder over LMDB, flushed as the store does it.
class Bench {
 public:
  Bench() : env_(std::move(*Env::open(folder_.path() + "/data.mdb", std::uint64_t{8} << 30))) {
    require(env_->open_tables(kLastTable, true));
    mdb_env_set_flags(env_->handle(), MDB_NOSYNC, 1);
  }
  void flush(Millis now) {
    Txn txn(*env_);
    require(txn.begin(0));
    LmdbTables tables(txn);
    const auto start = Clock::now();
    require(recorder.flush(tables, now));
    slowest_ = std::max(slowest_, Clock::now() - start);
    require(txn.commit());
    recorder.written();
  }
  template <class F>
  void read(F query) {
    Txn txn(*env_);
    require(txn.begin(MDB_RDONLY));
    query(LmdbTables(txn));
  }
  [[nodiscard]] double slowest_ms() const {
    return std::chrono::duration<double, std::milli>(slowest_).count();
  }
  /// Of the pages that the tables take, and of what waits in memory.
  [[nodiscard]] double bytes() {
    MDB_stat stat{};
    std::uint64_t pages = 0;
    read([&](const LmdbTables&) {});
    Txn txn(*env_);
    require(txn.begin(MDB_RDONLY));
    for (const Table table : {Table::history, Table::rollups, Table::symbols}) {
      mdb_stat(txn.handle(), env_->dbi(table), &stat);
      pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
    }
    return static_cast<double>(pages * stat.ms_psize);
  }

  Recorder recorder;

 private:
  bench::TempFolder folder_;
  std::unique_ptr<Env> env_;
  Clock::duration slowest_{};
};

class Report {
 public:
  explicit Report(bool check) : check_(check) {}
  void line(const char* what, double figure, double bar, const char* unit) {
    const bool kept = figure <= bar;
    fmt::print("{:<44} {:>10.3f} {:<10} bar {:>8.1f}  {}\n", what, figure, unit, bar,
               kept ? "ok" : "MISSED");
    failed_ = failed_ || !kept;
  }
  [[nodiscard]] int exit_code() const { return check_ && failed_ ? 1 : 0; }

 private:
  bool check_;
  bool failed_ = false;
};

double percentile(std::vector<double>& sorted, double share) {
  std::sort(sorted.begin(), sorted.end());
  return sorted[static_cast<std::size_t>(share * static_cast<double>(sorted.size() - 1))];
}

void time_queries(Bench& bench, Report& report, const std::string& what, double bar_ms,
                  std::size_t rounds, const std::function<bool(const TableReader&)>& query) {
  std::vector<double> took;
  for (std::size_t i = 0; i < rounds; ++i) {
    const auto start = Clock::now();
    bench.read([&](const LmdbTables& tables) {
      if (!query(tables)) std::abort();
    });
    took.push_back(std::chrono::duration<double, std::milli>(Clock::now() - start).count());
  }
  report.line((what + ", p50").c_str(), percentile(took, 0.5), bar_ms, "ms");
  report.line((what + ", p99").c_str(), percentile(took, 0.99), bar_ms, "ms");
}

/// `points` samples of 200 sensors, one every 30 s each; then questions about them.
void size_and_speed(std::size_t points, Report& report) {
  constexpr std::size_t kSensors = 200;
  constexpr Millis kEvery{30'000};
  Bench bench;
  Bounds bounds;
  bounds.raw = std::nullopt;
  bench.recorder.set_bounds(bounds);
  Sensors sensors(kSensors, 1);
  sensors.begin();
  Millis at = kBegin;
  Clock::duration recording{};
  for (std::size_t done = 0; done < points; at += kEvery) {
    const auto start = Clock::now();
    for (std::size_t i = 0; i < kSensors; ++i, ++done) bench.recorder.record(sensors.next(i, at));
    recording += Clock::now() - start;
    if ((at - kBegin) % (10 * kMinute) == Millis(0)) bench.flush(at);
  }
  bench.recorder.hurry();
  bench.flush(at);
  const auto count = static_cast<double>(points);
  report.line("bytes a point, pages of all tables", bench.bytes() / count, 8, "bytes");
  report.line("recording a point",
              std::chrono::duration<double, std::nano>(recording).count() / count, 1'000, "ns");
  report.line("slowest flush", bench.slowest_ms(), 100, "ms");
  auto& random = sensors.random();
  const auto span = static_cast<std::uint64_t>((at - kBegin - 1'100 * kEvery).count());
  const auto path = [&] { return sensors.paths()[random() % kSensors] + ".temperature"; };
  const auto moment = [&] { return kBegin + Millis(random() % span); };
  time_queries(bench, report, "range of 1,000 points", 5, 2'000, [&](const TableReader& tables) {
    const auto range = read_range(tables, bench.recorder, path(), moment(), at, 1'000);
    return range.ok() && range->samples.size() == 1'000;
  });
  time_queries(bench, report, "point in time, one attribute", 5, 5'000,
               [&](const TableReader& tables) {
                 return read_at(tables, bench.recorder, path(), moment() + kMinute).ok();
               });
  time_queries(bench, report, "point in time, 200 attributes", 5, 500,
               [&](const TableReader& tables) {
                 const Millis when = moment() + kMinute;
                 std::uint32_t from = 0;
                 do {
                   const auto page = read_home(tables, bench.recorder, when, from);
                   if (!page.ok()) return false;
                   from = page->next;
                 } while (from != 0);
                 return true;
               });
  time_queries(bench, report, "1,000 buckets of all of it", 50, 200,
               [&](const TableReader& tables) {
                 return read_buckets(tables, bench.recorder, path(), kBegin, at, 1'000).ok();
               });
}

/// 100 events a second over 5,000 series for a day and two hours, flushed every minute.
void wear(Report& report) {
  constexpr std::size_t kSeries = 5'000;
  constexpr std::size_t kPerMinute = 6'000;
  Bench bench;
  Sensors sensors(kSeries, 2);
  sensors.begin();
  WrittenBytes written;
  constexpr int kMinutes = 26 * 60;
  for (int minute = 0; minute < kMinutes; ++minute) {
    const Millis start = kBegin + minute * kMinute;
    for (std::size_t i = 0; i < kPerMinute; ++i) {
      const Millis at = start + Millis(i * 10);
      bench.recorder.record(sensors.next(sensors.random()() % kSeries, at));
    }
    bench.flush(start + kMinute);
  }
  report.line("bytes written an event, 5,000 series",
              static_cast<double>(written.so_far()) / (kMinutes * kPerMinute), 150, "bytes");
  report.line("slowest flush, 5,000 series", bench.slowest_ms(), 100, "ms");
  const auto start = Clock::now();
  bench.read([&](const LmdbTables& tables) {
    Recorder again;
    require(again.restore(tables));
  });
  report.line("restoring 5,000 series",
              std::chrono::duration<double, std::milli>(Clock::now() - start).count(), 200, "ms");
  const Millis past = kBegin + 700 * kMinute;
  time_queries(bench, report, "point in time, a page of a home of 5,000", 5, 200,
               [&](const TableReader& tables) {
                 const auto from = static_cast<std::uint32_t>(sensors.random()() % 39 * 128);
                 return read_home(tables, bench.recorder, past, from).ok();
               });
}

}  // namespace

int main(int argc, char** argv) {
  std::size_t points = 10'000'000;
  bool check = false;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--check") == 0) check = true;
    if (std::strcmp(argv[i], "--points") == 0 && i + 1 < argc)
      points = std::strtoull(argv[++i], nullptr, 10);
  }
  Report report(check);
  size_and_speed(points, report);
  wear(report);
  return report.exit_code();
}
