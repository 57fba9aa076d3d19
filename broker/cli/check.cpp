#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include "broker/cli/issue_output.h"
#include "broker/cli/program.h"
#include "broker/cli/sources.h"

namespace attune::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  bool strict = false;
};

ExitCode run_check(const Program& program, const Options& options) {
  Sources sources = gather(options.paths);
  const std::size_t files = sources.rules.size();
  const Checked checked = check(std::move(sources));
  print_issues(program.terminal.out, program.output, checked.issues);
  const IssueCounts counts = count(checked.issues);
  program.terminal.err << summary(counts);
  if (checked.set) {
    program.terminal.err << " (" << plural(files, "file") << ", "
                         << plural(checked.set->rules.size(), "rule") << ", "
                         << plural(checked.catalog->devices().size(), "device") << ")";
  }
  program.terminal.err << "\n";
  if (counts.errors > 0) return ExitCode::no;
  return options.strict && counts.warnings > 0 ? ExitCode::warnings : ExitCode::yes;
}

}  // namespace

void add_check(Program& program) {
  CLI::App* command = program.app.add_subcommand("check", "Check configuration, devices and rules");
  auto options = std::make_shared<Options>();
  command->add_option("PATH", options->paths,
                      "Rules, or a folder with attune.yaml; default: this folder");
  command->add_flag("--strict", options->strict, "Exit 3 when there are warnings");
  add_output_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_check(program, *options); };
  });
}

}  // namespace attune::cli
