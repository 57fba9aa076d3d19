#include "broker/cli/serve.h"

#include <string>
#include <string_view>

#include "broker/cli/exit_code.h"
#include "broker/shell/log.h"
#include "broker/shell/runtime.h"

namespace attune::cli {
namespace {

/// What stands in a file that its author must change, against what the machine refuses.
bool is_configuration(std::string_view code) {
  return code == "config" || code == "url" || code == "not_loopback";
}

}  // namespace

int serve(const config::Startup& startup) {
  Log log(startup.config.log);
  auto runtime = shell::Runtime::start(startup, log);
  if (!runtime.ok()) {
    const Error& error = runtime.error();
    log.error("not started", {{"code", error.code}, {"reason", error.message}});
    return static_cast<int>(is_configuration(error.code) ? ExitCode::configuration : ExitCode::no);
  }
  log.info("started",
           {{"version", ATTUNE_VERSION},
            {"node", startup.config.node},
            {"http", startup.config.http.listen + ":" + std::to_string((*runtime)->http_port())},
            {"socket", startup.config.http.socket},
            {"state", startup.folders.state},
            {"observe", startup.observe ? "true" : "false"}});
  if (Status ended = (*runtime)->run(); !ended.ok()) {
    log.error("stopped", {{"code", ended.error().code}, {"reason", ended.error().message}});
    return static_cast<int>(ExitCode::no);
  }
  return static_cast<int>(ExitCode::yes);
}

}  // namespace attune::cli
