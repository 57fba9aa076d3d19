#pragma once
#include <chrono>
#include <cstddef>
#include <functional>
#include <vector>

#include "tests/bench/e2e/bus_client.h"
#include "tests/bench/e2e/home.h"

/// The two loads: one event after the other, and many under way at once.
///
/// Errors: an answer that does not come within 10 s ends the run.
namespace attune::bench {

/// Sensor to command, in milliseconds: one event at a time, with `pause` after each lamp's report,
/// so that what follows an event is over before the next one. `between` is called after each
/// pause.
[[nodiscard]] std::vector<double> lone_events(BusClient& bus, Home& home, std::size_t events,
                                              std::chrono::milliseconds pause,
                                              const std::function<void()>& between);

/// Keeps `outstanding` sensors waiting for their lamps: each command lets its lamp report and the
/// next idle sensor flip. Events per second of `time`, after `warm_up`; `at_start` is called
/// between the two.
[[nodiscard]] double closed_loop(BusClient& bus, Home& home, std::size_t outstanding,
                                 std::chrono::milliseconds warm_up, std::chrono::milliseconds time,
                                 const std::function<void()>& at_start);

}  // namespace attune::bench
