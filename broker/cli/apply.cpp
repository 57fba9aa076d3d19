#include <CLI/CLI.hpp>

#include <filesystem>
#include <map>
#include <memory>

#include "broker/cli/daemon.h"
#include "broker/cli/issue_output.h"
#include "broker/cli/program.h"
#include "broker/cli/sources.h"
#include "devices/json/writer.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> paths;
  std::string revision;  ///< of rollback; empty: the set before this one
  bool dry = false;
};

/// A folder (or a configuration, which names folders) is the whole set.
bool is_whole(const std::string& path) {
  std::error_code no;
  return fs::is_directory(path, no) || fs::path(path).filename() == "attune.yaml";
}

/// Prints names that are marked by what becomes of them.
void print_names(std::ostream& out, const Json& names, const char* what) {
  const std::pair<const char*, const char*> marks[] = {
      {"added", "+"}, {"changed", "~"}, {"removed", "-"}};
  for (const auto& [key, mark] : marks) {
    for (const Json& name : at(names, key)) {
      out << mark << " " << what << " " << printable(words(name)) << "\n";
    }
  }
}

std::string wish_text(const Json& wish) {
  const std::string by = words(wish, "by");
  return words(wish, "value") + (by == "-" ? "" : " by " + by);
}

void print_effects(std::ostream& out, const Json& root) {
  for (const Json& effect : at(root, "effects")) {
    out << "  now "
        << printable(words(effect, "device") + "." + words(effect, "attribute") + ": " +
                     wish_text(at(effect, "before")) + " -> " + wish_text(at(effect, "after")))
        << "\n";
  }
  for (const Json& command : at(root, "commands")) {
    out << "  send "
        << printable(words(command, "device") + "." + words(command, "attribute") + " = " +
                     words(command, "value"))
        << "\n";
  }
  if (words(root, "more") == "true") out << "  .. and more\n";
}

void print_findings(std::ostream& out, const Json& root) {
  const Json& text = at(root, "text");
  if (text.kind != JsonKind::text) return;
  std::string_view rest = text.text;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    out << printable(line) << "\n";
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
}

void print_answer(const Program& program, const Json& root) {
  std::ostream& out = program.terminal.out;
  if (program.output != Output::table) {
    out << to_text(root) << "\n";
    return;
  }
  print_findings(out, root);
  print_names(out, at(root, "files"), "file");
  print_names(out, at(root, "rules"), "rule");
  print_effects(out, root);
}

ExitCode finish(const Program& program, const Answer& answer) {
  const Json& root = answer.root();
  if (answer.status == 0) return answer.code;
  if (root.find("files") == nullptr) return answer.code;  // refused before it was looked at
  print_answer(program, root);
  std::ostream& err = program.terminal.err;
  const bool wrong = words(root, "ok") != "true";
  const bool applied = words(root, "applied") == "true";
  for (const Json& name : at(root, "lost_edits")) {
    err << "attune: " << printable(words(name)) << " had an edit in the folder that never ran"
        << (applied ? ": it is replaced\n" : ": it would be replaced\n");
  }
  if (!answer.ok()) return answer.code;
  if (!applied) {
    err << (wrong ? "not right: this would be refused\n" : "nothing was changed: --dry-run\n");
    return wrong ? ExitCode::no : ExitCode::yes;
  }
  err << "applied, version " << printable(words(root, "version")) << "; undo: attune rollback\n";
  return ExitCode::yes;
}

ExitCode run_apply(const Program& program, const Options& options) {
  std::map<std::string, std::string> files;
  bool whole = false;
  for (const std::string& path : options.paths) {
    const Sources sources = gather({path});
    whole = whole || is_whole(path);
    if (has_errors(sources.issues)) {
      print_issues(program.terminal.err, Output::table, sources.issues);
      return ExitCode::no;
    }
    for (const auto& file : sources.rules) {
      const std::string name = fs::path(file.path).filename().string();
      if (files.emplace(name, file.text).second) continue;
      program.terminal.err << "attune: two files are called " << printable(name)
                           << ": the folder of rules holds one of a name\n";
      return ExitCode::no;
    }
  }
  if (files.empty()) {
    program.terminal.err << "attune: there are no rule files in what you name\n";
    return ExitCode::no;
  }
  devices::json::Writer body;
  body.begin_object().member("whole", whole).member("dry_run", options.dry);
  body.key("files").begin_object();
  for (const auto& [name, text] : files) body.member(name, text);
  body.end_object().end_object();
  return finish(program, Daemon(program).send("PUT", "/api/v1/rules", body.take()));
}

ExitCode run_rollback(const Program& program, const Options& options) {
  std::string body = std::string("{\"dry_run\":") + (options.dry ? "true" : "false");
  if (!options.revision.empty()) body += ",\"revision\":" + options.revision;
  return finish(program, Daemon(program).send("POST", "/api/v1/rules/rollback", body + "}"));
}

void add(Program& program, CLI::App& command, const std::shared_ptr<Options>& options,
         ExitCode (*run)(const Program&, const Options&)) {
  command.add_flag("--dry-run", options->dry, "Show what would change, and change nothing");
  add_output_option(program, command);
  add_url_option(program, command);
  command.callback([&program, options, run] {
    program.chosen = [&program, options, run] { return run(program, *options); };
  });
}

}  // namespace

void add_apply(Program& program) {
  CLI::App* apply = program.app.add_subcommand(
      "apply", "Check rules, show what they change, and let them run, whole or not at all");
  auto files = std::make_shared<Options>();
  apply
      ->add_option("PATH", files->paths,
                   "Rule files, or a folder of them: then it is the whole set")
      ->required();
  add(program, *apply, files, run_apply);
  CLI::App* rollback =
      program.app.add_subcommand("rollback", "Let the rules run that ran before, or at a revision");
  auto past = std::make_shared<Options>();
  take_whole_number(*rollback->add_option("REV", past->revision, "A revision at which they ran"));
  add(program, *rollback, past, run_rollback);
}

}  // namespace attune::cli
