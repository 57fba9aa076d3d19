#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "broker/cli/target.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

struct Options {
  std::string what;  ///< a rule's id, or device.attribute
  std::string at;    ///< a time or a revision; empty: now
};

ExitCode refuse(const Program& program, const std::string& message) {
  program.terminal.err << "attune: " << printable(message) << "\n";
  return ExitCode::usage;
}

ExitCode of_rule(const Program& program, const Options& options) {
  const std::string at = options.at.empty() ? "" : "?at=" + http::encode(options.at);
  return show_text(program, Daemon(program).get("/api/v1/rules/" + http::encode(options.what) +
                                                "/why-not" + at));
}

ExitCode of_value(const Program& program, const Options& options) {
  const auto query = attribute_query(options.what);
  if (!query.ok()) return refuse(program, query.error().message);
  const std::string at = options.at.empty() ? "" : "&at=" + http::encode(options.at);
  return show_text(program, Daemon(program).get("/api/v1/why-not" + *query + at));
}

}  // namespace

void add_why_not(Program& program) {
  CLI::App* command = program.app.add_subcommand(
      "why-not", "Tell what keeps a rule from acting, or who waits behind a value");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->what, "A rule, or DEVICE.ATTRIBUTE")->required();
  command->add_option("--at", options->at, "Of then: UTC, or a revision")->option_text("TIME");
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] {
      const bool value = options->what.find('.') != std::string::npos;
      return value ? of_value(program, *options) : of_rule(program, *options);
    };
  });
}

}  // namespace attune::cli
