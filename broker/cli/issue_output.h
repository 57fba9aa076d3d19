#pragma once
#include <cstddef>
#include <ostream>
#include <string>

#include "broker/cli/program.h"
#include "devices/model/issue.h"

/// Findings in files, as `check`, `test`, `run` and `reload` print them.
namespace attune::cli {

struct IssueCounts {
  std::size_t errors = 0;
  std::size_t warnings = 0;
};
[[nodiscard]] IssueCounts count(const Issues& issues);

/// `1 file`, `2 files`.
[[nodiscard]] std::string plural(std::size_t count, const char* word);

/// `1 error, 2 warnings`, or `no findings`.
[[nodiscard]] std::string summary(const IssueCounts& counts);

/// Table: like a compiler. JSON: a list; JSONL: one a line; each with severity, code, file, line,
/// column, length, message, hint.
void print_issues(std::ostream& out, Output output, const Issues& issues);

}  // namespace attune::cli
