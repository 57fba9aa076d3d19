#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <filesystem>
#include <functional>
#include <memory>

#include "broker/cli/issue_output.h"
#include "broker/cli/program.h"
#include "broker/cli/table.h"
#include "broker/shell/config/startup.h"
#include "devices/json/writer.h"
#include "devices/model/issue.h"
#include "store/copies.h"
#include "store/scrub.h"

/// Subcommands that work on the store's files themselves: no daemon is asked.
namespace attune::cli {
namespace {

/// Which store: as `run` would choose it.
struct Chosen {
  config::StartupOptions options;
  std::string file;  ///< of backup and restore
  bool force = false;
};

/// Its folder, or the exit code of what stands in the way.
struct Folder {
  std::string path;
  ExitCode code = ExitCode::yes;
};

Folder folder_of(const Program& program, const config::StartupOptions& options) {
  const config::Process around{config::Process::current().root, program.terminal.variable};
  const config::Prepared prepared = config::prepare(options, around);
  if (prepared.startup) return {prepared.startup->config.store.dir, ExitCode::yes};
  print_issues(program.terminal.err, Output::table, prepared.issues);
  return {"", ExitCode::configuration};
}

Value whole(std::uint64_t number) {
  return static_cast<std::int64_t>(number);
}

ExitCode refuse(const Program& program, const Error& error, std::string_view advice = "") {
  program.terminal.err << "attune: " << printable(error.message) << advice << "\n";
  return ExitCode::no;
}

std::string_view advice_for(const Error& error) {
  if (error.code == "locked") return "; stop it first";
  if (error.code == "exists") return "; --force replaces it";
  return "";
}

void print_copied(const Program& program, const std::string& file, const store::Copied& copied) {
  if (program.output == Output::table) {
    program.terminal.out << fmt::format("{}: store {}, revision {}, {} bytes\n", printable(file),
                                        copied.store_uuid, number(copied.head), copied.bytes);
    return;
  }
  devices::json::Writer out;
  out.begin_object().member("file", file).member("store", copied.store_uuid);
  out.member("revision", whole(number(copied.head))).member("bytes", whole(copied.bytes));
  out.member("bytes_before", whole(copied.bytes_before))
      .member("replaced", copied.replaced)
      .end_object();
  program.terminal.out << out.take() << "\n";
}

ExitCode run_backup(const Program& program, const Chosen& chosen) {
  const Folder folder = folder_of(program, chosen.options);
  if (folder.code != ExitCode::yes) return folder.code;
  const auto copied = store::back_up(folder.path, chosen.file, chosen.force);
  if (!copied) return refuse(program, copied.error(), advice_for(copied.error()));
  print_copied(program, chosen.file, *copied);
  return ExitCode::yes;
}

ExitCode run_restore(const Program& program, const Chosen& chosen) {
  const Folder folder = folder_of(program, chosen.options);
  if (folder.code != ExitCode::yes) return folder.code;
  const auto copied = store::restore(folder.path, chosen.file, program.terminal.wall());
  if (!copied) return refuse(program, copied.error(), advice_for(copied.error()));
  print_copied(program, folder.path, *copied);
  if (!copied->replaced.empty()) {
    program.terminal.err << "the store that was there is kept: " << printable(copied->replaced)
                         << "\n";
  }
  return ExitCode::yes;
}

ExitCode run_compact(const Program& program, const Chosen& chosen) {
  const Folder folder = folder_of(program, chosen.options);
  if (folder.code != ExitCode::yes) return folder.code;
  const auto copied = store::compact(folder.path);
  if (!copied) return refuse(program, copied.error(), advice_for(copied.error()));
  print_copied(program, folder.path, *copied);
  program.terminal.err << fmt::format("{} bytes before\n", copied->bytes_before);
  return ExitCode::yes;
}

void print_scrub(const Program& program, const store::ScrubReport& report) {
  const store::PageCount& pages = report.pages;
  const std::uint64_t used = pages.branches + pages.leaves + pages.overflow;
  if (program.output != Output::table) {
    devices::json::Writer out;
    out.begin_object()
        .member("store", report.store_uuid)
        .member("revision", whole(number(report.head)));
    out.member("bytes", whole(report.bytes)).member("pages_used", whole(used));
    out.member("pages_free", whole(pages.free)).member("rows", whole(report.rows));
    out.key("damage").begin_array();
    for (const Error& error : report.damage) out.value(error.message);
    out.end_array().end_object();
    program.terminal.out << out.take() << "\n";
    return;
  }
  for (const Error& error : report.damage) {
    program.terminal.out << "damaged: " << printable(error.message) << "\n";
  }
  program.terminal.err << fmt::format(
      "{} rows in {} pages, {} free: {}\n", report.rows, used, pages.free,
      report.damage.empty() ? "whole" : "damaged; restore a backup");
}

ExitCode run_check_store(const Program& program, const Chosen& chosen) {
  std::string path = chosen.file;
  if (path.empty()) {
    const Folder folder = folder_of(program, chosen.options);
    if (folder.code != ExitCode::yes) return folder.code;
    path = folder.path;
  }
  const bool is_file = std::filesystem::is_regular_file(path);
  const auto report = is_file ? store::scrub_file(path) : store::scrub(path);
  if (!report) {
    return refuse(program, report.error(),
                  report.error().code == "locked" ? "; stop it, or check a backup of it" : "");
  }
  print_scrub(program, *report);
  return report->damage.empty() ? ExitCode::yes : ExitCode::no;
}

using Run = ExitCode (*)(const Program&, const Chosen&);

/// A subcommand on the store that the usual options name.
std::shared_ptr<Chosen> add(Program& program, CLI::App& command, Run run) {
  auto chosen = std::make_shared<Chosen>();
  add_output_option(program, command);
  command.add_option("-c,--config", chosen->options.config_file, "As for run")->option_text("FILE");
  command.add_option("--state-dir", chosen->options.state_dir, "Where the store lives")
      ->option_text("DIR");
  command.callback([&program, chosen, run] {
    program.chosen = [&program, chosen, run] { return run(program, *chosen); };
  });
  return chosen;
}

}  // namespace

void add_store_upkeep(Program& program) {
  CLI::App* backup =
      program.app.add_subcommand("backup", "Copy the store, of a running daemon too");
  const auto to = add(program, *backup, run_backup);
  backup->add_option("FILE", to->file, "What to write")->required()->option_text(" ");
  backup->add_flag("--force", to->force, "Replace FILE");

  CLI::App* restore = program.app.add_subcommand("restore", "Put a backup in the store's place");
  const auto from = add(program, *restore, run_restore);
  restore->add_option("FILE", from->file, "A backup")->required()->option_text(" ");

  CLI::App* compact =
      program.app.add_subcommand("compact", "Give the store's free pages back to the disk");
  add(program, *compact, run_compact);

  CLI::App* check = program.app.add_subcommand("check-store", "Read every page and every record");
  const auto what = add(program, *check, run_check_store);
  check->add_option("DIR", what->file, "A state folder, or a backup")->option_text(" ");
}

}  // namespace attune::cli
