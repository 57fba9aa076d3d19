#include "broker/cli/program.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <map>

#include "devices/model/issue.h"

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
  add_why_not(program);
  add_simulate(program);
  add_history(program);
  add_apply(program);
  add_learn(program);
  add_export(program);
  add_reload(program);
  add_status(program);
  add_store_upkeep(program);
  add_vocabulary(program);
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

/// Becomes plain decimal digits: CLI11 would let a sign wrap around, and read 010 as octal.
std::string normalise_number(std::string& word) {
  std::uint64_t number = 0;
  const char* end = word.data() + word.size();
  const auto parsed = std::from_chars(word.data(), end, number);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    const std::string shown = word.substr(std::min(word.size(), word.find_first_not_of(' ')));
    return "write a whole number, not negative, not '" + printable(shown) + "'";
  }
  word = std::to_string(number);
  return {};
}

}  // namespace

void choose_output(Program& program, const std::string& word) {
  const auto known = kOutputs.find(word);
  if (known == kOutputs.end()) {
    throw CLI::ValidationError("-o takes table, json or jsonl, not '" + printable(word) + "'");
  }
  program.output = known->second;
}

void add_output_option(Program& program, CLI::App& command) {
  const auto choose = [&program](const std::string& word) { choose_output(program, word); };
  command.add_option_function<std::string>("-o,--output", choose, "table, json or jsonl")
      ->option_text("FORMAT");
}

void take_whole_number(CLI::Option& option) {
  option.transform(CLI::Validator(normalise_number, ""));
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
  app.set_version_flag("--version", version_text(), "Say which attune this is");
  add_output_option(program, app);
  add_url_option(program, app);
  add_commands(program);
  try {
    app.parse(shielded(args));
  } catch (const CLI::CallForHelp&) {
    terminal.out << app.help();  // of the subcommand, when one was named
    return ExitCode::yes;
  } catch (const CLI::CallForVersion&) {
    terminal.out << version_text() << "\n";
    return ExitCode::yes;
  } catch (const CLI::ParseError& error) {
    return usage(terminal, app, error);
  }
  if (program.chosen) return program.chosen();
  terminal.out << app.help();
  return ExitCode::yes;
}

}  // namespace attune::cli
