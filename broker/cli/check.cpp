#include <CLI/CLI.hpp>

#include <algorithm>
#include <memory>

#include "broker/cli/issue_output.h"
#include "broker/cli/program.h"
#include "broker/cli/sarif.h"
#include "broker/cli/sources.h"
#include "rules/check/schema.h"

namespace attune::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  bool strict = false;
  bool sarif = false;
  bool schema = false;
};

ExitCode run_check(const Program& program, const Options& options) {
  if (options.schema) {
    program.terminal.out << rules::schema() << "\n";
    return ExitCode::yes;
  }
  Sources sources = gather(options.paths);
  const std::size_t files = sources.rules.size();
  const Checked checked = check(std::move(sources));
  if (options.sarif) {
    program.terminal.out << sarif(checked.issues) << "\n";
  } else {
    print_issues(program.terminal.out, program.output, checked.issues);
  }
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
  command->add_flag("--schema", options->schema, "Print the JSON Schema of rule files");
  const auto choose = [&program, options](const std::string& word) {
    options->sarif = word == "sarif";
    if (!options->sarif) choose_output(program, word);
  };
  command->add_option_function<std::string>("-o,--output", choose, "table, json, jsonl or sarif")
      ->option_text("FORMAT");
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_check(program, *options); };
  });
}

}  // namespace attune::cli
