#include <CLI/CLI.hpp>

#include <memory>

#include "broker/cli/daemon.h"
#include "broker/cli/listing.h"
#include "broker/cli/program.h"
#include "broker/cli/target.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

struct Options {
  std::string path;
  std::string from;
  std::string to;
  std::string points;
};

/// A time as the API takes it: one of UTC as it is, a duration as so long ago.
Result<std::string> time_text(const std::string& text, Millis now) {
  if (parse_utc(text)) return text;
  if (const auto ago = parse_duration(text)) return format_utc(now - *ago);
  return Error{"time", "`" + text +
                           "` is neither a time like 2026-01-15T18:00:00Z nor a duration "
                           "like 2h (so long ago)"};
}

Result<std::string> target_of(const Options& options, Millis now) {
  auto target = attribute_query(options.path);
  if (!target) return target;
  for (const auto& [name, text] :
       {std::pair("from", &options.from), std::pair("to", &options.to)}) {
    if (text->empty()) continue;
    const auto time = time_text(*text, now);
    if (!time) return time;
    *target += "&" + std::string(name) + "=" + http::encode(*time);
  }
  if (!options.points.empty()) *target += "&points=" + options.points;
  return "/api/v1/history" + *target;
}

/// The rows of the answer, and the member of each that a column shows.
struct Rows {
  const Json& before;  ///< what held when the samples begin; null: nothing is known
  const Json& nodes;
  std::vector<std::string> members;
  std::vector<std::string> header;
};

Rows rows_of(const Json& answer) {
  if (words(answer, "kind") == "buckets") {
    return {at(answer, "before"),
            at(answer, "buckets"),
            {"at", "min", "mean", "max", "last", "count"},
            {"AT", "MIN", "MEAN", "MAX", "LAST", "COUNT"}};
  }
  return {at(answer, "before"), at(answer, "samples"), {"at", "value"}, {"AT", "VALUE"}};
}

void print_table(std::ostream& out, const Rows& rows) {
  Table table(rows.header);
  const auto add = [&](const Json& row) {
    std::vector<std::string> cells;
    for (const std::string& member : rows.members) cells.push_back(words(row, member));
    table.row(std::move(cells));
  };
  if (rows.before.kind == JsonKind::object) add(rows.before);
  for (const Json& row : rows.nodes) add(row);
  if (!table.empty()) table.print(out);
}

void print(const Program& program, const Json& answer) {
  std::ostream& out = program.terminal.out;
  const Rows rows = rows_of(answer);
  switch (program.output) {
    case Output::json:
      out << to_text(answer) << "\n";
      return;
    case Output::jsonl:
      for (const Json& row : rows.nodes) out << to_text(row) << "\n";
      return;
    case Output::table:
      print_table(out, rows);
  }
}

ExitCode run_history(const Program& program, const Options& options) {
  const auto target = target_of(options, program.terminal.wall());
  if (!target) {
    program.terminal.err << "attune: " << printable(target.error().message) << "\n";
    return ExitCode::usage;
  }
  const Answer answer = Daemon(program).get(*target);
  if (!answer.ok()) return answer.code;
  print(program, answer.root());
  if (words(answer.root(), "more") == "true") {
    program.terminal.err << "attune: there is more: ask with a later --from, or with --points\n";
  }
  return ExitCode::yes;
}

}  // namespace

void add_history(Program& program) {
  CLI::App* command =
      program.app.add_subcommand("history", "Show what an attribute was: samples, or buckets");
  auto options = std::make_shared<Options>();
  command->add_option("DEVICE.ATTRIBUTE", options->path)->required();
  command->add_option("--from", options->from, "A time in UTC, or a duration ago; default: a day");
  command->add_option("--to", options->to, "A time in UTC, or a duration ago; default: now");
  take_whole_number(*command->add_option("--points", options->points,
                                         "At most so many: buckets where there are more samples"));
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_history(program, *options); };
  });
}

}  // namespace attune::cli
