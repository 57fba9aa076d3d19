#include <CLI/CLI.hpp>

#include <memory>
#include <optional>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "broker/cli/target.h"
#include "broker/shell/http/client.h"
#include "devices/json/writer.h"
#include "devices/model/attribute_table.h"
#include "devices/model/device.h"
#include "devices/model/instant.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

struct Options {
  std::string path;
  std::string value;
  std::optional<std::uint64_t> if_revision;
  std::optional<std::uint64_t> base_revision;
  std::string at;
  std::string id;
  std::string hold;
  std::string reason;
};

/// A JSON value as it is, anything else as a text: `true`, `21.5`, `heat`.
std::string value_json(const std::string& text) {
  const auto parsed = parse_json(text);
  if (parsed.ok() && parsed->root->kind != JsonKind::object) return to_text(*parsed->root);
  std::string out;
  append_json_string(out, printable(text));
  return out;
}

void append_text(std::string& out, const std::string& key, const std::string& text) {
  if (text.empty()) return;
  out += ",\"" + key + "\":";
  append_json_string(out, printable(text));
}

std::string body(const Options& options) {
  std::string out = "{\"value\":" + value_json(options.value);
  if (options.if_revision) out += ",\"if_revision\":" + std::to_string(*options.if_revision);
  if (options.base_revision) {
    out += ",\"base_revision\":" + std::to_string(*options.base_revision);
  }
  append_text(out, "at", options.at);
  append_text(out, "id", options.id);
  append_text(out, "hold", options.hold);
  append_text(out, "reason", options.reason);
  return out + "}";
}

ExitCode usage(Terminal& terminal, const std::string& what) {
  terminal.err << "attune: " << printable(what) << "\n";
  return ExitCode::usage;
}

/// `cmd-12  revision 4711`: what it led to.
void print_accepted(const Program& program, const Answer& answer) {
  if (program.output != Output::table) {
    program.terminal.out << to_text(answer.root()) << "\n";
    return;
  }
  const std::string command = words(answer.root(), "command");
  if (command != "-") program.terminal.out << printable(command) << "  ";
  program.terminal.out << "revision " << printable(words(answer.root(), "revision")) << "\n";
}

ExitCode send(const Program& program, const std::string& method, const std::string& path,
              const std::string& body) {
  const auto target = attribute_target(path);
  if (!target.ok()) return usage(program.terminal, target.error().message);
  const Answer answer = Daemon(program).send(method, *target, body);
  if (answer.ok()) print_accepted(program, answer);
  return answer.code;
}

ExitCode run_set(const Program& program, const Options& options) {
  if (!options.hold.empty() && parse_duration(options.hold).value_or(Millis{0}) == Millis{0}) {
    return usage(
        program.terminal,
        "--hold is a duration like 90s, 5m or 2h, longer than nothing, not " + options.hold);
  }
  return send(program, "PUT", options.path, body(options));
}

ExitCode run_release(const Program& program, const Options& options) {
  const auto path = parse_path(options.path);
  if (path && path->device.text() == kSettingsDevice) {
    return usage(program.terminal, options.path +
                                       " is a setting: it has no hold and is not released; "
                                       "`attune set` gives it another value");
  }
  return send(program, "DELETE", options.path, {});
}

void add_set_command(Program& program) {
  CLI::App* command = program.app.add_subcommand("set", "Want a value, as a person");
  auto options = std::make_shared<Options>();
  command->add_option("DEVICE.ATTRIBUTE", options->path, "or settings.ID")->required();
  command->add_option("VALUE", options->value, "JSON, else a text")->required();
  take_whole_number(
      *command
           ->add_option("--if-revision", options->if_revision, "Only while it is at this revision")
           ->option_text("N"));
  take_whole_number(*command
                         ->add_option("--base-revision", options->base_revision,
                                      "Written while away: the last revision that was known")
                         ->option_text("N"));
  command->add_option("--at", options->at, "When it was written, with --base-revision")
      ->option_text("TIME");
  command->add_option("--id", options->id, "Its name: with the same one it happens once")
      ->option_text("ID");
  command->add_option("--hold", options->hold, "How long it stands against rules")
      ->option_text("2h");
  command->add_option("--reason", options->reason, "Shown by `why`")->option_text("TEXT");
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_set(program, *options); };
  });
}

ExitCode run_dismiss(const Program& program, const std::string& text) {
  const auto path = parse_path(text);
  if (!path || path->attribute.empty()) {
    return usage(program.terminal, "write DEVICE.ATTRIBUTE, not '" + text + "'");
  }
  const Answer answer =
      Daemon(program).send("DELETE", "/api/v1/conflicts/" + http::encode(path->device.text()) +
                                         "/" + http::encode(path->attribute));
  if (answer.ok()) print_accepted(program, answer);
  return answer.code;
}

void add_dismiss_command(Program& program) {
  CLI::App* command = program.app.add_subcommand("dismiss", "Leave a conflict as it was decided");
  auto path = std::make_shared<std::string>();
  command->add_option("DEVICE.ATTRIBUTE", *path, "or settings.ID")->required();
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, path] {
    program.chosen = [&program, path] { return run_dismiss(program, *path); };
  });
}

void add_release_command(Program& program) {
  CLI::App* command = program.app.add_subcommand("release", "End what `set` wanted");
  auto options = std::make_shared<Options>();
  command->add_option("DEVICE.ATTRIBUTE", options->path)->required();
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_release(program, *options); };
  });
}

}  // namespace

void add_set(Program& program) {
  add_set_command(program);
  add_release_command(program);
  add_dismiss_command(program);
}

}  // namespace attune::cli
