#include <CLI/CLI.hpp>

#include "broker/cli/program.h"

namespace attune::cli {

void add_version(Program& program) {
  CLI::App* command = program.app.add_subcommand("version", "Say which attune this is");
  command->callback([&program] {
    program.chosen = [&program] {
      program.terminal.out << "attune " << ATTUNE_VERSION << "\n";
      return ExitCode::yes;
    };
  });
}

}  // namespace attune::cli
