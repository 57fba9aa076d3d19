#pragma once
#include <functional>
#include <optional>
#include <string>

/// Where attune keeps its state and its run-time files when nobody says so.
namespace attune::config {

/// What the choice depends on; `current` reads it from the process.
struct Process {
  bool root = false;
  std::function<std::optional<std::string>(const char*)> variable;  ///< of the environment
  [[nodiscard]] static Process current();
};

struct Folders {
  std::string state;  ///< the store
  std::string run;    ///< sockets and the inbox ring
};

/// State: `state_dir` when given; /var/lib/attune as root; else $XDG_STATE_HOME/attune or
/// ~/.local/state/attune. Run: $RUNTIME_DIRECTORY (the first of several); /run/attune as root;
/// else $XDG_RUNTIME_DIR/attune; else <state>/run. The run folder does not follow `state_dir`
/// where the system names one: clients look for the socket there.
[[nodiscard]] Folders folders(const Process& around, const std::string& state_dir = {});

}  // namespace attune::config
