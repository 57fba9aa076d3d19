#include "broker/cli/cli.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "broker/cli/program.h"

namespace attune::cli {
namespace {

std::optional<std::string> environment(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') return std::nullopt;
  return std::string(value);
}

Millis wall_clock() {
  return std::chrono::duration_cast<Millis>(std::chrono::system_clock::now().time_since_epoch());
}

}  // namespace

int run(int argc, char** argv) {
  Terminal terminal{std::cout, std::cerr, environment, wall_clock};
  try {
    const std::vector<std::string> args(argv + std::min(argc, 1), argv + argc);
    const ExitCode code = run_program(args, terminal);
    std::cout.flush();
    // A full disk or a closed pipe must not pass for a yes.
    if (!std::cout && code == ExitCode::yes) return static_cast<int>(ExitCode::no);
    return static_cast<int>(code);
  } catch (const std::exception& error) {
    std::cerr << "attune: internal error: " << error.what() << "\n";
    return static_cast<int>(ExitCode::internal);
  }
}

}  // namespace attune::cli
