#include <fmt/format.h>
#include <stdlib.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include "tests/crash/explore.h"
#include "tests/crash/history.h"

/// crash_explorer [--states N] [--seed S] [--steps M] [--processes P] [--skip
/// all|data|write|folder]
///
/// One random history of a store, with the power cut at every point of it. Exit code 0: after
/// every cut all that was acknowledged was there, and nothing was half. With --skip the store is
/// taken for one that leaves out those flushes, and 0 means that this was noticed.
namespace {

namespace fs = std::filesystem;
using attune::crash::Skip;

struct Arguments {
  attune::crash::Plan plan;
  std::size_t steps = 70;
};

std::optional<Skip> skip_of(const std::string& word) {
  if (word == "all") return Skip{true, true, true};
  if (word == "data") return Skip{true, false, false};
  if (word == "write") return Skip{false, true, false};
  if (word == "folder") return Skip{false, false, true};
  return {};
}

bool read_arguments(int argc, char** argv, Arguments& out) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const std::string value = argv[i + 1];
    const std::uint64_t count = std::strtoull(value.c_str(), nullptr, 10);
    const auto skip = skip_of(value);
    if (name == "--skip" && skip) {
      out.plan.skip = *skip;
    } else if (name == "--skip" || count == 0) {
      return false;
    } else if (name == "--states") {
      out.plan.states = count;
    } else if (name == "--seed") {
      out.plan.seed = count;
    } else if (name == "--steps") {
      out.steps = count;
    } else if (name == "--processes") {
      out.plan.processes = count;
    } else {
      return false;
    }
  }
  return argc % 2 == 1;
}

/// In memory where the system has such a folder: tens of thousands of files are written.
fs::path make_temporary_folder() {
  const fs::path memory = "/dev/shm";
  const fs::path above = fs::is_directory(memory) ? memory : fs::temp_directory_path();
  std::string pattern = (above / "attune-crash-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) std::abort();
  return pattern;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  if (!read_arguments(argc, argv, arguments)) {
    fmt::print(stderr,
               "usage: crash_explorer [--states N] [--seed S] [--steps M] [--processes P] "
               "[--skip all|data|write|folder]\n");
    return 2;
  }
  const auto begin = std::chrono::steady_clock::now();
  const fs::path folder = make_temporary_folder();
  const auto history = attune::crash::live(arguments.plan.seed, arguments.steps, folder);
  fs::remove_all(folder);
  fs::create_directory(folder);
  arguments.plan.folder = folder;
  const auto report = attune::crash::explore(history, arguments.plan);
  fs::remove_all(folder);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
  fmt::print(
      "seed {}: {} states after power cuts at {} points of {} steps in {:.1f} s: {} as "
      "acknowledged, {} with the step on its way; {} violations ({} refused, {} wrong, {} "
      "killed)\n",
      arguments.plan.seed, report.states, report.points, arguments.steps, took.count(),
      report.acknowledged, report.in_flight, report.violations(), report.refused, report.wrong,
      report.killed);
  const Skip& skip = arguments.plan.skip;
  const bool careless = skip.files || skip.writes || skip.folders;
  return (report.violations() > 0) == careless ? 0 : 1;
}
