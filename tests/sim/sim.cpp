#include <fmt/format.h>

#include <cstdlib>
#include <string>

#include "tests/sim/sim_run.h"

/// attune_sim --seed N | --seeds N  [--events M] [--sabotage timers|commands] [--all]
/// [--verbose]
/// [--print]
///
/// With --all it goes on after a difference and counts them.
///
/// Each seed is one random home, lived twice: once undisturbed, once killed between random steps.
/// Both must command the same and end the same. Exit code 0: they did for every seed.
/// Homes whose rules go round in a circle are left out, and counted: where the circle is cut
/// depends on how many turns it was lived in.
namespace {

struct Arguments {
  std::uint64_t first = 1, last = 1;
  std::size_t events = 200;
  attune::sim::Sabotage sabotage = attune::sim::Sabotage::none;
  bool verbose = false;
  bool print = false;
  bool all = false;
};

bool read_arguments(int argc, char** argv, Arguments& out) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--all") {
      out.all = true;
      continue;
    }
    if (name == "--verbose" || name == "--print") {
      (name == "--print" ? out.print : out.verbose) = true;
      continue;
    }
    if (i + 1 == argc) return false;
    const std::string value = argv[++i];
    if (name == "--seed") {
      out.first = out.last = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--seeds") {
      out.last = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--events") {
      out.events = std::strtoull(value.c_str(), nullptr, 10);
    } else if (name == "--sabotage") {
      out.sabotage =
          value == "timers" ? attune::sim::Sabotage::timers : attune::sim::Sabotage::commands;
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read_arguments(argc, argv, arguments)) {
    fmt::print(stderr, "usage: attune_sim --seed N | --seeds N [--events M]\n");
    return 2;
  }
  std::size_t crashes = 0;
  std::size_t commands = 0;
  std::size_t differences = 0;
  std::size_t circles = 0;
  for (std::uint64_t seed = arguments.first; seed <= arguments.last; ++seed) {
    const attune::sim::RandomHome home = attune::sim::make_home(seed, arguments.events);
    const auto unstopped = attune::sim::live(home, {0, arguments.sabotage, arguments.print});
    if (arguments.print) fmt::print(stderr, "{}-- not stopped above, stopped below\n", home.rules);
    const auto stopped = attune::sim::live(home, {seed, arguments.sabotage, arguments.print});
    crashes += stopped.crashes;
    commands += unstopped.commands.size();
    if (arguments.verbose || arguments.first == arguments.last) {
      fmt::print("seed {} trace {:016x} commands {} crashes {}\n", seed, unstopped.hash(),
                 unstopped.commands.size(), stopped.crashes);
    }
    if (unstopped.looped || stopped.looped) {
      ++circles;
      continue;
    }
    const std::string differs = attune::sim::difference(unstopped, stopped);
    if (differs.empty()) continue;
    fmt::print("seed {}: {}repeat: attune_sim --seed {} --events {}\n", seed, differs, seed,
               arguments.events);
    if (!arguments.all) return 1;
    ++differences;
  }
  fmt::print("{} seeds, {} events each: {} commands, {} kills, {} circles, {} differences\n",
             arguments.last - arguments.first + 1, arguments.events, commands, crashes, circles,
             differences);
  return commands == 0 || differences != 0 ? 1 : 0;
}
