#include <CLI/CLI.hpp>

#include <chrono>
#include <memory>
#include <thread>

#include "broker/cli/change_feed.h"
#include "broker/cli/daemon.h"
#include "broker/cli/details.h"
#include "broker/cli/listing.h"
#include "broker/cli/program.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

constexpr std::chrono::seconds kAskAgainEvery{2};

struct Options {
  std::string kind;
  std::string name;
  bool follow = false;
};

Kind kind_of(const std::string& word) {
  const auto& known = kind_words();
  return static_cast<Kind>(std::find(known.begin(), known.end(), word) - known.begin());
}

/// Of these the API knows one by its name.
bool has_page(Kind kind) {
  return kind == Kind::devices || kind == Kind::rules || kind == Kind::settings;
}

bool has_no_feed(Kind kind) {
  return kind == Kind::conflicts || kind == Kind::rejections || kind == Kind::notices ||
         kind == Kind::learned;
}

std::string list_target(Kind kind) {
  return kind == Kind::devices ? "/api/v1/state"
                               : "/api/v1/" + kind_words()[static_cast<std::size_t>(kind)];
}

void print_page(const Program& program, Kind kind, const Json& page) {
  std::ostream& out = program.terminal.out;
  if (program.output != Output::table) {
    out << to_text(page) << "\n";
  } else if (kind == Kind::devices) {
    print_device(out, page, program.terminal.wall());
  } else {
    print_members(out, page);
  }
}

ExitCode get_page(const Program& program, Daemon& daemon, Kind kind, const std::string& name) {
  const Answer answer = daemon.get("/api/v1/" + kind_words()[static_cast<std::size_t>(kind)] + "/" +
                                   http::encode(name));
  if (answer.ok()) print_page(program, kind, answer.root());
  return answer.code;
}

void print_list(const Program& program, Kind kind, const Json& answer,
                const std::vector<Item>& found) {
  std::ostream& out = program.terminal.out;
  switch (program.output) {
    case Output::json:
      out << to_text(answer) << "\n";
      return;
    case Output::jsonl:
      for (const auto& item : found) out << item_json(item) << "\n";
      return;
    case Output::table:
      if (!found.empty()) listing(kind, found, program.terminal.wall()).print(out);
      return;
  }
}

ExitCode get_list(const Program& program, Daemon& daemon, Kind kind, const std::string& name) {
  const Answer answer = daemon.get(list_target(kind));
  if (!answer.ok()) return answer.code;
  const std::vector<Item> found = items(kind, answer.root(), name);
  print_list(program, kind, answer.root(), found);
  if (!found.empty() || program.output != Output::table) return ExitCode::yes;
  program.terminal.err << "attune: no " << kind_words()[static_cast<std::size_t>(kind)];
  if (!name.empty()) program.terminal.err << " of " << printable(name);
  program.terminal.err << "\n";
  return name.empty() ? ExitCode::yes : ExitCode::no;
}

/// `12:00:00Z  state  hall_lamp.on = true  rule:hall_light`, on one line.
std::string change_line(const Json& change) {
  const std::string time = words(change, "at");
  std::string line = time.size() > 19 ? time.substr(11, 8) : time;
  line += "  " + words(change, "kind") + "  ";
  const Json& rule = at(change, "rule");
  line += rule.kind == JsonKind::text ? words(rule) : words(change, "device");
  if (change.find("attribute") != nullptr) {
    line += "." + words(change, "attribute") + " = " + words(change, "value");
  }
  if (change.find("status") != nullptr) {
    line += "  " + command_state_text(words(change, "status"), words(change, "detail"));
  }
  if (change.find("detail") != nullptr) line += "  " + words(change, "detail");
  const Json& cause = at(change, "cause");
  return printable(line + "  by " + words(cause, "kind") + ":" + words(cause, "id"));
}

FeedOptions feed_of(Kind kind, const std::string& name) {
  FeedOptions options;
  switch (kind) {
    case Kind::devices:
      options.kinds = "state,desired,liveness,removed";
      break;
    case Kind::rules:
      options.kinds = "rule";
      break;
    case Kind::settings:
      options.kinds = "setting";
      break;
    case Kind::commands:
      options.kinds = "command";
      break;
    case Kind::claims:
      options.kinds = "claim";
      break;
    case Kind::conflicts:
    case Kind::rejections:
    case Kind::notices:
    case Kind::learned:
      return options;
  }
  options.match = kind == Kind::settings && !name.empty() ? "settings." + name : name;
  return options;
}

ExitCode follow(const Program& program, const FeedOptions& options) {
  return follow_changes(program, options, [&](const Json& change, const std::string& text) {
    program.terminal.out << (program.output == Output::table ? change_line(change) : text)
                         << std::endl;
    return static_cast<bool>(program.terminal.out);
  });
}

/// No feed tells of these: the list is asked for again, and shown when it differs.
ExitCode poll(const Program& program, Daemon& daemon, Kind kind, const std::string& name) {
  std::string shown;
  while (program.terminal.out) {
    const Answer answer = daemon.get(list_target(kind));
    if (!answer.ok()) return answer.code;
    const Json& list = at(answer.root(), kind_words()[static_cast<std::size_t>(kind)]);
    if (std::string text = to_text(list); text != shown) {
      print_list(program, kind, answer.root(), items(kind, answer.root(), name));
      program.terminal.out << std::flush;
      shown = std::move(text);
    }
    std::this_thread::sleep_for(kAskAgainEvery);
  }
  return ExitCode::yes;
}

ExitCode run_get(const Program& program, const Options& options) {
  const Kind kind = kind_of(options.kind);
  Daemon daemon(program);
  if (options.follow && has_no_feed(kind)) {
    return poll(program, daemon, kind, options.name);
  }
  const ExitCode code = has_page(kind) && !options.name.empty()
                            ? get_page(program, daemon, kind, options.name)
                            : get_list(program, daemon, kind, options.name);
  if (code != ExitCode::yes || !options.follow) return code;
  program.terminal.out << std::flush;
  return follow(program, feed_of(kind, options.name));
}

}  // namespace

void add_get(Program& program) {
  CLI::App* command = program.app.add_subcommand("get", "Show what is");
  auto options = std::make_shared<Options>();
  command->add_option("KIND", options->kind)
      ->required()
      ->check(CLI::IsMember(kind_words()))
      ->description(
          "devices, rules, settings, commands, claims, conflicts, rejections, notices or learned");
  command->add_option("NAME", options->name, "Everything about this one");
  command->add_flag("-w,--watch", options->follow, "Go on with every change");
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_get(program, *options); };
  });
}

}  // namespace attune::cli
