#include "tests/crash/explore.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <set>
#include <vector>

#include "store/store.h"
#include "tests/unit/store/samples.h"

namespace attune::crash {
namespace {

namespace fs = std::filesystem;
constexpr unsigned kSecondsPerState = 120;  // a machine may be stopped for a while
constexpr std::size_t kToldMax = 5;

/// Shared with the process that does the work; it outlives that one.
struct Progress {
  std::size_t point;  ///< the state that is being tried
  std::size_t state;
  Report report;
};

/// What was begun and what was acknowledged when the power went; -1: nothing.
struct Reached {
  long begun = -1;
  long done = -1;
};

/// How many states to try at each point: all when there are few, else an equal share.
std::vector<std::size_t> shares(const History& history, const Plan& plan) {
  constexpr std::size_t kFewMax = 12;
  std::vector<std::size_t> ways;
  Disk disk(plan.skip);
  for (std::size_t point = 0; point <= history.events.size(); ++point) {
    if (point > 0) disk.apply(history.events[point - 1]);
    const std::size_t waiting = std::min(disk.waiting(), kFewMax);
    ways.push_back(std::size_t{1} << waiting);
  }
  std::size_t share = 1;
  const auto sum = [&] {
    std::size_t states = 0;
    for (const std::size_t way : ways) states += std::min(way, share);
    return states;
  };
  const std::size_t highest = std::size_t{1} << kFewMax;
  while (share < highest && sum() < plan.states) ++share;
  for (std::size_t& way : ways) way = std::min(way, share);
  return ways;
}

/// One process's part of the points.
class Worker {
 public:
  Worker(const History& history, const Plan& plan, const std::vector<std::size_t>& shares,
         std::size_t number, Progress& progress)
      : history_(history),
        plan_(plan),
        shares_(shares),
        number_(number),
        progress_(progress),
        folder_(fmt::format("{}/{}", plan.folder, number)) {}

  /// Tries every state from the one that `progress` names.
  void run();

 private:
  void try_point(std::size_t point, const Disk& disk, const Reached& reached);
  void try_state(const Disk& disk, const Cut& cut, const Reached& reached);
  void judge(const Result<Content>& found, const Reached& reached);
  void violation(std::size_t& count, const std::string& what);
  std::string goes_on(Result<std::unique_ptr<store::Store>> opened, const Content& found) const;

