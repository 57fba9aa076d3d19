#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "broker/cli/target.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

/// The daemon's text, each line made safe for a terminal.
void print_lines(std::ostream& out, const std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out << printable(std::string_view(text).substr(begin, end - begin)) << "\n";
    begin = end + 1;
  }
}

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
  const Answer answer = Daemon(program).get("/api/v1/why" + *query + at);
  if (!answer.ok()) return answer.code;
  if (program.output == Output::table) {
    print_lines(program.terminal.out, words(answer.root(), "text"));
  } else {
    program.terminal.out << to_text(answer.root()) << "\n";
  }
  return ExitCode::yes;
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
