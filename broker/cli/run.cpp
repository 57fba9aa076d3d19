#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/issue_output.h"
#include "broker/cli/program.h"
#include "broker/cli/serve.h"
#include "broker/shell/config/startup.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

ExitCode run_daemon(const Program& program, const config::StartupOptions& options) {
  const config::Process around{config::Process::current().root, program.terminal.variable};
  const config::Prepared prepared = config::prepare(options, around);
  print_issues(program.terminal.err, Output::table, prepared.issues);
  if (!prepared.startup) {
    program.terminal.err << "attune: not started: " << summary(count(prepared.issues)) << "\n";
    return ExitCode::configuration;
  }
  if (Status made = config::make_folders(prepared.startup->folders); !made) {
    program.terminal.err << "attune: " << printable(made.error().message) << "\n";
    return ExitCode::configuration;
  }
  return static_cast<ExitCode>(serve(*prepared.startup));
}

}  // namespace

void add_run(Program& program) {
  CLI::App* command = program.app.add_subcommand("run", "Run the daemon, in the foreground");
  auto options = std::make_shared<config::StartupOptions>();
  command
      ->add_option("-c,--config", options->config_file,
                   "Default: ./attune.yaml, then /etc/attune/attune.yaml")
      ->option_text("FILE");
  command->add_option("--state-dir", options->state_dir, "Where the store lives")
      ->option_text("DIR");
  command->add_flag("--observe", options->observe, "Compute everything, command nothing");
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_daemon(program, *options); };
  });
}

}  // namespace attune::cli
