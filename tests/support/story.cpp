#include "tests/support/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "broker/core/why.h"
#include "broker/shell/config/surroundings.h"
#include "broker/shell/loop/restore.h"
#include "devices/vocabulary.h"
#include "rules/load.h"

namespace attune::support {

namespace {

struct StoryDevice {
  std::string_view id, area, capabilities;  // words divided by spaces
  std::string_view attributes;              // writable ones with a `!`
};

constexpr StoryDevice kHome[] = {
    {"hall_lamp", "hall", "light", "on! brightness! color_temp!"},
    {"hall_motion", "hall", "occupancy", "occupancy illuminance"},
    {"desk_lamp", "study", "light", "on!"},
    {"ac", "living", "climate", "hvac_mode! target_temperature! temperature"},
    {"window", "living", "contact", "open"},
    {"window_bath", "bath", "contact", "open"},
    {"leak_kitchen", "kitchen", "leak", "leak"},
    {"main_valve", "cellar", "valve", "open!"},
    {"blind", "living", "cover", "position! movement"},
    {"tank", "cellar", "tank", "fill"},
    {"pump", "cellar", "switch", "on! power"},
    {"button", "hall", "button", "event"},
    {"anna", "", "person", "home"},
    {"ben", "", "person", "home"},
    {"garage", "garage", "contact", "open!"},          // by a pulse
    {"porch_pir", "porch", "occupancy", "occupancy"},  // never says that nobody is there
};

std::vector<std::string> split(std::string_view text) {
  std::istringstream in{std::string(text)};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

constexpr Millis kDoorTravel = std::chrono::seconds(20);
constexpr Millis kPirDelay = std::chrono::seconds(90);

void describe_home(devices::Catalog& catalog) {
  for (const auto& from : kHome) {
    DeviceInfo info;
    info.id = DeviceId(std::string(from.id));
    info.name = info.label = from.id;
    info.area = from.area;
    info.capabilities = split(from.capabilities);
    info.dialect = "zigbee2mqtt";
    for (std::string word : split(from.attributes)) {
      const bool writable = word.back() == '!';
      if (writable) word.pop_back();
      info.attributes.push_back(devices::canonical_attribute(word, writable));
      if (from.id == "garage") info.attributes.back().impulse = kDoorTravel;
      if (from.id == "porch_pir") info.attributes.back().off_delay = kPirDelay;
    }
    std::sort(info.attributes.begin(), info.attributes.end(),
              [](const auto& a, const auto& b) { return a.name < b.name; });
    catalog.describe(std::move(info));
  }
}

/// true, false, 12.5, or a word.
Value read_value(const std::string& text) {
  if (text == "true") return true;
  if (text == "false") return false;
  char* end = nullptr;
  const double number = std::strtod(text.c_str(), &end);
  if (end != text.c_str() && *end == '\0') return number;
  return text;
}

std::string clock(const Instant& at) {
  return format_utc(at.wall).substr(11, 8);
}

std::string describe(const Change& change) {
  const std::string path = change.device + (change.attribute.empty() ? "" : "." + change.attribute);
  const std::string rev = fmt::format("  (rev {})", number(change.revision));
  switch (change.kind) {
    case ChangeKind::state:
      return fmt::format("state    {} = {}  by {}{}", path, to_json(change.value),
                         name(change.origin), rev);
    case ChangeKind::setting:
      return fmt::format("setting  {} = {}{}", path, to_json(change.value), rev);
    case ChangeKind::desired:
      return fmt::format("wanted   {} = {}{}{}", path, to_json(change.value),
                         change.status.empty() ? "" : "  by " + change.status, rev);
    case ChangeKind::claim:
      return fmt::format("claim    {} {}{}: {}{}", path, change.status,
                         change.value.has_value() ? " " + to_json(change.value) : "", change.detail,
                         rev);
    case ChangeKind::command:
      return fmt::format("command  {} {} = {} {}{}", change.detail, path, to_json(change.value),
                         change.status, rev);
    case ChangeKind::rule:
      return fmt::format("rule     {} {}{}", change.device, change.status, rev);
    case ChangeKind::liveness:
      return fmt::format("device   {} {}{}", change.device, change.status, rev);
    case ChangeKind::removed:
      return fmt::format("removed  {}: {}{}", change.device, change.detail, rev);
  }
  return {};
}

std::string describe(const core::Conflict& conflict) {
  return fmt::format(", {} by {} stays, {} by {} is lost: {}", to_json(conflict.kept.value),
                     conflict.kept.by, to_json(conflict.lost.value), conflict.lost.by,
                     name(conflict.policy));
}

std::string describe(const core::Reply& reply) {
  using Result = core::Reply::Result;
  const std::string met = reply.conflict ? describe(*reply.conflict) : "";
  switch (reply.result) {
    case Result::accepted:
      return fmt::format("reply    accepted, revision {}{}{}", number(reply.revision),
                         reply.command ? ", " + text(*reply.command) : "", met);
    case Result::conflict:
      return fmt::format("reply    conflict: revision {} is {}{}", number(reply.revision),
                         to_json(reply.current), met);
    case Result::rejected:
      return fmt::format("reply    rejected, {}: {}", reply.code, reply.message);
  }
  return {};
}

}  // namespace

Story::Story() : store_(store::make_memory_store()) {
  describe_home(catalog_);
  now_ = {*parse_utc("2026-01-15T18:00:00"), Millis(1'000)};
  start(false);
}
Story::~Story() = default;

void Story::start(bool observe) {
  core::Options options;
  options.observe = observe;
  options.site.place = core::Place{52.52, 13.40};
  core_ = std::make_unique<core::Core>(catalog_, options);
  core_->restore(std::move(*shell::restored(*store_, *store_->recover())));
}

std::string Story::run(const std::string& text) {
  std::istringstream in(text);
  std::string out;
  std::vector<std::pair<std::string, std::string>> script;  // line, block below it
  for (std::string line; std::getline(in, line);) {
    const bool indented = line.starts_with("  ");
    if (indented && !script.empty()) {
      script.back().second += line.substr(2) + "\n";
    } else if (!indented) {
      script.emplace_back(line, "");
    }
  }
  for (const auto& [line, block] : script) {
    out += line + "\n";
    if (line.empty() || line.starts_with("#")) continue;
    std::istringstream answers(perform(line, block));
    for (std::string answer; std::getline(answers, answer);) {
      out += answer.empty() ? "\n" : "  " + answer + "\n";
    }
  }
  return out;
}

std::string Story::perform(const std::string& line, const std::string& block) {
  if (line == "rules") return load_rules(block);
  return command(split(line));
}

std::string Story::command(const std::vector<std::string>& words) {
  const std::string& what = words.at(0);
  if (what == "say") return say(words, Arrival::live, false);
  if (what == "retained") return say(words, Arrival::retained, false);
  if (what == "late") return say(words, Arrival::late, false);
  if (what == "foreign") return say(words, Arrival::live, true);
  if (what == "offline") return available(words.at(1), Availability::offline);
  if (what == "online") return available(words.at(1), Availability::online);
  if (what == "set" || what == "release" || what == "dismiss") return write(words);
  if (what == "enable" || what == "disable" || what == "shadow") return switch_rule(words);
  if (what == "press") return press(words);
  if (what == "ack") {
    return step(core::AckRequest{core::RequestId{++requests_}, RuleId(words.at(1)), "cli"});
  }
  if (what == "after") return pass_time(words.at(1));
  if (what == "sent") return sent(false);
  if (what == "obey") return sent(true);
  if (what == "storm") return storm(words.at(1), std::stoi(words.at(2)));
  if (what == "link") return step(core::LinkChanged{words.at(1) == "up"});
  if (what == "restart") return restart(false);
  if (what == "observe") return restart(true);
  if (what == "why") return why(words.at(1));
  return "no such line: " + what + "\n";
}

std::string Story::load_rules(const std::string& block) {
  const std::string yaml = block.substr(
      0, block.find("\n=> ") == std::string::npos ? block.size() : block.find("\n=> ") + 1);
  auto loaded = rules::load({{"story.yaml", yaml}}, config::surroundings(catalog_));
  std::string out = yaml;
  if (!loaded.set) return out + "=> " + render(loaded.issues);
  set_ = loaded.set;
  std::istringstream answers(step(core::RulesLoaded{set_}));
  for (std::string line; std::getline(answers, line);) out += "=> " + line + "\n";
  return out;
}

std::string Story::say(const std::vector<std::string>& words, Arrival arrival, bool foreign) {
  std::map<DeviceIndex, std::vector<devices::Reading>> by_device;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    const auto path = parse_path(words[i].substr(0, equals));
    const AttributeId id = catalog_.table().intern(*path);
    by_device[catalog_.table().device_of(id)].push_back(
        {id, read_value(words[i].substr(equals + 1))});
  }
  std::string out;
  for (auto& [device, readings] : by_device) {
    devices::Decoded decoded;
    (foreign ? decoded.foreign : decoded.readings) = std::move(readings);
    const std::string topic = "zigbee2mqtt/" + catalog_.table().device(device).text();
    out += step(core::MessageArrived{arrival, topic, &decoded});
  }
  return out;
}

std::string Story::press(const std::vector<std::string>& words) {
  devices::Decoded decoded;
  decoded.events.push_back({catalog_.table().intern(*parse_path(words.at(1))), words.at(2)});
  return step(core::MessageArrived{Arrival::live, "zigbee2mqtt/button", &decoded});
}

std::string Story::available(const std::string& device, Availability availability) {
  devices::Decoded decoded;
  decoded.availability.push_back({*catalog_.table().find_device(device), availability});
  const std::string topic = "zigbee2mqtt/" + device + "/availability";
  return step(core::MessageArrived{Arrival::live, topic, &decoded});
}

std::string Story::write(const std::vector<std::string>& words) {
  const core::RequestId id{++requests_};
  const AttributePath path = *parse_path(words.at(1));
  if (words[0] == "release") return step(core::ReleaseRequest{id, path, "cli"});
  if (words[0] == "dismiss") return step(core::DismissRequest{id, path, "cli"});
  core::WriteRequest request{id, path, read_value(words.at(2)), {}, {}, "cli", ""};
  for (std::size_t i = 3; i + 1 < words.size(); i += 2) {
    if (words[i] == "hold") request.hold = parse_duration(words[i + 1]);
    if (words[i] == "if") request.if_revision = static_cast<Revision>(std::stoull(words[i + 1]));
    if (words[i] == "base") request.base_revision = Revision{std::stoull(words[i + 1])};
    if (words[i] == "written") request.written = parse_hybrid("2026-01-15T" + words[i + 1]);
    if (words[i] == "id") request.client_id = words[i + 1];
  }
  return step(std::move(request));
}

std::string Story::switch_rule(const std::vector<std::string>& words) {
  core::RuleModeRequest request{core::RequestId{++requests_}, RuleId(words.at(1)),
                                RuleMode::enabled, std::nullopt, "cli"};
  if (words[0] == "disable") request.mode = RuleMode::disabled;
  if (words[0] == "shadow") request.mode = RuleMode::shadow;
  if (words.size() > 3) request.duration = parse_duration(words[3]);
  return step(std::move(request));
}

std::string Story::pass_time(const std::string& duration) {
  const Millis end = now_.steady + *parse_duration(duration);
  std::string out;
  for (auto due = core_->next_deadline(); due && *due <= end; due = core_->next_deadline()) {
    now_.wall += std::max(Millis(0), *due - now_.steady);
    now_.steady = std::max(now_.steady, *due);
    const std::string happened = step(core::Tick{});
    if (!happened.empty()) out += clock(now_) + "\n" + happened;
  }
  now_.wall += end - now_.steady;
  now_.steady = end;
  return out + step(core::Tick{});
}

std::string Story::sent(bool obey) {
  const auto left = std::exchange(left_, {});
  std::string out;
  for (const auto& dispatch : left) out += step(core::CommandsSent{dispatch.commands});
  if (!obey) return out;
  for (const auto& dispatch : left) {
    devices::Decoded decoded;
    decoded.readings = dispatch.values;
    const std::string topic = "zigbee2mqtt/" + catalog_.table().device(dispatch.device).text();
    out += step(core::MessageArrived{Arrival::live, topic, &decoded});
  }
  return out;
}

/// The last lines are told; the first are all alike.
std::string Story::storm(const std::string& device, int times) {
  std::string last;
  for (int i = 0; i < times; ++i) {
    const std::string said = sent(true);
    if (said.empty()) return fmt::format("quiet after {} exchanges\n{}", i, last);
    last = said;
  }
  return "it goes on and on: " + device + "\n";
}

std::string Story::restart(bool observe) {
  store_ = store_->reopen();
  left_.clear();
  start(observe);
  std::string out;
  if (set_) out += step(core::RulesLoaded{set_});
  return out + step(core::LinkChanged{true});
}

std::string Story::why(const std::string& path) {
  const auto parsed = parse_path(path);
  const auto log = [&](Revision revision) { return *store_->change(revision); };
  return core::why_text(core::why(*core_, log, catalog_.table().intern(*parsed)));
}

std::string Story::step(decltype(core::Event::what) what) {
  core::Outcome outcome;
  core_->step({now_, std::move(what)}, outcome);
  store::Turn turn;
  turn.changes = outcome.changes;
  turn.writes = outcome.writes;
  for (Write& row : core_->take_rows()) turn.writes.push_back(std::move(row));
  turn.at = now_;
  turn.clean = true;
  const Status committed = store_->commit(turn);
  if (!committed.ok()) return "store: " + committed.error().message + "\n";
  left_.insert(left_.end(), outcome.dispatches.begin(), outcome.dispatches.end());
  return narrate(outcome);
}

std::string Story::narrate(const core::Outcome& outcome) {
  std::string out;
  for (const auto& change : outcome.changes) out += describe(change) + "\n";
  for (const auto& rejection : outcome.rejections) {
    out += fmt::format("rejected {} {}: {}\n", rejection.attribute, rejection.reason,
                       rejection.detail);
  }
  for (const auto& dispatch : outcome.dispatches) out += send(dispatch) + "\n";
  for (const auto& notice : outcome.notices) {
    out += fmt::format("tell     {} {} {} x{}: {}\n", notice.to, notice.severity,
                       name(notice.state), notice.count, notice.message);
  }
  for (const auto& reply : outcome.replies) out += describe(reply) + "\n";
  return out;
}

std::string Story::send(const core::Dispatch& dispatch) {
  std::string out = "send     " + catalog_.table().device(dispatch.device).text() + " {";
  for (std::size_t i = 0; i < dispatch.values.size(); ++i) {
    const devices::Reading& sent = dispatch.values[i];
    out += fmt::format("{}{}: {} ({})", i == 0 ? "" : ", ",
                       catalog_.table().path(sent.attribute).attribute, to_json(sent.value),
                       text(dispatch.commands[i]));
  }
  return out + "}";
}

}  // namespace attune::support
