#pragma once
#include "broker/shell/config/startup.h"

/// The daemon in the foreground, for `run` and `demo`.
namespace attune::cli {

/// Makes the folders and runs until SIGINT or SIGTERM; answers an exit code of exit_code.h.
[[nodiscard]] int serve(const config::Startup& startup);

}  // namespace attune::cli
