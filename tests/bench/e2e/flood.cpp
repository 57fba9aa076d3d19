#include "tests/bench/e2e/flood.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>

#include "tests/bench/e2e/load.h"
#include "tests/bench/e2e/report.h"

namespace attune::bench {
namespace {

constexpr double kRatioMax = 2;
constexpr double kGrowthMax = 32;  // MiB
constexpr std::size_t kPairs = 16;
constexpr std::chrono::milliseconds kPause{2};
constexpr std::chrono::milliseconds kSlice{2};
constexpr std::chrono::seconds kRise{2};  // until the flood is one

/// A device that says so many messages a second at QoS 0, until it is destroyed.
class Flood {
 public:
  Flood(std::uint16_t port, std::size_t per_second)
      : bus_(port, "mad"), thread_([this, per_second] { run(per_second); }) {}
  ~Flood() {
    over_ = true;
    thread_.join();
  }
  Flood(const Flood&) = delete;
  Flood& operator=(const Flood&) = delete;

  [[nodiscard]] std::size_t said() const { return said_; }

 private:
  void run(std::size_t per_second) {
    const auto began = std::chrono::steady_clock::now();
    while (!over_) {
      const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - began;
      const auto due = static_cast<std::size_t>(passed.count() * static_cast<double>(per_second));
      for (; said_ < due; ++said_) {
        bus_.say("zigbee2mqtt/mad", said_ % 2 == 0 ? R"({"state":"ON"})" : R"({"state":"OFF"})");
      }
      bus_.flush();
      std::this_thread::sleep_for(kSlice);
    }
  }

  BusClient bus_;
  std::atomic<bool> over_{false};
  std::atomic<std::size_t> said_{0};
  std::thread thread_;  // last: it uses the others
};

double mib(const Memory& memory) {
  return static_cast<double>(memory.resident_kib) / 1024;
}

std::vector<double> column(const std::vector<FloodRound>& rounds, double FloodRound::*member) {
  std::vector<double> values;
  for (const FloodRound& round : rounds) values.push_back(round.*member);
  return values;
}

}  // namespace

FloodRound FloodSeries::medians() const {
  FloodRound middle;
  for (double FloodRound::*member :
       {&FloodRound::calm_p50_ms, &FloodRound::calm_p99_ms, &FloodRound::flood_p50_ms,
        &FloodRound::flood_p99_ms, &FloodRound::said_per_second, &FloodRound::grown_mib}) {
    middle.*member = median(column(rounds, member));
  }
  return middle;
}

double FloodSeries::ratio() const {
  std::vector<double> ratios;
  for (const FloodRound& round : rounds) ratios.push_back(round.flood_p99_ms / round.calm_p99_ms);
  return median(ratios);
}

FloodRound measure_flood(const Subject& subject, std::size_t per_second, std::size_t events) {
  Session session(subject, kPairs);
  const auto lone = [&] {
    return lone_events(session.bus(), session.home(), events, kPause, [] {});
  };
  FloodRound round;
  const std::vector<double> calm = lone();
  round.calm_p50_ms = percentile(calm, 0.5);
  round.calm_p99_ms = percentile(calm, 0.99);
  const double before = mib(session.answerer().memory());
  const Flood flood(session.port(), per_second);
  std::this_thread::sleep_for(kRise);
  const std::size_t said = flood.said();
  const auto began = std::chrono::steady_clock::now();
  const std::vector<double> waited = lone();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  round.said_per_second = static_cast<double>(flood.said() - said) / took.count();
  round.flood_p50_ms = percentile(waited, 0.5);
  round.flood_p99_ms = percentile(waited, 0.99);
  round.grown_mib = mib(session.answerer().memory()) - before;
  return round;
}

std::string flood_table(const std::vector<FloodSeries>& all, std::size_t per_second) {
  std::string text =
      fmt::format("{:<8} {:>9} {:>9} {:>10} {:>10} {:>7} {:>8} {:>10}\n", "", "calm p50",
                  "calm p99", "flood p50", "flood p99", "ratio", "said/s", "grown MiB");
  for (const FloodSeries& series : all) {
    const FloodRound middle = series.medians();
    text +=
        fmt::format("{:<8} {:>9.3f} {:>9.3f} {:>10.3f} {:>10.3f} {:>6.2f}x {:>8.0f} {:>10.1f}\n",
                    series.subject, middle.calm_p50_ms, middle.calm_p99_ms, middle.flood_p50_ms,
                    middle.flood_p99_ms, series.ratio(), middle.said_per_second, middle.grown_mib);
  }
  return text +
         fmt::format("wanted: {} a second; bars: {}x, {} MiB\n", per_second, kRatioMax, kGrowthMax);
}

bool flood_bars_hold(const FloodSeries& attune) {
  return attune.ratio() <= kRatioMax && attune.medians().grown_mib <= kGrowthMax;
}

}  // namespace attune::bench
