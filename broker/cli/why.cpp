#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "broker/cli/target.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

struct Options {
  std::string path;
  std::string at;  ///< a time or a revision; empty: now
};

ExitCode run_why(const Program& program, const Options& options) {
  const std::string& path = options.path;
  const auto query = attribute_query(path);
  if (!query.ok()) {
    program.terminal.err << "attune: " << printable(query.error().message) << "\n";
    return ExitCode::usage;
  }
  const std::string at = options.at.empty() ? "" : "&at=" + http::encode(options.at);
  return show_text(program, Daemon(program).get("/api/v1/why" + *query + at));
}

}  // namespace

void add_why(Program& program) {
  CLI::App* command = program.app.add_subcommand("why", "Tell why a value is what it is");
  auto options = std::make_shared<Options>();
  command->add_option("DEVICE.ATTRIBUTE", options->path)->required();
  command->add_option("--at", options->at, "Why it was so then: UTC, or a revision")
      ->option_text("TIME");
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_why(program, *options); };
  });
}

}  // namespace attune::cli
