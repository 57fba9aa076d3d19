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
/// else $XDG_RUNTIME_DIR/attune; else <state>/run. Of another state folder than the usual one it is
/// /run/attune-<8 digits>: in memory like the other, and not shared with it.
[[nodiscard]] Folders folders(const Process& around, const std::string& state_dir = {});

/// Where a client looks for the daemon: in the usual run folder, else in that of another state
/// folder when exactly one has a socket.
[[nodiscard]] std::string find_socket(const Process& around);

}  // namespace attune::config
