#include <CLI/CLI.hpp>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

/// Findings as `check` shows them; the source lines are in the text alone.
void print_findings(const Program& program, const Json& root) {
  if (program.output == Output::json) {
    program.terminal.out << to_text(root) << "\n";
    return;
  }
  if (program.output == Output::jsonl) {
    for (const Json& issue : at(root, "issues")) program.terminal.out << to_text(issue) << "\n";
    return;
  }
  const Json& text = at(root, "text");
  if (text.kind != JsonKind::text) return;
  std::string_view rest = text.text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    program.terminal.out << printable(line) << "\n";
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
}

ExitCode run_reload(const Program& program) {
  const Answer answer = Daemon(program).send("POST", "/api/v1/reload");
  if (answer.status == 0) return answer.code;
  print_findings(program, answer.root());
  if (answer.ok()) {
    program.terminal.err << "reloaded, revision " << printable(words(answer.root(), "revision"))
                         << "\n";
  }
  return answer.code;
}

}  // namespace

void add_reload(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("reload", "Read configuration, devices and rules again");
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program] { program.chosen = [&program] { return run_reload(program); }; });
}

}  // namespace attune::cli
