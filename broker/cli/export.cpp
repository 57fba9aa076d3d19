#include <CLI/CLI.hpp>

#include <algorithm>

#include "broker/cli/daemon.h"
#include "broker/cli/program.h"
#include "devices/model/device.h"
#include "devices/model/value.h"

namespace attune::cli {
namespace {

bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || c == '_';
  });
}

/// A text as YAML; in quotes whatever it may hold.
std::string yaml(const std::string& text) {
  if (is_plain(text) && text != "on" && text != "off" && text != "yes" && text != "no" &&
      text != "true" && text != "false" && text != "null") {
    return text;
  }
  std::string out;
  append_json_string(out, text);
  return out;
}

std::string list(const Json& texts) {
  std::string out;
  for (const Json& text : texts) out += (out.empty() ? "" : ", ") + yaml(words(text));
  return "[" + out + "]";
}

/// What the device has, for people: its capabilities are what counts.
std::string attributes_of(const Json& device) {
  std::string out;
  for (const Json& attribute : at(device, "schema")) {
    out += (out.empty() ? "" : ", ") + std::string(attribute.key);
  }
  return out;
}

void print_device(std::ostream& out, const std::string& id, const Json& device) {
  const std::string name = words(device, "name");
  const std::string dialect = words(device, "dialect");
  const auto text = [&](const char* key) {
    const Json& node = at(device, key);
    return node.kind == JsonKind::text ? words(node) : std::string();
  };
  out << "  " << id << ": {label: " << yaml(text("label").empty() ? name : text("label"));
  if (!text("area").empty()) out << ", area: " << yaml(text("area"));
  if (at(device, "tags").size > 0) out << ", tags: " << list(at(device, "tags"));
  if (!dialect.empty() && dialect != "-") out << ", dialect: " << dialect;
  if (dialect == "zigbee2mqtt" && name != id) out << ", topic: " << yaml("zigbee2mqtt/" + name);
  out << ", capabilities: " << list(at(device, "capabilities")) << "}";
  out << "  # " << attributes_of(device) << "\n";
}

ExitCode run_export(const Program& program) {
  Daemon daemon(program);
  const Answer state = daemon.get("/api/v1/state");
  if (!state.ok()) return state.code;
  std::ostream& out = program.terminal.out;
  out << "# Devices as attune found them; fill in areas and tags.\nversion: 1\ndevices:\n";
  for (const Json& entry : at(state.root(), "devices")) {
    const std::string id(entry.key);
    if (id == kSettingsDevice) continue;
    const Answer device = daemon.get("/api/v1/devices/" + http::encode(id));
    if (!device.ok()) return device.code;
    // What a devices file maps by hand stands there, and only there.
    if (words(device.root(), "dialect") == "json") continue;
    print_device(out, id, device.root());
  }
  return ExitCode::yes;
}

}  // namespace

void add_export(Program& program) {
  CLI::App* command = program.app.add_subcommand("export", "Write down what attune knows");
  command->require_subcommand(1);
  CLI::App* devices = command->add_subcommand(
      "devices", "The discovered devices as a devices file, for check and test");
  add_url_option(program, *devices);
  devices->callback([&program] { program.chosen = [&program] { return run_export(program); }; });
}

}  // namespace attune::cli
