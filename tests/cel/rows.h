#pragma once
#include <string>
#include <string_view>

/// One row of the conformance data, run.
namespace attune::cel::conformance {

struct Outcome {
  std::string id;
  std::string file;
  int tier = 0;
  std::string failure;  ///< empty: it passed
};

/// `line`: a JSON object as shared/cel/README.md describes it. A row that cannot be read fails.
[[nodiscard]] Outcome run_row(std::string_view line);

}  // namespace attune::cel::conformance
