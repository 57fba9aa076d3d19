#include "broker/cli/program.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <map>

namespace attune::cli {
namespace {

const std::map<std::string, Output> kOutputs = {
    {"table", Output::table}, {"json", Output::json}, {"jsonl", Output::jsonl}};

void add_commands(Program& program) {
  add_run(program);
  add_demo(program);
  add_check(program);
  add_test(program);
  add_get(program);
  add_watch(program);
  add_set(program);
  add_rule_mode(program);
  add_why(program);
  add_reload(program);
  add_status(program);
  add_version(program);
}

ExitCode usage(Terminal& terminal, const CLI::App& app, const CLI::ParseError& error) {
  terminal.err << "attune: " << error.what() << "\n";
  for (const CLI::App* command : app.get_subcommands()) {
    terminal.err << "try: attune " << command->get_name() << " --help\n";
    return ExitCode::usage;
  }
  terminal.err << "try: attune --help\n";
  return ExitCode::usage;
}

bool is_negative_number(const std::string& word) {
  return word.size() > 1 && word[0] == '-' && word[1] >= '0' && word[1] <= '9';
}

/// CLI11 takes `-5` for an option. A blank before it makes it a value, and none of ours minds.
std::vector<std::string> shielded(std::vector<std::string> args) {
  for (auto& arg : args) {
    if (is_negative_number(arg)) arg.insert(arg.begin(), ' ');
  }
  // CLI11 takes its words from the end.
  std::reverse(args.begin(), args.end());
  return args;
}

const CLI::App& asked_about(const CLI::App& app) {
  const auto named = app.get_subcommands();
  return named.empty() ? app : *named.front();
}

}  // namespace

void add_output_option(Program& program, CLI::App& command) {
  command.add_option("-o,--output", program.output, "table, json or jsonl")
      ->transform(CLI::CheckedTransformer(kOutputs).description(""))
      ->option_text("FORMAT");
}

void add_url_option(Program& program, CLI::App& command) {
  command
      .add_option("--url", program.url, "Where the daemon listens: http://HOST:PORT or unix:PATH")
      ->option_text("URL");
}

ExitCode run_program(const std::vector<std::string>& args, Terminal& terminal) {
  CLI::App app("Keeps the devices of a home or a plant in tune.", "attune");
  app.require_subcommand(0, 1);
  Program program{app, terminal, {}, Output::table, {}};
  add_output_option(program, app);
  add_url_option(program, app);
  add_commands(program);
  try {
    app.parse(shielded(args));
  } catch (const CLI::CallForHelp&) {
    terminal.out << asked_about(app).help();
    return ExitCode::yes;
  } catch (const CLI::ParseError& error) {
    return usage(terminal, app, error);
  }
  if (program.chosen) return program.chosen();
  terminal.out << app.help();
  return ExitCode::yes;
}

}  // namespace attune::cli
