#include "broker/cli/junit.h"

#include <fmt/format.h>

#include <algorithm>

#include "devices/model/issue.h"

namespace attune::cli {
namespace {

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

std::string test_case(const TimedResult& timed) {
  const CaseResult& result = timed.result;
  std::string out = fmt::format("  <testcase classname=\"{}\" name=\"{}\" time=\"{:.6f}\"",
                                escaped(printable(result.test->place.file)),
                                escaped(printable(result.test->name)), seconds(timed.took));
  if (result.passed) return out + "/>\n";
  out += fmt::format(">\n    <failure message=\"{}:{}:{}\">{}</failure>\n  </testcase>\n",
                     escaped(printable(result.place.file)), result.place.line, result.place.column,
                     escaped(result.failure));
  return out;
}

}  // namespace

std::string junit(const std::vector<TimedResult>& results) {
  std::chrono::nanoseconds total{};
  for (const auto& timed : results) total += timed.took;
  const auto failures = std::count_if(results.begin(), results.end(), [](const TimedResult& timed) {
    return !timed.result.passed;
  });
  std::string out = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
  out += fmt::format(
      "<testsuite name=\"attune\" tests=\"{}\" failures=\"{}\" errors=\"0\" time=\"{:.6f}\">\n",
      results.size(), failures, seconds(total));
  for (const auto& timed : results) out += test_case(timed);
  return out + "</testsuite>\n";
}

}  // namespace attune::cli
