#include "broker/shell/config/folders.h"

#include <unistd.h>

#include <fmt/format.h>

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <vector>

namespace attune::config {
namespace {

namespace fs = std::filesystem;

std::string default_state(const Process& around) {
  if (around.root) return "/var/lib/attune";
  if (const auto base = around.variable("XDG_STATE_HOME")) return *base + "/attune";
  if (const auto home = around.variable("HOME")) return *home + "/.local/state/attune";
  return "attune-state";
}

/// Where the system keeps such folders, in memory; empty: nowhere.
std::string system_run(const Process& around) {
  if (around.root) return "/run/attune";
  if (const auto base = around.variable("XDG_RUNTIME_DIR")) return *base + "/attune";
  return {};
}

/// Eight digits that tell one state folder from another.
std::string mark_of(const std::string& state) {
  std::uint32_t hash = 0x811C9DC5u;  // FNV-1a
  const std::string path = fs::absolute(state).lexically_normal().string();
  for (const char c : path) hash = (hash ^ static_cast<unsigned char>(c)) * 0x01000193u;
  return fmt::format("{:08x}", hash);
}

/// Two daemons with a state folder each must not share an inbox or a broker.
std::string run_of(const Process& around, const std::string& state) {
  const std::string system = system_run(around);
  if (system.empty()) return state + "/run";
  return state == default_state(around) ? system : system + "-" + mark_of(state);
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
    result.run = run_of(around, result.state);
  }
  return result;
}

std::string find_socket(const Process& around) {
  const std::string usual = folders(around).run + "/api.sock";
  std::error_code error;
  if (fs::exists(usual, error)) return usual;
  std::vector<std::string> others;
  const fs::path run = folders(around).run;
  for (const auto& entry : fs::directory_iterator(run.parent_path(), error)) {
    const std::string socket = entry.path().string() + "/api.sock";
    const bool ours = entry.path().filename().string().starts_with(run.filename().string() + "-");
    if (ours && fs::exists(socket, error)) others.push_back(socket);
  }
  return others.size() == 1 ? others.front() : usual;
}

}  // namespace attune::config
