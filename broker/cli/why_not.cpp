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

void print_lines(std::ostream& out, const std::string& text) {
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    out << printable(std::string_view(text).substr(begin, end - begin)) << "\n";
    begin = end + 1;
  }
}

ExitCode show(const Program& program, const Answer& answer) {
  if (!answer.ok()) return answer.code;
  if (program.output == Output::table) {
    print_lines(program.terminal.out, words(answer.root(), "text"));
  } else {
    program.terminal.out << to_text(answer.root()) << "\n";
  }
  return ExitCode::yes;
}

ExitCode refuse(const Program& program, const std::string& message) {
  program.terminal.err << "attune: " << printable(message) << "\n";
  return ExitCode::usage;
}

ExitCode of_rule(const Program& program, const Options& options) {
  const std::string at = options.at.empty() ? "" : "?at=" + http::encode(options.at);
  return show(program,
              Daemon(program).get("/api/v1/rules/" + http::encode(options.what) + "/why-not" + at));
}

ExitCode of_value(const Program& program, const Options& options) {
  if (!options.at.empty()) {
    return refuse(program, "of a value --at is not known; `attune why " + options.what + " --at " +
                               options.at + "` names who waited");
  }
  const auto query = attribute_query(options.what);
  if (!query.ok()) return refuse(program, query.error().message);
  return show(program, Daemon(program).get("/api/v1/why-not" + *query));
}

}  // namespace

void add_why_not(Program& program) {
  CLI::App* command = program.app.add_subcommand(
      "why-not", "Tell what keeps a rule from acting, or who waits behind a value");
  auto options = std::make_shared<Options>();
  command->add_option("RULE", options->what, "A rule, or DEVICE.ATTRIBUTE")->required();
  command->add_option("--at", options->at, "Why it did not act then: UTC, or a revision")
      ->option_text("TIME");
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
