#include <CLI/CLI.hpp>

#include <chrono>
#include <fstream>
#include <memory>
#include <regex>

#include "broker/cli/issue_output.h"
#include "broker/cli/junit.h"
#include "broker/cli/program.h"
#include "broker/cli/scenario.h"
#include "broker/cli/sources.h"

namespace attune::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string only;   ///< regular expression on names
  std::string junit;  ///< file; empty: none
  bool coverage = false;
};

/// std::regex goes deep into the stack on long texts; a test's name has no reason to be one.
constexpr std::size_t kNameBytesMax = 256;

using Clock = std::chrono::steady_clock;

void print_failure(std::ostream& out, const CaseResult& result) {
  out << "FAIL " << printable(result.test->name) << " (" << printable(result.place.file) << ":"
      << result.place.line << ":" << result.place.column << ")\n"
      << result.failure;
}

std::vector<TimedResult> run_all(const Checked& checked, const std::optional<std::regex>& only,
                                 Coverage* coverage) {
  ScenarioRunner runner(*checked.catalog, checked.set, checked.site, coverage);
  std::vector<TimedResult> results;
  for (const auto& test : checked.set->tests) {
    const std::string name = test.name.substr(0, kNameBytesMax);
    if (only && !std::regex_search(name, *only)) continue;
    const auto begin = Clock::now();
    CaseResult result = runner.run(test);
    results.push_back({std::move(result), Clock::now() - begin});
  }
  return results;
}

bool write_junit(Terminal& terminal, const std::string& path,
                 const std::vector<TimedResult>& results) {
  std::ofstream file(path, std::ios::binary);
  file << junit(results);
  file.close();
  if (file) return true;
  terminal.err << "attune: cannot write " << printable(path) << "\n";
  return false;
}

/// No test is no success: a misspelt name or path must not pass in a build.
void say_nothing_ran(Terminal& terminal, const Options& options) {
  if (options.only.empty()) {
    terminal.err << "attune: there are no tests here\n";
  } else {
    terminal.err << "attune: no test's name matches '" << printable(options.only) << "'\n";
  }
}

ExitCode report(Terminal& terminal, const Options& options,
                const std::vector<TimedResult>& results) {
  std::size_t failed = 0;
  for (const auto& [result, took] : results) {
    if (result.passed) continue;
    ++failed;
    print_failure(terminal.out, result);
  }
  terminal.out << results.size() - failed << " passed, " << failed << " failed\n";
  if (!options.junit.empty() && !write_junit(terminal, options.junit, results)) return ExitCode::no;
  if (results.empty()) say_nothing_ran(terminal, options);
  return failed == 0 && !results.empty() ? ExitCode::yes : ExitCode::no;
}

ExitCode run_test(const Program& program, const Options& options) {
  std::optional<std::regex> only;
  try {
    if (!options.only.empty()) only.emplace(options.only);
  } catch (const std::regex_error&) {
    program.terminal.err << "attune: --run is no regular expression: " << printable(options.only)
                         << "\n";
    return ExitCode::usage;
  }
  const Checked checked = check(gather(options.paths));
  if (!checked.set) {
    print_issues(program.terminal.err, Output::table, checked.issues);
    program.terminal.err << "attune: nothing was tested: " << summary(count(checked.issues))
                         << "\n";
    return ExitCode::no;
  }
  Coverage coverage(*checked.set);
  const auto results = run_all(checked, only, options.coverage ? &coverage : nullptr);
  if (options.coverage) program.terminal.out << coverage.text();
  return report(program.terminal, options, results);
}

}  // namespace

void add_test(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("test", "Run the tests of the rules, on simulated time");
  auto options = std::make_shared<Options>();
  command->add_option("PATH", options->paths,
                      "Rules, or a folder with attune.yaml; default: this folder");
  command->add_option("--run", options->only, "Only tests whose name matches")->option_text("RE");
  command->add_option("--junit", options->junit, "Write the results as JUnit XML")
      ->option_text("FILE");
  command->add_flag("--coverage", options->coverage,
                    "Name the conditions, and the parts of them, that no test made true");
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_test(program, *options); };
  });
}

}  // namespace attune::cli
