#pragma once
#include <optional>
#include <string>

#include "broker/shell/config/config.h"
#include "broker/shell/config/folders.h"

/// What `attune run` starts with: the configuration and the folders, resolved and made.
namespace attune::config {

struct StartupOptions {
  std::string config_file;  ///< empty: find_config(), else defaults
  std::string state_dir;    ///< empty: the configuration's, else the usual one
  bool observe = false;
};

struct Startup {
  Config config;    ///< store.dir and http.socket are filled in, absolute
  Folders folders;  ///< absolute
  bool observe = false;
};

struct Prepared {
  std::optional<Startup> startup;  ///< empty when `issues` has an error
  Issues issues;                   ///< also the warnings of a start that works
};

/// Reads the configuration and decides on folders. Touches nothing.
[[nodiscard]] Prepared prepare(const StartupOptions& options, const Process& around);

/// Creates both folders where they are missing (0700 state, 0750 run). Error "folder".
[[nodiscard]] Status make_folders(const Folders& folders);

}  // namespace attune::config
