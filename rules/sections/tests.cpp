#include "rules/sections/keys.h"
#include "rules/sections/sections.h"

// tests: {<name>: {given: {time, state, settings}, steps: [{report, manual, after, at, offline,
// silent, restart, expect, by, why, commands, never}]}}
namespace attune::rules {

namespace {

void read_values(Reader& reader, const yaml::Node& node, std::string_view what, Use use,
                 TestStep::Values& into) {
  if (!reader.is_map(node, what)) return;
  for (const auto& [key, literal] : node.entries) {
    const auto named = reader.targets(key, use);
    if (!named) continue;
    for (const Target& target : named->items) {
      if (auto value = reader.value(literal, target.info)) {
        into.emplace_back(target.path, std::move(*value));
      }
    }
  }
}

void read_time(Reader& reader, const yaml::Node& node, TestCase& test) {
  test.time = parse_utc(node.text);
  if (test.time) return;
  reader.error("E203", node, "'" + printable(node.text) + "' is no time",
               "write \"2026-01-15T18:00:00\"");
}

void read_state(Reader& reader, const yaml::Node& node, TestCase& test) {
  read_values(reader, node, "state", Use::report, test.state);
}

/// Settings go by their ids here.
void read_given_settings(Reader& reader, const yaml::Node& node, TestCase& test) {
  if (!reader.is_map(node, "settings")) return;
  for (const auto& [key, literal] : node.entries) {
    yaml::Node path = key;
    path.text = std::string(kSettingsDevice) + "." + key.text;
    const auto named = reader.targets(path, Use::report);
    if (!named) continue;
    const Target& target = named->items.front();
    if (auto value = reader.value(literal, target.info)) {
      test.settings.emplace_back(target.path, std::move(*value));
    }
  }
}

const std::vector<Field<TestCase>> kGivenFields = {
    {"time", read_time}, {"state", read_state}, {"settings", read_given_settings}};

void read_by(Reader& reader, const yaml::Node& node, TestStep& step) {
  auto text = reader.text(node, "by");
  if (!text) return;
  step.by = std::move(*text);
  const auto& ids = reader.loading.ids;
  if (step.by == "manual" || ids.contains({"rule", step.by})) return;
  std::vector<std::string> known = {"manual"};
  for (const auto& [id, place] : ids) {
    if (id.first == "rule") known.push_back(id.second);
  }
  const std::string near = yaml::nearest(step.by, known);
  reader.error("E307", node, "unknown rule '" + printable(step.by) + "'",
               near.empty() ? "a rule's id, or manual" : "did you mean '" + near + "'?");
}

void read_restart(Reader& reader, const yaml::Node& node, TestStep& step) {
  const auto truth = node.as_bool();
  if (!truth) reader.error("E203", node, "restart is true or false", "write restart: true");
  step.restart = truth.value_or(false);
}

/// `22:30` or `22:30:05`, from midnight on.
std::optional<Millis> time_of_day(std::string_view text) {
  if (text.size() != 5 && text.size() != 8) return std::nullopt;
  const std::string seconds = text.size() == 5 ? ":00" : "";
  return parse_utc("1970-01-01T" + std::string(text) + seconds);
}

void read_at(Reader& reader, const yaml::Node& node, TestStep& step) {
  step.clock = time_of_day(node.text);
  if (!step.clock) step.at = parse_utc(node.text);
  if (step.clock || step.at) return;
  reader.error("E203", node, "'" + printable(node.text) + "' is no time",
               "write \"2026-01-15T18:00:00\", or \"22:30\" for when it comes next");
}

/// One device, or a list of them; `[]` is nobody.
std::optional<std::vector<DeviceId>> read_devices(Reader& reader, const yaml::Node& node,
                                                  std::string_view what) {
  std::vector<DeviceId> devices;
  if (node.kind == yaml::NodeKind::scalar) {
    if (reader.is_device(node)) devices.emplace_back(node.text);
    return devices;
  }
  if (!reader.is_list(node, what)) return std::nullopt;
  for (const yaml::Node& item : node.items) {
    if (reader.is_device(item)) devices.emplace_back(item.text);
  }
  return devices;
}

/// A single value is a list of one.
void read_commanded(Reader& reader, const yaml::Node& node, const Target& target, TestStep& step) {
  std::vector<Value> values;
  const bool many = node.kind == yaml::NodeKind::list;
  const std::vector<yaml::Node> items = many ? node.items : std::vector<yaml::Node>{node};
  for (const yaml::Node& item : items) {
    if (auto value = reader.value(item, target.info)) values.push_back(std::move(*value));
  }
  step.commands.emplace_back(target.path, std::move(values));
}

void read_commands(Reader& reader, const yaml::Node& node, TestStep& step) {
  if (!reader.is_map(node, "commands")) return;
  for (const auto& [key, literals] : node.entries) {
    const auto named = reader.targets(key, Use::command);
    if (!named) continue;
    for (const Target& target : named->items) read_commanded(reader, literals, target, step);
  }
}

void read_why(Reader& reader, const yaml::Node& node, TestStep& step) {
  if (auto text = reader.text(node, "why")) step.why = std::move(*text);
}

void read_never(Reader& reader, const yaml::Node& node, TestStep& step) {
  step.never = reader.condition(node, "never");
}

const std::vector<Field<TestStep>> kStepFields = {
    {"report", [](Reader& r, const yaml::Node& n,
                  TestStep& s) { read_values(r, n, "report", Use::report, s.report); }},
    {"manual", [](Reader& r, const yaml::Node& n,
                  TestStep& s) { read_values(r, n, "manual", Use::command, s.manual); }},
    {"after", [](Reader& r, const yaml::Node& n, TestStep& s) { s.after = r.duration(n); }},
    {"at", read_at},
    {"offline", [](Reader& r, const yaml::Node& n,
                   TestStep& s) { s.offline = read_devices(r, n, "offline"); }},
    {"silent",
     [](Reader& r, const yaml::Node& n, TestStep& s) { s.silent = read_devices(r, n, "silent"); }},
    {"restart", read_restart},
    {"expect", [](Reader& r, const yaml::Node& n,
                  TestStep& s) { read_values(r, n, "expect", Use::report, s.expect); }},
    {"by", read_by},
    {"why", read_why},
    {"commands", read_commands},
    {"never", read_never},
};

/// Of a key that says something about what `expect` names.
void need_expect(Reader& reader, const yaml::Node& step, std::string_view key,
                 std::string_view says) {
  const yaml::Node* node = step.find(key);
  if (node == nullptr || step.find("expect") != nullptr) return;
  reader.error("E104", *node, "`" + std::string(key) + "` says " + std::string(says),
               "add expect: {device.attribute: value}");
}

void read_step(Reader& reader, const yaml::Node& node, TestCase& test) {
  if (!reader.is_map(node, "a step")) return;
  TestStep step;
  step.place = node.place;
  read_fields(reader, node, kStepFields, step);
  need_expect(reader, node, "by", "who holds what is expected");
  need_expect(reader, node, "why", "how what is expected came about");
  if (step.after && (step.at || step.clock)) {
    reader.error("E104", *node.find("at"), "a step has either `after` or `at`",
                 "make two steps of it");
  }
  test.steps.push_back(std::move(step));
}

const std::vector<Field<TestCase>> kFields = {
    {"given",
     [](Reader& r, const yaml::Node& n, TestCase& test) {
       if (r.is_map(n, "given")) read_fields(r, n, kGivenFields, test);
     }},
    {"steps",
     [](Reader& r, const yaml::Node& n, TestCase& test) {
       if (!r.is_list(n, "steps")) return;
       for (const yaml::Node& step : n.items) read_step(r, step, test);
     }},
};

void read_test(Reader& reader, const yaml::Entry& entry) {
  if (!reader.take_id("test", entry.key) || !reader.is_map(entry.value, "a test")) return;
  TestCase test;
  test.name = entry.key.text;
  test.place = entry.key.place;
  read_fields(reader, entry.value, kFields, test);
  if (entry.value.find("steps") == nullptr) {
    reader.error("E104", entry.key, "this test has no steps", "add steps: [..]");
  }
  reader.loading.set.tests.push_back(std::move(test));
}

}  // namespace

void read_tests(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) read_test(reader, entry);
}

KeyTable test_keys() {
  return {"test", keys_of(kFields)};
}

KeyTable given_keys() {
  return {"given", keys_of(kGivenFields)};
}

KeyTable test_step_keys() {
  return {"test_step", keys_of(kStepFields)};
}

}  // namespace attune::rules
