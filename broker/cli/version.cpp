#include <CLI/CLI.hpp>

#include "broker/cli/program.h"

namespace attune::cli {

std::string version_text() {
  return std::string("attune ") + ATTUNE_VERSION;
}

void add_version(Program& program) {
  CLI::App* command = program.app.add_subcommand("version", "Say which attune this is");
  command->callback([&program] {
    program.chosen = [&program] {
      program.terminal.out << version_text() << "\n";
      return ExitCode::yes;
    };
  });
}

}  // namespace attune::cli
