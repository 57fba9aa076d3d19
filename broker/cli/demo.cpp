#include "broker/shell/demo/demo.h"

#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/program.h"
#include "broker/cli/serve.h"

namespace attune::cli {

void add_demo(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("demo", "Run among the devices of a simulated home");
  auto options = std::make_shared<demo::DemoOptions>();
  command->add_option("--speed", options->speed, "Seconds of the home's day in one of ours")
      ->check(CLI::Range(demo::kSpeedMin, demo::kSpeedMax))
      ->option_text("N");
  take_whole_number(
      *command->add_option("--seed", options->seed, "The same seed gives the same day")
           ->option_text("N"));
  take_whole_number(
      *command->add_option("--port", options->port, "Of the page and the API")->option_text("N"));
  command->callback([&program, options] {
    program.chosen = [options] { return static_cast<ExitCode>(demo::run(*options, serve)); };
  });
}

}  // namespace attune::cli
