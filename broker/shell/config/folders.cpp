#include "broker/shell/config/folders.h"

#include <unistd.h>

#include <cstdlib>

namespace attune::config {
namespace {

std::string default_state(const Process& around) {
  if (around.root) return "/var/lib/attune";
  if (const auto base = around.variable("XDG_STATE_HOME")) return *base + "/attune";
  if (const auto home = around.variable("HOME")) return *home + "/.local/state/attune";
  return "attune-state";
}

std::string default_run(const Process& around, const std::string& state) {
  if (around.root) return "/run/attune";
  if (const auto base = around.variable("XDG_RUNTIME_DIR")) return *base + "/attune";
  return state + "/run";
}

}  // namespace

Process Process::current() {
  const auto variable = [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr || *value == '\0') return std::nullopt;
    return std::string(value);
  };
  return {::geteuid() == 0, variable};
}

Folders folders(const Process& around, const std::string& state_dir) {
  Folders result;
  result.state = state_dir.empty() ? default_state(around) : state_dir;
  if (const auto given = around.variable("RUNTIME_DIRECTORY")) {
    result.run = given->substr(0, given->find(':'));
  } else {
    result.run = default_run(around, result.state);
  }
  return result;
}

}  // namespace attune::config
