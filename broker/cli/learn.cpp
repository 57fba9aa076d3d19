#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "devices/model/issue.h"
#include "devices/model/value.h"

namespace attune::cli {
namespace {

struct Options {
  std::string id;
  std::string context;
};

ExitCode run_learn(const Program& program, const Options& options, const std::string& action) {
  std::string body = "{";
  if (!options.context.empty()) {
    body += "\"context\":";
    append_json_string(body, options.context);
  }
  const std::string target = "/api/v1/learned/" + http::encode(options.id) + "/" + action;
  const Answer answer = Daemon(program).send("POST", target, body + "}");
  if (!answer.ok()) return answer.code;
  program.terminal.out << printable(options.id) << " " << action << ": revision "
                       << printable(words(answer.root(), "revision")) << "\n";
  return ExitCode::yes;
}

void add_action(Program& program, CLI::App& learn, const std::string& action,
                const std::string& help) {
  CLI::App* command = learn.add_subcommand(action, help);
  auto options = std::make_shared<Options>();
  command->add_option("RULE.ATTRIBUTE", options->id, "As `attune get learned` lists it")
      ->required();
  command->add_option("--context", options->context, "Which one, where there are several")
      ->option_text("TEXT");
  add_url_option(program, *command);
  command->callback([&program, options, action] {
    program.chosen = [&program, options, action] { return run_learn(program, *options, action); };
  });
}

}  // namespace

void add_learn(Program& program) {
  CLI::App* learn = program.app.add_subcommand(
      "learn", "Decide on what rules would learn from people's corrections");
  learn->require_subcommand(1);
  add_action(program, *learn, "accept", "Let the proposed number count");
  add_action(program, *learn, "dismiss", "Leave the number as it is, and count anew");
  add_action(program, *learn, "undo", "Take back the last step");
}

}  // namespace attune::cli
