#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "broker/cli/scenario.h"

/// Test results as JUnit XML, which build servers read.
namespace attune::cli {

struct TimedResult {
  CaseResult result;
  std::chrono::nanoseconds took{};
};

/// One <testsuite>; classname is the file that holds the test.
[[nodiscard]] std::string junit(const std::vector<TimedResult>& results);

}  // namespace attune::cli
