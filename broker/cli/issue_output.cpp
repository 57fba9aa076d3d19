#include "broker/cli/issue_output.h"

#include <algorithm>

#include "devices/json/writer.h"
#include "devices/model/value.h"

namespace attune::cli {
namespace {

std::string json(const Issue& issue) {
  devices::json::Writer out;
  out.begin_object();
  out.member("severity", issue.severity == Severity::error ? "error" : "warning");
  out.member("code", issue.code);
  out.member("file", printable(issue.place.file));
  out.member("line", issue.place.line);
  out.member("column", issue.place.column);
  out.member("length", issue.place.length);
  out.member("message", printable(issue.message));
  if (!issue.hint.empty()) out.member("hint", printable(issue.hint));
  out.end_object();
  return out.take();
}

}  // namespace

std::string plural(std::size_t count, const char* word) {
  return std::to_string(count) + " " + word + (count == 1 ? "" : "s");
}

IssueCounts count(const Issues& issues) {
  const auto errors =
      static_cast<std::size_t>(std::count_if(issues.begin(), issues.end(), [](const Issue& issue) {
        return issue.severity == Severity::error;
      }));
  return {errors, issues.size() - errors};
}

std::string summary(const IssueCounts& counts) {
  if (counts.errors == 0 && counts.warnings == 0) return "no findings";
  if (counts.errors == 0) return plural(counts.warnings, "warning");
  if (counts.warnings == 0) return plural(counts.errors, "error");
  return plural(counts.errors, "error") + ", " + plural(counts.warnings, "warning");
}

void print_issues(std::ostream& out, Output output, const Issues& issues) {
  if (output == Output::table) {
    out << render(issues);
    return;
  }
  if (output == Output::json) out << "[";
  const char* between = "";
  for (const auto& issue : issues) {
    out << between << json(issue) << (output == Output::jsonl ? "\n" : "");
    if (output == Output::json) between = ",\n ";
  }
  if (output == Output::json) out << "]\n";
}

}  // namespace attune::cli
