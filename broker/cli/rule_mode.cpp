#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "devices/model/instant.h"
#include "devices/model/issue.h"
#include "devices/model/value.h"

namespace attune::cli {
namespace {

struct Options {
  std::string rule;
  std::string duration;
};

ExitCode run_mode(const Program& program, const Options& options, const std::string& mode) {
  if (!options.duration.empty() &&
      parse_duration(options.duration).value_or(Millis{0}) == Millis{0}) {
    program.terminal.err << "attune: --for is a duration like 90s, 5m or 2h, longer than nothing, "
                         << "not " << printable(options.duration) << "\n";
    return ExitCode::usage;
  }
  std::string body = "{\"mode\":\"" + mode + "\"";
  if (!options.duration.empty()) {
    body += ",\"for\":";
    append_json_string(body, options.duration);
  }
  const std::string target = "/api/v1/rules/" + http::encode(options.rule) + "/enabled";
  const Answer answer = Daemon(program).send("POST", target, body + "}");
  if (!answer.ok()) return answer.code;
  program.terminal.out << printable(options.rule) << " " << mode << "\n";
  return ExitCode::yes;
}

ExitCode run_ack(const Program& program, const std::string& rule) {
  const std::string target = "/api/v1/rules/" + http::encode(rule) + "/ack";
  const Answer answer = Daemon(program).send("POST", target, "{}");
  if (!answer.ok()) return answer.code;
  program.terminal.out << printable(rule) << " acknowledged\n";
  return ExitCode::yes;
}

void add_ack(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("ack", "Say that you have seen to it: the rule may end");
  auto rule = std::make_shared<std::string>();
  command->add_option("RULE", *rule)->required();
  add_url_option(program, *command);
  command->callback(
      [&program, rule] { program.chosen = [&program, rule] { return run_ack(program, *rule); }; });
}

void add_mode(Program& program, const std::string& word, const std::string& mode,
              const std::string& help) {
  CLI::App* command = program.app.add_subcommand(word, help);
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->rule)->required();
  command->add_option("--for", options->duration, "Ends by itself after this time")
      ->option_text("2h");
  add_url_option(program, *command);
  command->callback([&program, options, mode] {
    program.chosen = [&program, options, mode] { return run_mode(program, *options, mode); };
  });
}

}  // namespace

void add_rule_mode(Program& program) {
  add_mode(program, "enable", "enabled", "Let a rule act");
  add_mode(program, "disable", "disabled", "Keep a rule from acting");
  add_mode(program, "shadow", "shadow", "Let a rule decide, and send nothing");
  add_ack(program);
}

}  // namespace attune::cli
