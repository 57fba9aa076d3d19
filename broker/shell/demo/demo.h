#pragma once
#include <cstdint>
#include <functional>
#include <optional>

#include "broker/shell/config/startup.h"

/// `attune demo`: the daemon with its own broker, among the devices of a simulated home.
namespace attune::demo {

struct DemoOptions {
  double speed = 60;  ///< 1 to 600: the home's day, against ours
  std::uint64_t seed = 1;
  std::optional<std::uint16_t> port;  ///< of the page; default 8484, or any that is free
};

inline constexpr double kSpeedMin = 1;
inline constexpr double kSpeedMax = 600;

/// The daemon: runs until SIGINT or SIGTERM, with the embedded broker, and gives the exit code.
using Serve = std::function<int(const config::Startup&)>;

/// Runs `serve` in a temporary folder that it removes, and the home beside it. Tells on stdout how
/// to reach it, once everything answers.
/// Threading: call it from the main thread, the only one; `serve` is called on it. Errors: said on
/// stderr; the exit code.
[[nodiscard]] int run(const DemoOptions& options, const Serve& serve);

}  // namespace attune::demo
