#include "tests/bench/e2e/load.h"

#include <algorithm>
#include <deque>

#include "tests/bench/e2e/process.h"

namespace attune::bench {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kPatience{10'000};

void wait_for_command(BusClient& bus, Home& home, std::size_t pair, Clock::time_point& came) {
  bool here = false;
  while (!here) {
    const bool some = bus.receive(kPatience, [&](auto topic, auto payload) {
      if (home.obey(topic, payload) != pair) return;
      came = Clock::now();
      here = true;
    });
    if (!some) die("no command came for a sensor's message");
  }
}

/// Takes what still comes, and then nothing for `time`.
void rest(BusClient& bus, Home& home, std::chrono::milliseconds time) {
  const auto until = Clock::now() + time;
  for (auto left = time; left.count() > 0;
       left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now())) {
    bus.receive(left, [&](auto topic, auto payload) { home.obey(topic, payload); });
  }
}

/// The closed loop's bookkeeping: who is idle, and what came back.
struct Circle {
  BusClient& bus;
  Home& home;
  std::deque<std::size_t> idle;
  std::size_t events = 0;

  void flip_next() {
    home.flip(idle.front());
    idle.pop_front();
  }
  void run(std::chrono::milliseconds time, bool go_on) {
    const auto until = Clock::now() + time;
    while (Clock::now() < until && (go_on || idle.size() < home.size())) turn(go_on);
  }
  void turn(bool go_on) {
    const bool some = bus.receive(kPatience, [&](auto topic, auto payload) {
      const auto pair = home.obey(topic, payload);
      if (!pair) return;
      ++events;
      idle.push_back(*pair);
      if (go_on) flip_next();
    });
    if (!some) die("the closed loop stands still");
  }
};

}  // namespace

std::vector<double> lone_events(BusClient& bus, Home& home, std::size_t events,
                                std::chrono::milliseconds pause,
                                const std::function<void()>& between) {
  std::vector<double> latencies;
  for (std::size_t i = 0; i < events; ++i) {
    const std::size_t pair = i % home.size();
    const auto left = Clock::now();
    Clock::time_point came;
    home.flip(pair);
    bus.flush();
    wait_for_command(bus, home, pair, came);
    latencies.push_back(std::chrono::duration<double, std::milli>(came - left).count());
    rest(bus, home, pause);
    between();
  }
  return latencies;
}

double closed_loop(BusClient& bus, Home& home, std::size_t outstanding,
                   std::chrono::milliseconds warm_up, std::chrono::milliseconds time,
                   const std::function<void()>& at_start) {
  Circle circle{bus, home, {}, 0};
  for (std::size_t i = 0; i < home.size(); ++i) circle.idle.push_back(i);
  for (std::size_t i = 0; i < std::min(outstanding, home.size()); ++i) circle.flip_next();
  bus.flush();
  circle.run(warm_up, true);
  at_start();
  const std::size_t before = circle.events;
  const auto began = Clock::now();
  circle.run(time, true);
  const std::chrono::duration<double> took = Clock::now() - began;
  const auto events = static_cast<double>(circle.events - before);
  circle.run(kPatience, false);
  return events / took.count();
}

}  // namespace attune::bench
