#include <CLI/CLI.hpp>

#include <memory>
#include <set>

#include "broker/cli/daemon.h"
#include "broker/cli/issue_output.h"
#include "broker/cli/program.h"
#include "broker/cli/simulation.h"
#include "broker/cli/sources.h"
#include "devices/json/values.h"
#include "devices/json/writer.h"
#include "devices/model/issue.h"

namespace attune::cli {
namespace {

struct Options {
  std::vector<std::string> paths;
  std::string from;
  std::string to;  ///< empty: now
};

/// How far apart the same command may be: what a home did waited for its devices.
constexpr Millis kTolerance{5'000};

ExitCode usage(const Program& program, const std::string& message) {
  program.terminal.err << "attune: " << printable(message) << "\n";
  return ExitCode::usage;
}

/// A time as people type it: of UTC, or a duration as so long ago.
std::optional<Millis> time_of(const std::string& text, Millis now) {
  if (const auto time = parse_utc(text)) return time;
  const auto ago = parse_duration(text);
  return ago ? std::optional(now - *ago) : std::nullopt;
}

/// Reads what a running attune recorded, over its API.
class Recording {
 public:
  Recording(Daemon& daemon, const Checked& checked, Millis from, Millis to)
      : daemon_(daemon), checked_(checked) {
    record_.from = from;
    record_.to = to;
  }

  /// The exit code of what stood in the way.
  [[nodiscard]] ExitCode read() {
    if (const ExitCode code = read_state(); code != ExitCode::yes) return code;
    if (const ExitCode code = read_rules(); code != ExitCode::yes) return code;
    const Answer status = daemon_.get("/api/v1/status");
    if (!status.ok()) return status.code;
    std::string since = words(status.root(), "floor");
    begins_late_ = since != "0";
    for (bool more = true; more;) {
      const Answer page = daemon_.get(
          "/api/v1/changes?feed=log&limit=1000&kind=state,setting,command&since=" + since);
      if (!page.ok()) return page.code;
      const std::string reached = words(page.root(), "to");
      more = take(page.root()) && reached != since;
      since = reached;
    }
    // Before the first change of all there was nothing to simulate.
    if (!begins_late_ && first_ && *first_ > record_.from) record_.from = *first_;
    return ExitCode::yes;
  }
  [[nodiscard]] const Record& record() const { return record_; }
  /// Set when the log has forgotten a part of the time that is asked about: since when it tells.
  [[nodiscard]] std::optional<Millis> begins() const {
    return begins_late_ && first_ && *first_ > record_.from ? first_ : std::nullopt;
  }

 private:
  [[nodiscard]] ExitCode read_state() {
    const Answer answer = daemon_.get("/api/v1/state?at=" + http::encode(format_utc(record_.from)));
    if (!answer.ok()) return answer.code;
    for (const Json& device : at(answer.root(), "devices")) {
      for (const Json& attribute : at(device, "attributes")) {
        take_known({DeviceId(std::string(device.key)), std::string(attribute.key)},
                   at(attribute, "value"));
      }
    }
    return ExitCode::yes;
  }

  [[nodiscard]] ExitCode read_rules() {
    const Answer running = daemon_.get("/api/v1/rules");
    if (!running.ok()) return running.code;
    for (const Json& rule : at(running.root(), "rules")) rules_.insert(words(rule, "id"));
    for (const auto& rule : checked_.set->rules) rules_.insert(rule.id.text());
    return ExitCode::yes;
  }

  void take_known(AttributePath path, const Json& node) {
    Value value = typed(path, devices::json::value_of(node));
    if (!value.has_value()) return;
    if (path.device.text() == kSettingsDevice) {
      record_.settings.emplace_back(std::move(path), std::move(value));
    } else if (checked_.catalog->find(path.device.text()) != nullptr) {
      record_.state.emplace_back(std::move(path), std::move(value));
    }
  }

  /// A whole number may be of an attribute that has fractions.
  [[nodiscard]] Value typed(const AttributePath& path, Value value) const {
    const auto id = checked_.catalog->table().find(path.device.text(), path.attribute);
    const AttributeInfo* info = id ? checked_.catalog->attribute(*id) : nullptr;
    const bool whole = value.kind() == ValueKind::integer;
    return whole && info != nullptr && info->type == ValueType::number ? Value(value.numeric())
                                                                       : value;
  }

  /// False: that was all.
  bool take(const Json& page) {
    for (const Json& change : at(page, "changes")) {
      const auto wall = parse_utc(words(change, "at"));
      if (!wall) continue;
      if (!first_) first_ = wall;
      if (*wall >= record_.to) return false;
      if (*wall >= record_.from) take_change(change, *wall);
    }
    return words(page, "up_to_date") != "true";
  }

  void take_change(const Json& change, Millis wall) {
    Noted noted{wall, {DeviceId(words(change, "device")), words(change, "attribute")}, {}};
    noted.value = typed(noted.path, devices::json::value_of(at(change, "value")));
    if (!noted.value.has_value()) return;
    // A rule that a button set off is a person's doing, too; its command is the rule's all the
    // same.
    const Json& cause = at(change, "cause");
    const bool by_person =
        words(cause, "kind") == "person" && rules_.find(words(cause, "id")) == rules_.end();
    const std::string kind = words(change, "kind");
    if (kind == "command") {
      const std::string status = words(change, "status");
      const bool begins = status == "queued" || status == "sent";
      if (!begins || !commands_.insert(words(change, "detail")).second) return;
      (by_person ? record_.inputs : record_.commands).push_back(std::move(noted));
    } else if (kind == "setting" ? by_person : words(change, "hand") != "attune") {
      record_.inputs.push_back(std::move(noted));
    }
  }

  Daemon& daemon_;
  const Checked& checked_;
  Record record_;
  std::set<std::string> rules_;     ///< that run, and that are simulated
  std::set<std::string> commands_;  ///< their names: one command has several entries
  bool begins_late_ = false;        // the log's front was compacted away
  std::optional<Millis> first_;
};

void print_json(std::ostream& out, const Record& record, const Simulated& simulated,
                const std::vector<Differing>& differing) {
  devices::json::Writer json;
  json.begin_object().member("from", Value(format_utc(record.from)));
  json.member("to", Value(format_utc(record.to)));
  json.member("recorded", Value(static_cast<std::int64_t>(record.commands.size())));
  json.member("simulated", Value(static_cast<std::int64_t>(simulated.commands.size())));
  json.key("differences").begin_array();
  for (const Differing& one : differing) {
    json.begin_object().member("at", Value(format_utc(one.command.wall)));
    json.member("device", one.command.path.device.text());
    json.member("attribute", one.command.path.attribute);
    json.member("value", one.command.value).member("simulated", one.simulated).end_object();
  }
  json.end_array().end_object();
  out << json.take() << "\n";
}

void print_text(std::ostream& out, const Record& record, const Simulated& simulated,
                const std::vector<Differing>& differing) {
  for (const Differing& one : differing) {
    out << (one.simulated ? "+ " : "- ") << format_utc(one.command.wall) << " "
        << printable(one.command.path.text()) << " = " << printable(to_json(one.command.value))
        << "\n";
  }
  out << record.commands.size() << " commands recorded, " << simulated.commands.size()
      << " simulated, " << differing.size() << " differ\n";
}

ExitCode compare(const Program& program, const Checked& checked, const Record& record) {
  const Simulated simulated = simulate(*checked.catalog, checked.set, checked.site, record);
  const auto differing = difference(record.commands, simulated.commands, kTolerance);
  const auto print = program.output == Output::table ? print_text : print_json;
  print(program.terminal.out, record, simulated, differing);
  if (simulated.broken.empty()) return ExitCode::yes;
  program.terminal.err << "attune: the simulation stopped: " << printable(simulated.broken) << "\n";
  return ExitCode::no;
}

ExitCode run_simulate(const Program& program, const Options& options) {
  const Millis now = program.terminal.wall();
  const auto from = time_of(options.from, now);
  const auto to = options.to.empty() ? std::optional(now) : time_of(options.to, now);
  if (!from || !to || *from >= *to) {
    return usage(program,
                 "--from and --to are times like 2026-01-15T18:00:00Z, or durations ago "
                 "like 2h; --from is the earlier one");
  }
  const Checked checked = check(gather(options.paths));
  if (!checked.set) {
    print_issues(program.terminal.err, Output::table, checked.issues);
    return ExitCode::no;
  }
  Daemon daemon(program);
  Recording recording(daemon, checked, *from, *to);
  if (const ExitCode code = recording.read(); code != ExitCode::yes) return code;
  if (const auto begins = recording.begins()) {
    program.terminal.err << "attune: the log tells of nothing before " << format_utc(*begins)
                         << ": ask with a later --from\n";
    return ExitCode::no;
  }
  return compare(program, checked, recording.record());
}

}  // namespace

void add_simulate(Program& program) {
  CLI::App* command = program.app.add_subcommand(
      "simulate", "Run rules on what was recorded, and show which commands would differ");
  auto options = std::make_shared<Options>();
  command->add_option("RULES", options->paths, "Rules, or a folder with attune.yaml")->required();
  command->add_option("--from", options->from, "A time in UTC, or a duration ago")->required();
  command->add_option("--to", options->to, "A time in UTC, or a duration ago; default: now");
  add_output_option(program, *command);
  add_url_option(program, *command);
  command->callback([&program, options] {
    program.chosen = [&program, options] { return run_simulate(program, *options); };
  });
}

}  // namespace attune::cli
