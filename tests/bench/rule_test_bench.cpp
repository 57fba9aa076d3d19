#include <benchmark/benchmark.h>

#include <cstdlib>
#include <string>

#include "broker/cli/scenario.h"
#include "broker/cli/sources.h"

/// How fast `attune test` is: tests of an evening, and a year of a quiet home.
namespace {

using namespace attune;

constexpr const char* kDevices =
    "version: 1\n"
    "devices:\n"
    "  lamp: {capabilities: [light]}\n"
    "  motion: {capabilities: [occupancy]}\n";

constexpr const char* kRules =
    "version: 1\n"
    "rules:\n"
    "  light: {when: motion.occupancy, off_delay: 3m, want: {lamp.on: true, lamp.brightness: 80}}\n"
    "tests:\n"
    "  evening:\n"
    "    given: {state: {motion.occupancy: false, lamp.on: false}}\n"
    "    steps:\n"
    "      - {report: {motion.occupancy: true}, expect: {lamp.on: true}, by: light}\n"
    "      - {manual: {lamp.on: false}}\n"
    "      - {after: 5m, restart: true, expect: {lamp.on: false}, by: manual}\n"
    "      - {report: {motion.occupancy: false}}\n"
    "      - {after: 4m, expect: {lamp.on: false}}\n"
    "  year:\n"
    "    given: {state: {motion.occupancy: false, lamp.on: false}}\n"
    "    steps: [{after: 365d, expect: {lamp.on: false}}]\n";

void run(benchmark::State& state, const std::string& name) {
  cli::Sources sources;
  sources.devices = config::parse_devices("devices.yaml", kDevices);
  sources.rules.push_back({"rules.yaml", kRules});
  const cli::Checked checked = cli::check(std::move(sources));
  if (!checked.set) std::abort();
  cli::ScenarioRunner runner(*checked.catalog, checked.set);
  for (const auto& test : checked.set->tests) {
    if (test.name != name) continue;
    for (auto _ : state) {
      if (!runner.run(test).passed) std::abort();
    }
  }
  state.counters["tests/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}

void Evening(benchmark::State& state) {
  run(state, "evening");
}
void QuietYear(benchmark::State& state) {
  run(state, "year");
}
BENCHMARK(Evening);
BENCHMARK(QuietYear);

}  // namespace

BENCHMARK_MAIN();
