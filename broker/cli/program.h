#pragma once
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "broker/cli/exit_code.h"
#include "devices/model/instant.h"

namespace CLI {
class App;
class Option;
}  // namespace CLI

/// The frame of all subcommands: what they share, and how one is chosen.
///
/// Threading: one thread. Errors: exit codes; what is said about them goes to Terminal::err.
namespace attune::cli {

/// Where a subcommand reads and writes.
struct Terminal {
  std::ostream& out;                                                ///< data
  std::ostream& err;                                                ///< talk
  std::function<std::optional<std::string>(const char*)> variable;  ///< of the environment
  std::function<Millis()> wall;                                     ///< the clock, UTC since 1970
};

enum class Output { table, json, jsonl };

struct Program {
  CLI::App& app;
  Terminal& terminal;
  std::string url;  ///< of --url
  Output output = Output::table;
  std::function<ExitCode()> chosen;  ///< set by the subcommand that was named
};

/// Parses `args` (without the program's name) and runs what they name.
[[nodiscard]] ExitCode run_program(const std::vector<std::string>& args, Terminal& terminal);

// One per subcommand, each in the file of its name.
void add_run(Program& program);
void add_demo(Program& program);
void add_check(Program& program);
void add_test(Program& program);
void add_get(Program& program);
void add_watch(Program& program);
void add_set(Program& program);        // and release
void add_rule_mode(Program& program);  // enable, disable, shadow
void add_why(Program& program);
void add_why_not(Program& program);
void add_simulate(Program& program);
void add_history(Program& program);
void add_apply(Program& program);  // and rollback
void add_learn(Program& program);
void add_export(Program& program);
void add_reload(Program& program);
void add_status(Program& program);
void add_store_upkeep(Program& program);  // backup, restore, compact, check-store
void add_vocabulary(Program& program);
void add_version(Program& program);

/// `attune 0.1.0`
[[nodiscard]] std::string version_text();

/// What `-o` was given; anything but table, json and jsonl is a usage error.
void choose_output(Program& program, const std::string& word);
/// `-o table|json|jsonl`.
void add_output_option(Program& program, CLI::App& command);
/// Lets an option take nothing but digits, up to 2^64 - 1; anything else is a usage error.
void take_whole_number(CLI::Option& option);
/// `--url URL`.
void add_url_option(Program& program, CLI::App& command);

}  // namespace attune::cli
