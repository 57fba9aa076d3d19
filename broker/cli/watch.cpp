#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

#include "broker/cli/change_feed.h"
#include "broker/cli/program.h"

namespace attune::cli {

void add_watch(Program& program) {
  CLI::App* command = program.app.add_subcommand("watch", "Follow every change, one a line");
  auto options = std::make_shared<FeedOptions>();
  CLI::Option* since =
      command->add_option("--since", options->since, "Begin after this revision; default: now")
          ->option_text("REV");
  take_whole_number(*since);
  command->add_option("--match", options->match, "Only these devices")->option_text("GLOB");
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] {
      return follow_changes(program, *options, [&program](const Json&, const std::string& text) {
        program.terminal.out << text << std::endl;
        return static_cast<bool>(program.terminal.out);
      });
    };
  });
}

}  // namespace attune::cli
