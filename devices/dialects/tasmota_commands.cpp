#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "devices/dialects/tasmota.h"
#include "devices/json/writer.h"
#include "devices/model/letters.h"

/// Commands to Tasmota devices, ours and those of others.
namespace attune::devices {

namespace {

using json::Node;
using tasmota::Config;

constexpr std::size_t kBacklogMax = 30;  ///< as many as a device takes

/// A number on the wire, without a fraction where it has none.
std::string wire_text(const Value& wire) {
  return wire.kind() == ValueKind::text ? wire.as_text() : to_json(wire);
}

std::string whole(double number) {
  return std::to_string(std::llround(number));
}

/// `Power1` out of `POWER1`, and the bare word for a device that says `POWER`.
std::string command_of(const Config& config, std::string_view property) {
  if (property == "POWER" && config.discovered) return "Power1";
  if (property.starts_with("POWER") && config.discovered) {
    return "Power" + std::string(property.substr(5));
  }
  const std::size_t dot = property.find('.');
  if (dot == std::string_view::npos) return std::string(property);
  // Shutter1.Position is commanded by ShutterPosition1.
  const std::string number(property.substr(7, dot - 7));
  return "Shutter" + std::string(property.substr(dot + 1)) + number;
}

/// Case does not count, and the first of several needs no number.
std::string plain(std::string_view command) {
  std::string word = lower_case(command);
  if (word.ends_with('1')) word.pop_back();
  return word;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = std::min(text.find_first_not_of(' '), text.size());
  text.remove_prefix(first);
  return text.substr(0, text.find_last_not_of(' ') + 1);
}

/// Devices take more words for a truth than they say.
std::optional<bool> truth_of(std::string_view parameter) {
  const std::string word = lower_case(parameter);
  if (word == "1" || word == "on" || word == "true") return true;
  if (word == "0" || word == "off" || word == "false") return false;
  return std::nullopt;
}

}  // namespace

/// Somebody else's command to a device that is known: one, or a backlog of several.
void Tasmota::decode_command(std::string_view leaf, Turn& turn) {
  std::string_view payload = turn.message.payload;
  if (turn.device == nullptr || payload.empty() || payload == "?") return;
  if (turn.message.retained) {
    return book_.reject(turn.device, {}, "retained_command", std::string(leaf.substr(0, 64)),
                        turn.message, turn.out);
  }
  if (!json::valid_utf8(payload)) return;
  if (!lower_case(leaf).starts_with("backlog")) return hear_command(leaf, payload, turn);
  for (std::size_t i = 0; i < kBacklogMax && !payload.empty(); ++i) {
    const std::size_t end = std::min(payload.find(';'), payload.size());
    const std::string_view one = trimmed(payload.substr(0, end));
    const std::size_t space = one.find(' ');
    if (space != std::string_view::npos) {
      hear_command(one.substr(0, space), trimmed(one.substr(space)), turn);
    }
    payload.remove_prefix(std::min(end + 1, payload.size()));
  }
}

void Tasmota::hear_command(std::string_view command, std::string_view parameter, Turn& turn) {
  const auto known = own_.find(turn.name);
  if (known == own_.end()) return;
  const std::string wanted = plain(command);
  const Node* root = reader_.read(parameter);
  const Node text = text_node(parameter);
  for (const Binding& binding : turn.device->bindings) {
    if (!binding.writable || binding.shape == Shape::color_hs) continue;
    if (plain(command_of(known->second.config, binding.property)) != wanted) continue;
    Value value;
    if (const auto truth = truth_of(parameter); truth && binding.shape == Shape::boolean) {
      value = *truth;
    } else if (read(binding, root != nullptr ? *root : text, value) != Take::value) {
      continue;
    }
    turn.out.foreign.push_back({binding.id, std::move(value)});
  }
}

std::vector<Outgoing> Tasmota::encode(DeviceIndex index, std::span<const Reading> values) const {
  const BoundDevice* device = book_.at(index);
  if (device == nullptr) return {};
  const auto known = own_.find(device->name);
  if (known == own_.end()) return {};
  const Own& own = known->second;
  std::vector<std::pair<std::string, std::string>> commands;
  json::Writer zigbee;
  zigbee.begin_object();
  std::vector<std::string_view> written;
  for (const Reading& reading : values) {
    for (const Binding& binding : device->bindings) {
      if (binding.id != reading.attribute || !binding.writable) continue;
      const Value wire = write(binding, reading.value);
      // One property tells a fan's mode and speed: the first of both counts.
      if (!wire.has_value() || std::ranges::find(written, binding.property) != written.end()) break;
      written.push_back(binding.property);
      zigbee.member(binding.property, wire);
      if (wire.kind() == ValueKind::numbers) {
        commands.emplace_back("HsbColor1", whole(wire.as_numbers()[0]));
        commands.emplace_back("HsbColor2", whole(wire.as_numbers()[1]));
      } else {
        commands.emplace_back(command_of(own.config, binding.property), wire_text(wire));
      }
      break;
    }
  }
  if (commands.empty()) return {};
  if (!own.bridge.empty()) {
    json::Writer writer;
    writer.begin_object().member("Device", device->name).key("Send");
    const std::string send = writer.take() + zigbee.end_object().take() + "}";
    return {{own.config.command_base + "ZbSend", send}};
  }
  if (commands.size() == 1) {
    return {{own.config.command_base + commands[0].first, commands[0].second}};
  }
  std::string backlog;
  for (const auto& [command, parameter] : commands) {
    backlog.append(backlog.empty() ? "NoDelay;" : ";NoDelay;").append(command);
    backlog.append(" ").append(parameter);
  }
  return {{own.config.command_base + "Backlog", backlog}};
}

}  // namespace attune::devices
