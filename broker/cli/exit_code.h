#pragma once

/// The exit codes of every subcommand: a contract with scripts (docs/cli.md).
namespace attune::cli {

enum class ExitCode : int {
  yes = 0,
  no = 1,  ///< errors found, a test failed, not healthy, refused
  usage = 2,
  warnings = 3,     ///< warnings only, with --strict
  unreachable = 4,  ///< no daemon answers
  unauthorised = 5,
  conflict = 6,  ///< somebody changed it since --if-revision
  timeout = 7,
  internal = 70,
  configuration = 78,  ///< attune.yaml is wrong, at `run`
};

}  // namespace attune::cli