  const History& history_;
  const Plan& plan_;
  const std::vector<std::size_t>& shares_;
  std::size_t number_;
  Progress& progress_;
  std::string folder_;
};

void Worker::run() {
  Disk disk(plan_.skip);
  Reached reached;
  for (std::size_t point = 0; point <= history_.events.size(); ++point) {
    if (point > 0) {
      const Event& event = history_.events[point - 1];
      disk.apply(event);
      if (event.kind == Event::Kind::begun) reached.begun = static_cast<long>(event.at);
      if (event.kind == Event::Kind::done) reached.done = static_cast<long>(event.at);
    }
    if (point % plan_.processes == number_ && point >= progress_.point) {
      try_point(point, disk, reached);
    }
  }
  progress_.point = history_.events.size() + 1;
}

/// Draws cuts until the point has its share, or there seem to be no others.
void Worker::try_point(std::size_t point, const Disk& disk, const Reached& reached) {
  std::mt19937_64 dice(plan_.seed * 1'000'003 + point);
  std::set<Cut> seen;
  if (progress_.point != point) progress_.state = 0;
  progress_.point = point;
  std::size_t vain = 0;
  while (seen.size() < shares_[point] && vain < 20 + shares_[point]) {
    const auto [cut, is_new] = seen.insert(disk.cut(dice));
    if (!is_new) {
      ++vain;
      continue;
    }
    if (seen.size() <= progress_.state) continue;  // of the process before this one
    progress_.state = seen.size();
    ++progress_.report.states;
    try_state(disk, *cut, reached);
  }
}

void Worker::try_state(const Disk& disk, const Cut& cut, const Reached& reached) {
  ::alarm(kSecondsPerState);
  fs::remove_all(folder_);
  fs::create_directory(folder_);
  disk.build(cut, folder_);
  const std::string store_folder = folder_ + kStoreFolder;
  auto opened = store::open_lmdb({store_folder, kMapBytes});
  if (!opened) return judge(opened.error(), reached);
  const auto found = read_content(**opened);
  judge(found, reached);
  if (!found || progress_.report.states % 8 != 0) return;
  const std::string stuck = goes_on(std::move(opened), *found);
  if (!stuck.empty()) violation(progress_.report.wrong, stuck);
}

/// A store that was found well takes the next turn and still has it after another start.
std::string Worker::goes_on(Result<std::unique_ptr<store::Store>> opened,
                            const Content& found) const {
  const std::uint64_t head = number(found.recovered.next);
  if (const Status done = (*opened)->commit(store::turn_above(head, 3)); !done) {
    return "takes no turn: " + done.error().message;
  }
  opened->reset();
  auto again = store::open_lmdb({folder_ + kStoreFolder, kMapBytes});
  if (!again) return "does not open again: " + again.error().message;
  const auto content = read_content(**again);
  if (!content) return "cannot be read again: " + content.error().message;
  const bool grown = content->log.size() == found.log.size() + 3;
  return grown && number(content->recovered.head) == head + 3 ? "" : "lost the turn after";
}

void Worker::judge(const Result<Content>& found, const Reached& reached) {
  Report& report = progress_.report;
  if (!found) return violation(report.refused, found.error().code + ": " + found.error().message);
  std::string told = "nothing was acknowledged, and yet";
  if (reached.done < 0) {
    told = difference(*found, history_.after[0]);
    if (told.empty()) ++report.in_flight;
  } else if (history_.store_uuid != found->recovered.store_uuid) {
    told = "another store";
  } else {
    told = difference(*found, history_.after[static_cast<std::size_t>(reached.done)]);
    if (told.empty()) ++report.acknowledged;
    if (!told.empty() && reached.begun > reached.done) {
      const auto& next = history_.after[static_cast<std::size_t>(reached.begun)];
      const std::string beside = difference(*found, next);
      if (beside.empty()) ++report.in_flight;
      told = beside.empty() ? "" : told + "; with the step on its way: " + beside;
    }
  }
  if (!told.empty()) violation(report.wrong, told);
}

void Worker::violation(std::size_t& count, const std::string& what) {
  ++count;
  if (progress_.report.violations() > kToldMax) return;
  fmt::print(stderr, "violation at event {} of {}, state {}: {}\n", progress_.point,
             history_.events.size(), progress_.state, what);
}

/// Runs one worker, and another one for the rest whenever a state ends the process.
pid_t start_worker(Worker& worker) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  worker.run();
  ::_exit(0);
}

void add(Report& sum, const Report& part) {
  sum.states += part.states;
  sum.acknowledged += part.acknowledged;
  sum.in_flight += part.in_flight;
  sum.refused += part.refused;
  sum.wrong += part.wrong;
  sum.killed += part.killed;
}

Progress* share_memory(std::size_t count) {
  void* shared = ::mmap(nullptr, count * sizeof(Progress), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (shared == MAP_FAILED) std::abort();
  return static_cast<Progress*>(shared);  // zeros are a Progress
}

}  // namespace

Report explore(const History& history, const Plan& plan) {
  const std::vector<std::size_t> share = shares(history, plan);
  Progress* progress = share_memory(plan.processes);
  std::vector<Worker> workers;
  std::vector<pid_t> children;
  for (std::size_t i = 0; i < plan.processes; ++i) {
    workers.emplace_back(history, plan, share, i, progress[i]);
    children.push_back(start_worker(workers[i]));
  }
  for (std::size_t i = 0; i < plan.processes; ++i) {
    int status = 0;
    while (::waitpid(children[i], &status, 0) == children[i] && status != 0) {
      ++progress[i].report.killed;
      if (progress[i].report.killed == 1) {
        fmt::print(stderr, "violation at event {}, state {}: the process ended by signal {}\n",
                   progress[i].point, progress[i].state, WTERMSIG(status));
      }
      children[i] = start_worker(workers[i]);
    }
  }
  Report report;
  report.points = history.events.size() + 1;
  for (std::size_t i = 0; i < plan.processes; ++i) add(report, progress[i].report);
  ::munmap(progress, plan.processes * sizeof(Progress));
  return report;
}

}  // namespace attune::crash
