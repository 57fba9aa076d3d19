#include <chrono>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <optional>
#include <string>
#include <thread>

#include "tests/bench/e2e/answerer.h"
#include "tests/bench/e2e/durable_floor.h"
#include "tests/bench/e2e/flood.h"
#include "tests/bench/e2e/load.h"
#include "tests/bench/e2e/report.h"
#include "tests/bench/e2e/session.h"

#ifndef ATTUNE_PROGRAM
#define ATTUNE_PROGRAM "attune"
#endif

/// The end-to-end benchmark; tests/bench/README.md says how to read it.
namespace attune::bench {
namespace {

constexpr const char* kMemoryPlace = "/dev/shm";
constexpr std::chrono::milliseconds kColdPause{
    25};  ///< caches are others' by then, and cores asleep
constexpr std::chrono::milliseconds kWarmUp{500};
constexpr std::chrono::milliseconds kSettleTime{3'000};

constexpr const char* kUsage =
    "usage: attune_bench_e2e [--attune FILE] [--dir DIR] [--rounds N] [--events N]\n"
    "                        [--pause MS] [--seconds N] [--outstanding N] [--json FILE] [--check]\n"
    "                        [--flood N]\n"
    "  --attune FILE     the daemon's program\n"
    "  --dir DIR         where its store lives; default: the working folder\n"
    "  --rounds N        medians of so many; default 5\n"
    "  --events N        lone events a round; default 200\n"
    "  --pause MS        after each lone event; default 2\n"
    "  --seconds N       of the closed loop a round; default 3\n"
    "  --outstanding N   sensors that wait at once; default 256\n"
    "  --flood N         instead: what others wait while one device says N messages a second\n"
    "  --json FILE       write the figures there too\n"
    "  --check           exit 1 when a bar is missed\n";

struct Options {
  std::string attune = ATTUNE_PROGRAM;
  std::string dir = ".";
  std::string json;
  std::size_t rounds = 5;
  std::size_t events = 200;
  std::size_t pause_ms = 2;
  std::size_t seconds = 3;
  std::size_t outstanding = 256;
  std::size_t flood = 0;
  bool check = false;
  std::uint16_t answer_on = 0;
  std::string keep;  ///< of an answerer: the folder of its commits
};

std::size_t number(const char* text) {
  char* end = nullptr;
  const unsigned long value = std::strtoul(text, &end, 10);
  if (*end != '\0' || value == 0) die(std::string("not a number above 0: ") + text);
  return value;
}

Options read_options(int count, char** words) {
  Options options;
  for (int i = 1; i < count; ++i) {
    const std::string word = words[i];
    const auto next = [&] { return i + 1 < count ? words[++i] : (die(kUsage), nullptr); };
    if (word == "--attune")
      options.attune = next();
    else if (word == "--dir")
      options.dir = next();
    else if (word == "--json")
      options.json = next();
    else if (word == "--rounds")
      options.rounds = number(next());
    else if (word == "--events")
      options.events = number(next());
    else if (word == "--pause")
      options.pause_ms = number(next());
    else if (word == "--seconds")
      options.seconds = number(next());
    else if (word == "--outstanding")
      options.outstanding = number(next());
    else if (word == "--answer")
      options.answer_on = static_cast<std::uint16_t>(number(next()));
    else if (word == "--keep")
      options.keep = next();
    else if (word == "--flood")
      options.flood = number(next());
    else if (word == "--check")
      options.check = true;
    else
      die(kUsage);
  }
  return options;
}

/// What is measured with one number of rules.
struct Case {
  std::size_t rules;
  bool lone;
  bool loop;
};
constexpr Case kCases[] = {{1, true, false}, {256, false, true}, {1'000, true, true}};

void measure_loop(Session& session, const Options& options, Round& round) {
  std::chrono::microseconds cpu{};
  std::chrono::microseconds broker_cpu{};
  const std::chrono::seconds time(options.seconds);
  const std::size_t surplus = session.home().surplus();
  round.loop_per_second =
      closed_loop(session.bus(), session.home(), options.outstanding, kWarmUp, time, [&] {
        cpu = session.answerer().cpu_time();
        broker_cpu = session.broker().cpu_time();
      });
  const double events = round.loop_per_second * static_cast<double>(options.seconds);
  round.cpu_us = static_cast<double>((session.answerer().cpu_time() - cpu).count()) / events;
  round.broker_cpu_us =
      static_cast<double>((session.broker().cpu_time() - broker_cpu).count()) / events;
  round.surplus = static_cast<double>(session.home().surplus() - surplus);
}

/// A bare commit after each event: both meet the disk in the same mood.
void measure_lone(Session& session, const Options& options, Round& round) {
  const std::chrono::milliseconds pause(options.pause_ms);
  std::optional<DurableFloor> floor;
  if (!session.kept().empty()) floor.emplace(session.kept() + "/floor.mdb");
  std::vector<double> commits;
  const auto took = lone_events(session.bus(), session.home(), options.events, pause, [&] {
    if (!floor) return;
    commits.push_back(floor->commit());
    std::this_thread::sleep_for(pause);
  });
  round.lone_p50_ms = percentile(took, 0.5);
  round.lone_p99_ms = percentile(took, 0.99);
  round.commit_ms = median(commits);
  const auto cold =
      lone_events(session.bus(), session.home(), options.events / 4, kColdPause, [] {});
  round.cold_p50_ms = percentile(cold, 0.5);
}

Round measure(const Subject& subject, const Case& what, const Options& options) {
  Session session(subject, what.rules);
  Round round;
  if (what.lone) {
    measure_lone(session, options, round);
  }
  const bool commits_singly = subject.name == kDurableFloor;
  if (what.loop && !commits_singly) measure_loop(session, options, round);
  return round;
}

Memory measure_empty(const Subject& subject) {
  const Session session(subject, 0);
  std::this_thread::sleep_for(kSettleTime);
  return session.answerer().memory();
}

/// Interleaved: what disturbs the machine for a while disturbs every subject.
Report measure_all(const Options& options) {
  const std::vector<Subject> subjects = {{kFloor, "", ""},
                                         {kDurableFloor, "", options.dir},
                                         {kAttune, options.attune, options.dir},
                                         {kAttuneInMemory, options.attune, kMemoryPlace}};
  Report report;
  report.outstanding = options.outstanding;
  for (const Case& what : kCases) {
    for (const Subject& subject : subjects) report.series.push_back({subject.name, what.rules, {}});
  }
  for (std::size_t round = 0; round < options.rounds; ++round) {
    std::fprintf(stderr, "round %zu of %zu\n", round + 1, options.rounds);
    auto series = report.series.begin();
    for (const Case& what : kCases) {
      for (const Subject& subject : subjects) {
        (series++)->rounds.push_back(measure(subject, what, options));
      }
    }
  }
  report.empty = measure_empty(subjects[2]);
  return report;
}

int run_flood(const Options& options) {
  const std::vector<Subject> subjects = {{kFloor, "", ""}, {kAttune, options.attune, options.dir}};
  std::vector<FloodSeries> all;
  for (const Subject& subject : subjects) all.push_back({subject.name, {}});
  for (std::size_t round = 0; round < options.rounds; ++round) {
    for (std::size_t i = 0; i < subjects.size(); ++i) {
      all[i].rounds.push_back(measure_flood(subjects[i], options.flood, options.events));
    }
  }
  std::fputs(flood_table(all, options.flood).c_str(), stdout);
  return options.check && !flood_bars_hold(all.back()) ? 1 : 0;
}

int run(const Options& options) {
  if (options.flood != 0) return run_flood(options);
  const Report report = measure_all(options);
  std::fputs(report.table().c_str(), stdout);
  if (!options.json.empty() && !(std::ofstream(options.json) << report.json())) {
    die("cannot write " + options.json);
  }
  if (!options.check) return 0;
  for (const Bar& bar : report.bars()) {
    if (!bar.holds()) return 1;
  }
  return 0;
}

}  // namespace
}  // namespace attune::bench

int main(int count, char** words) {
  const auto options = attune::bench::read_options(count, words);
  if (!options.keep.empty()) return attune::bench::answer_durably(options.answer_on, options.keep);
  if (options.answer_on != 0) return attune::bench::answer(options.answer_on);
  return attune::bench::run(options);
}
