#include <CLI/CLI.hpp>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "broker/cli/table.h"
#include "devices/model/instant.h"

namespace attune::cli {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

std::string devices_text(const Json& devices) {
  std::string text = words(devices, "total");
  for (const char* word : {"online", "sleeping", "offline", "unknown"}) {
    const Json& count = at(devices, word);
    if (count.integer > 0) text += ", " + words(count) + " " + word;
  }
  return text;
}

std::string uptime_text(const Json& seconds) {
  return format_duration(std::chrono::seconds(seconds.integer));
}

Pairs pairs_of(const Json& status) {
  Pairs pairs;
  pairs.emplace_back("health", at(status, "ready").boolean ? "ready" : "not ready");
  for (const Json& reason : at(status, "reasons")) pairs.emplace_back("", words(reason));
  pairs.emplace_back("version", words(status, "version"));
  pairs.emplace_back("node", words(status, "node"));
  pairs.emplace_back("up", uptime_text(at(status, "uptime_seconds")));
  pairs.emplace_back("revision",
                     words(status, "revision") + " (floor " + words(status, "floor") + ")");
  pairs.emplace_back("devices", devices_text(at(status, "devices")));
  for (const char* name :
       {"rules", "claims", "conflicts", "diverged", "commands_open", "rejections", "streams"}) {
    pairs.emplace_back(name, words(status, name));
  }
  return pairs;
}

ExitCode run_status(const Program& program) {
  const Answer answer = Daemon(program).get("/api/v1/status");
  if (!answer.ok()) return answer.code;
  if (program.output == Output::table) {
    print_pairs(program.terminal.out, pairs_of(answer.root()));
  } else {
    program.terminal.out << to_text(answer.root()) << "\n";
  }
  return at(answer.root(), "ready").boolean ? ExitCode::yes : ExitCode::no;
}

}  // namespace

void add_status(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("status", "Say how the daemon is; 0 means healthy");
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program] { program.chosen = [&program] { return run_status(program); }; });
}

}  // namespace attune::cli
