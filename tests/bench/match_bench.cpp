#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "tests/bench/match/attuned.h"
#include "tests/bench/match/matched.h"
#ifdef ATTUNE_WITH_CLIPS
#include "tests/bench/match/clips.h"
#endif

/// Matching at scale: what an event costs as rules grow, where ten thousand rules read one
/// attribute, evaluations a second, bytes a rule, loading, and CLIPS on the same rules and events.
/// Prints JSON, each figure beside its bar. With --check it exits 1 when a bar is missed.
namespace attune::bench {
namespace {

constexpr int kRounds = 9;
constexpr double kNoBar = 1e9;                    // shown beside the others
[[maybe_unused]] constexpr double kMissed = 2e9;  // what was compared is not the same

struct Figure {
  std::string name, unit;
  double value = 0;
  double bar = 0;
  bool at_least = false;  ///< else at most
  std::string detail;
  [[nodiscard]] bool met() const { return at_least ? value >= bar : value <= bar; }
};

double median(std::vector<double> all) {
  std::sort(all.begin(), all.end());
  return all[all.size() / 2];
}

/// Of this thread's processor, in ns: what others do on the machine counts little.
double processor_ns() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

/// Nanoseconds that `live` takes an event, over at least 20 ms.
double ns_an_event(const std::function<void()>& live, std::size_t events) {
  std::size_t done = 0;
  double spent = 0;
  for (const double begin = processor_ns(); spent < 20e6; spent = processor_ns() - begin) {
    live();
    done += events;
  }
  return spent / static_cast<double>(done);
}

/// Medians of `one` and `other`, whose rounds take turns: both meet the same machine.
std::pair<double, double> side_by_side(const std::function<double()>& one,
                                       const std::function<double()>& other) {
  std::vector<double> a, b;
  one();
  other();
  for (int round = 0; round < kRounds; ++round) {
    a.push_back(one());
    b.push_back(other());
  }
  return {median(a), median(b)};
}

template <class House>
double ns_of(House& house, std::size_t events) {
  return ns_an_event([&] { house.live(); }, events);
}

/// The cost of an event in a large house over that in a small one.
Figure ratio(std::string name, const House& small, const House& large, double bar) {
  Attuned a(small);
  Attuned b(large);
  const auto [floor, cost] = side_by_side([&] { return ns_of(a, a.event_count()); },
                                          [&] { return ns_of(b, b.event_count()); });
  return {std::move(name), "ratio",
          cost / floor,    bar,
          false,           fmt::format("{:.0f} ns against {:.0f} ns", cost, floor)};
}

Figure evaluations() {
  Attuned house(house_of_one_motion(1'000));
  std::vector<double> rates;
  for (int round = 0; round < kRounds; ++round) {
    const auto before = house.evaluations();
    const double begin = processor_ns();
    for (int i = 0; i < 50; ++i) house.live();
    const double seconds = (processor_ns() - begin) / 1e9;
    rates.push_back(static_cast<double>(house.evaluations() - before) / seconds);
  }
  return {"evaluations", "1/s", median(rates), 1e6, true, "1,000 rules woken by each event"};
}

void loading(std::vector<Figure>& figures) {
  const House house = house_of_latches(10'000);
  std::vector<double> load;
  for (int round = 0; round < 3; ++round) load.push_back(Attuned(house).load_ms());
  const Attuned one(house);
  const double bytes = static_cast<double>(one.bytes()) / 10'000;
  const double text = static_cast<double>(one.text_bytes()) / 10'000;
  figures.push_back({"load 10,000 rules", "ms", median(load), 1'000, false, "without check"});
  figures.push_back({"heap a rule", "bytes", bytes, 1'024, false,
                     fmt::format("{:.0f} of them the file's text", text)});
}

#ifdef ATTUNE_WITH_CLIPS
/// `Ours` is attune's matching alone, or its whole core.
template <class Ours>
Figure against_clips(std::string name, const House& house, double bar) {
  Ours attune(house);
  Clips clips(house);
  const std::size_t events = attune.event_count();
  const auto [ours, theirs] =
      side_by_side([&] { return ns_of(attune, events); }, [&] { return ns_of(clips, events); });
  const bool agree = attune.claims() == clips.claims();
  Figure figure{std::move(name),
                "ratio",
                agree ? ours / theirs : kMissed,
                bar,
                false,
                fmt::format("{:.0f} ns against {:.0f} ns, the claims are {}", ours, theirs,
                            agree ? "the same" : "DIFFERENT")};
  return figure;
}
#endif

std::vector<Figure> measure() {
  std::vector<Figure> figures;
  figures.push_back(ratio("100,000 rules over 100, the same rooms", house_of_rooms(10, 10),
                          house_of_rooms(10'000, 10), 1.2));
  figures.push_back(ratio("10,000 rules on one attribute over 1", house_of_one_attribute(1),
                          house_of_one_attribute(10'000), 2));
  figures.push_back(evaluations());
  loading(figures);
#ifdef ATTUNE_WITH_CLIPS
  const House rooms = house_of_claims(250, 0);
  const House outdoors = house_of_claims(250, 4);
  figures.push_back(against_clips<Matched>("matching over CLIPS, 1,000 rules", rooms, 1));
  figures.push_back(against_clips<Matched>("the same with one attribute for all", outdoors, 1));
  figures.push_back(against_clips<Attuned>("the whole core over CLIPS", rooms, kNoBar));
  figures.push_back(
      against_clips<Attuned>("the same with one attribute for all", outdoors, kNoBar));
#endif
  figures.push_back(ratio("100,000 rules over 100, all rooms in turn", house_of_rooms(10, 10),
                          house_of_rooms(10'000, 10'000), kNoBar));
  return figures;
}

int run(bool check) {
  const std::vector<Figure> figures = measure();
  bool met = true;
  fmt::print("[\n");
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const Figure& f = figures[i];
    const std::string bar =
        f.bar < kNoBar ? fmt::format("\"{} {:g}\"", f.at_least ? "at least" : "at most", f.bar)
                       : "null";
    fmt::print(
        "  {{\"name\": \"{}\", \"value\": {:.4g}, \"unit\": \"{}\", \"bar\": {}, \"met\": "
        "{}, \"detail\": \"{}\"}}{}\n",
        f.name, f.value, f.unit, bar, f.met(), f.detail, i + 1 == figures.size() ? "" : ",");
    met = met && f.met();
  }
  fmt::print("]\n");
#ifndef ATTUNE_WITH_CLIPS
  std::fputs("without CLIPS: libclips-dev was not there when this was configured\n", stderr);
#endif
  return check && !met ? 1 : 0;
}

}  // namespace
}  // namespace attune::bench

int main(int argc, char** argv) {
  return attune::bench::run(argc > 1 && std::strcmp(argv[1], "--check") == 0);
}
