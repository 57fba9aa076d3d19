#pragma once

/// The program `attune`: one subcommand per file in this folder.
/// Errors: every outcome is an exit code of docs/cli.md (0 yes, 1 no, 2 usage, 4 not reachable,
/// ...).
namespace attune::cli {

[[nodiscard]] int run(int argc, char** argv);

}  // namespace attune::cli
