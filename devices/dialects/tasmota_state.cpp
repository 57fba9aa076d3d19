#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "devices/dialects/tasmota.h"
#include "devices/model/letters.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

/// What Tasmota's reports mean.
namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

/// Members of STATE that say how the processor is, and change with every message.
bool is_noise(std::string_view key) {
  static constexpr std::string_view kNoise[] = {
      "Time",  "Uptime",   "Heap",  "SleepMode", "Sleep",        "LoadAvg",   "MqttCount",
      "Berry", "Scheme",   "Fade",  "Speed",     "LedTable",     "Channel",   "Color",
      "White", "HSBColor", "POWER", "TempUnit",  "PressureUnit", "SpeedUnit", "Vcc"};
  return std::ranges::find(kNoise, key) != std::end(kNoise);
}

/// Three numbers with commas between them: hue, saturation, and the dimmer once more.
std::optional<std::vector<double>> parse_color(std::string_view text) {
  std::vector<double> numbers;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const auto number = parse_number(text.substr(0, comma));
    if (!number || numbers.size() == 3) return std::nullopt;
    numbers.push_back(*number);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  if (numbers.size() != 3) return std::nullopt;
  return numbers;
}

bool is_press(std::string_view key) {
  return (key.starts_with("Button") || key.starts_with("Switch")) && tasmota::number_of(key) > 0;
}

std::string with_endpoint(std::string_view endpoint, std::string_view attribute) {
  return plain_name(endpoint) + "." + std::string(attribute);
}

}  // namespace

void Tasmota::decode_report(Channel channel, std::string_view leaf, Turn& turn) {
  if (leaf == "LWT") return decode_availability(turn);
  if (leaf.starts_with("INFO") || leaf == "UPTIME") return;
  const std::string_view payload = turn.message.payload;
  if (payload.find_first_not_of(" \t\r\n") == std::string_view::npos) return;
  if (payload[payload.find_first_not_of(" \t\r\n")] != '{') {
    if (channel == Channel::stat && leaf.starts_with("POWER")) {
      if (!json::valid_utf8(payload)) return;
      take_value(leaf, text_node(payload), turn);
    }
    return;
  }
  const Node* root = parse(turn, json::kStateLimits);
  if (root == nullptr) return;
  if (channel == Channel::tele && leaf == "SENSOR") return take_sensors(*root, true, turn);
  if (!leaf.starts_with("STATUS")) return take_state(*root, leaf == "STATE", turn);
  if (const Node* sensors = root->find("StatusSNS")) take_sensors(*sensors, true, turn);
  if (const Node* state = root->find("StatusSTS")) take_state(*state, true, turn);
}

void Tasmota::decode_availability(Turn& turn) {
  const auto known = own_.find(turn.name);
  const tasmota::Config usual;
  const tasmota::Config& config = known == own_.end() ? usual : known->second.config;
  const bool online = turn.message.payload == config.online;
  if (!online && turn.message.payload != config.offline) {
    return book_.reject(nullptr, {}, "type", "neither " + config.online + " nor " + config.offline,
                        turn.message, turn.out);
  }
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  const Availability away = config.sleeps ? Availability::sleeping : Availability::offline;
  turn.out.availability.push_back({device->index, online ? Availability::online : away});
  if (!online || turn.message.retained) return;
  own(turn.name);  // it has started: what it is, it says when asked
  for (Outgoing& question : ask(device->index)) turn.out.replies.push_back(std::move(question));
}

/// STATE is whole, RESULT an answer: of the latter only what is known counts.
void Tasmota::take_state(const Node& root, bool whole, Turn& turn) {
  if (root.kind != Kind::object) return;
  if (!whole && turn.message.retained) whole = false;
  for (const Node& member : root) {
    if (take_member(member, turn) || !whole || is_noise(member.key) || member.is_container()) {
      continue;
    }
    if (member.key.starts_with("POWER") || member.key == "UptimeSec") continue;
    if (BoundDevice* device = device_of(turn)) {
      book_.take_raw(*device, plain_name(member.key), member, turn.message, turn.out);
    }
  }
}

bool Tasmota::take_member(const Node& member, Turn& turn) {
  if (member.key == "Wifi") {
    const Node* signal = member.find("Signal");
    if (signal != nullptr) take_field(bind_canonical("Wifi.Signal", "rssi"), *signal, true, turn);
    return true;
  }
  if (member.key == "UptimeSec") {
    take_field(bind_canonical("UptimeSec", "uptime"), member, true, turn);
    return true;
  }
  if (member.key == "ZbReceived") return take_zigbee(member, turn), true;
  if (member.key == "IrReceived") {
    const Node* hvac = member.find("IRHVAC");
    if (hvac != nullptr) take_remote(*hvac, turn);
    return true;
  }
  if (is_press(member.key)) return take_press(member, turn), true;
  if (member.key.starts_with("Shutter") && member.kind == Kind::object) {
    return take_shutter(member, turn), true;
  }
  if (member.is_container()) return false;
  const auto known = own_.find(turn.name);
  const tasmota::Config& config = known == own_.end() ? tasmota::Config{} : known->second.config;
  const bool bound = turn.device != nullptr && DeviceBook::binding(*turn.device, member.key);
  if (!bound && tasmota::bind_state(config, member.key).empty()) return false;
  take_value(member.key, member, turn);
  return true;
}

/// A member whose name the convention knows: `POWER1`, `Dimmer`, `Shutter1.Position`.
void Tasmota::take_value(std::string_view property, const Node& node, Turn& turn) {
  const auto known = own_.find(turn.name);
  const tasmota::Config& config = known == own_.end() ? tasmota::Config{} : known->second.config;
  // One that switches a single thing says POWER, or POWER1 by an option.
  const bool single = config.discovered && config.endpoint(1).empty();
  if (property == "POWER1" && single) property = "POWER";
  if (node.kind == Kind::null) return forget(property, turn);
  std::vector<Bound> fresh;
  if (turn.device == nullptr || DeviceBook::binding(*turn.device, property) == nullptr) {
    fresh = tasmota::bind_state(config, property);
    if (fresh.empty()) return;
  }
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  own(turn.name);
  for (Bound& bound : fresh) book_.add(*device, std::move(bound), turn.message, turn.out);
  for (const Binding& binding : device->bindings) {
    if (binding.property != property) continue;
    if (binding.shape == Shape::color_hs) {
      take_color(binding, node, turn);
    } else {
      book_.take(*device, binding, node, turn.message, turn.out);
    }
  }
}

void Tasmota::take_color(const Binding& binding, const Node& node, Turn& turn) {
  const auto numbers = node.kind == Kind::text ? parse_color(node.text) : std::nullopt;
  constexpr double kHueMax = 360;
  constexpr double kPercentMax = 100;
  const bool fits = numbers && (*numbers)[0] >= 0 && (*numbers)[0] <= kHueMax &&
                    (*numbers)[1] >= 0 && (*numbers)[1] <= kPercentMax;
  if (!fits) {
    return book_.reject(turn.device, binding.attribute, "type", shown(node), turn.message,
                        turn.out);
  }
  if ((*numbers)[2] == 0) return;  // it shines white: the colour is not shown
  turn.out.readings.push_back({binding.id, std::vector<double>{(*numbers)[0], (*numbers)[1]}});
}

void Tasmota::take_shutter(const Node& block, Turn& turn) {
  for (const Node& field : block) {
    take_value(std::string(block.key) + "." + std::string(field.key), field, turn);
  }
  const Node* target = block.find("Target");
  if (target == nullptr || turn.device == nullptr) return;
  const Binding* position = DeviceBook::binding(*turn.device, std::string(block.key) + ".Position");
  Value value;
  if (position != nullptr && read(*position, *target, value) == Take::value) {
    turn.out.desired.push_back({position->id, std::move(value)});
  }
}

/// `"Button1":{"Action":"SINGLE"}`, `"Switch1":{"Action":"ON"}`, `"Switch1":"ON"`.
void Tasmota::take_press(const Node& member, Turn& turn) {
  const std::string endpoint = std::to_string(tasmota::number_of(member.key));
  const std::string_view action =
      member.kind == Kind::object ? member.text_of("Action") : member.text;
  if (action.empty()) return;
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  if (member.kind == Kind::object) {
    book_.take_event(*device, endpoint, tasmota::press_word(action), turn.message, turn.out);
  }
  if (!member.key.starts_with("Switch") || (action != "ON" && action != "OFF")) return;
  Bound bound = bind_canonical(member.key, with_endpoint(endpoint, "input"));
  bound.binding.words = {{"ON", "true"}, {"OFF", "false"}};
  take_field(std::move(bound), text_node(action), true, turn);
}

/// The blocks that tell what another one tells too, and `block.attribute` where one block tells an
/// attribute more than once.
std::set<std::string> Tasmota::clashes(const Node& root, const tasmota::Units& units) {
  std::map<std::string, std::string> first;  // block by attribute
  std::set<std::string> clashing;
  for (const Node& block : root) {
    if (block.kind != Kind::object) continue;
    const std::string name(block.key);
    for (const Node& field : block) {
      const auto bound = tasmota::bind_field(block.key, field.key, units);
      if (!bound) continue;
      const auto [before, fresh] = first.emplace(bound->binding.attribute, name);
      if (fresh) continue;
      if (before->second == name) {
        clashing.insert(name + "." + bound->binding.attribute);
      } else {
        clashing.insert({before->second, name});
      }
    }
  }
  return clashing;
}

/// Blocks of sensors. Where two of them tell the same, each has an endpoint of its name.
void Tasmota::take_sensors(const Node& root, bool values, Turn& turn) {
  if (root.kind != Kind::object) return;
  // Not own(): a message of which nothing is understood leaves nothing behind.
  const auto known = own_.find(turn.name);
  tasmota::Units units = known == own_.end() ? tasmota::Units{} : known->second.units;
  tasmota::read_units(root, units);
  const std::set<std::string> clashing = clashes(root, units);
  if (known != own_.end()) known->second.units = units;
  for (const Node& member : root) {
    if (member.kind == Kind::object && !take_member(member, turn)) {
      if (device_of(turn) == nullptr) return;
      own(turn.name).units = units;
      take_block(member, clashing, values, turn);
    } else if (member.kind != Kind::object && values && !is_noise(member.key) &&
               !take_member(member, turn)) {
      if (member.kind == Kind::null) forget(member.key, turn);
      if (BoundDevice* device = device_of(turn)) {
        book_.take_raw(*device, plain_name(member.key), member, turn.message, turn.out);
      }
    }
  }
}

void Tasmota::take_block(const Node& block, const std::set<std::string>& clashing, bool values,
                         Turn& turn) {
  const tasmota::Units& units = own(turn.name).units;
  for (const Node& field : block) {
    std::optional<Bound> bound = tasmota::bind_field(block.key, field.key, units);
    if (!bound) {
      if (!values || field.key == "Id" || field.key == "TotalStartTime") continue;
      const std::string path = plain_name(block.key) + "." + plain_name(field.key);
      book_.take_raw(*turn.device, path, field, turn.message, turn.out);
      continue;
    }
    if (field.is_container()) {
      take_phases(field, *bound, values, turn);
      continue;
    }
    const bool twice = clashing.contains(std::string(block.key) + "." + bound->binding.attribute);
    if (twice || clashing.contains(std::string(block.key))) {
      std::string endpoint(block.key);
      if (twice) endpoint += "_" + std::to_string(tasmota::number_of(field.key));
      bound->binding.attribute = with_endpoint(endpoint, bound->binding.attribute);
      bound->info = canonical_attribute(bound->binding.attribute, false);
    }
    take_field(std::move(*bound), field, values, turn);
  }
}

/// One value for each phase: a list, or an object by the phases' names.
void Tasmota::take_phases(const Node& field, const Bound& bound, bool values, Turn& turn) {
  static constexpr std::string_view kPhases[] = {"a", "b", "c"};
  std::size_t at = 0;
  for (const Node& one : field) {
    if (at == std::size(kPhases)) return;
    const std::string endpoint(field.kind == Kind::array ? kPhases[at] : one.key);
    Bound own_bound = bound;
    own_bound.binding.property += "." + std::to_string(at);
    own_bound.binding.attribute = with_endpoint(endpoint, bound.binding.attribute);
    own_bound.info = canonical_attribute(own_bound.binding.attribute, false);
    ++at;
    take_field(std::move(own_bound), one, values, turn);
  }
}

/// Binds a property when it is new, and reads it. A unit that changed counts from here on.
void Tasmota::take_field(Bound bound, const Node& node, bool values, Turn& turn) {
  if (node.kind == Kind::null) return forget(bound.binding.property, turn);
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  const std::string property = bound.binding.property;
  const auto same = [&](const Binding& b) { return b.property == property; };
  const auto known = std::ranges::find_if(device->bindings, same);
  if (known != device->bindings.end()) {
    known->conversion = bound.binding.conversion;
  } else {
    const std::string attribute = bound.binding.attribute;
    Bound apart = bound;
    if (book_.add(*device, std::move(bound), turn.message, turn.out) == nullptr) {
      // Another sensor tells that already: this one gets its block's name.
      apart.binding.attribute = with_endpoint(property.substr(0, property.find('.')), attribute);
      apart.info = canonical_attribute(apart.binding.attribute, false);
      if (book_.add(*device, std::move(apart), turn.message, turn.out) == nullptr) return;
    }
  }
  if (!values) return;
  book_.take(*device, *DeviceBook::binding(*device, property), node, turn.message, turn.out);
}

/// A sensor that cannot be read says null. Nothing is learnt of one that never was.
void Tasmota::forget(std::string_view property, Turn& turn) {
  if (turn.device != nullptr) book_.forget_values(*turn.device, property, turn.out);
}

/// Devices that a Zigbee bridge speaks for: each is a device of its own.
void Tasmota::take_zigbee(const Node& devices, Turn& turn) {
  if (devices.kind != Kind::object) return;
  const std::string bridge = turn.name;
  for (const Node& said : devices) {
    if (said.kind != Kind::object) continue;
    const std::string_view named = said.text_of("Name");
    Turn inner{turn.message, turn.out, std::string(named.empty() ? said.key : named)};
    if (inner.name == bridge || inner.name.find('/') != std::string::npos) {
      book_.reject(nullptr, {}, "topic", "no name for a device", turn.message, turn.out);
      continue;
    }
    inner.device = book_.find(inner.name);
    if (device_of(inner) == nullptr) continue;
    Own& beside = own(inner.name);
    beside.bridge = bridge;
    beside.config.command_base = own(bridge).config.command_base;
    for (const Node& field : said) {
      static constexpr std::string_view kAddress[] = {"Device", "Name", "Endpoint", "Group"};
      if (std::ranges::find(kAddress, field.key) != std::end(kAddress)) continue;
      if (std::optional<Bound> bound = tasmota::bind_zigbee(field.key)) {
        take_field(std::move(*bound), field, true, inner);
      } else {
        book_.take_raw(*inner.device, plain_name(field.key), field, turn.message, turn.out);
      }
    }
  }
}

/// An air conditioner, as its remote control was overheard. Power off wins over a mode.
void Tasmota::take_remote(const Node& hvac, Turn& turn) {
  const auto is_off = [](std::string_view word) { return word == "Off" || word == "off"; };
  if (hvac.kind != Kind::object) return;
  BoundDevice* device = device_of(turn);
  if (device == nullptr) return;
  own(turn.name);
  book_.promise(*device, "climate", turn.out);
  const std::string_view mode =
      is_off(hvac.text_of("Power")) ? "off" : tasmota::hvac_word(hvac.text_of("Mode"));
  if (!mode.empty()) {
    take_field(bind_canonical("IRHVAC.Mode", "hvac_mode"), text_node(mode), true, turn);
  }
  if (const Node* target = hvac.find("Temp")) {
    const std::string_view unit = is_off(hvac.text_of("Celsius")) ? "[degF]" : "Cel";
    take_field(bind_canonical("IRHVAC.Temp", "target_temperature", unit), *target, true, turn);
  }
  const std::string_view fan = tasmota::fan_word(hvac.text_of("FanSpeed"));
  if (!fan.empty()) {
    take_field(bind_canonical("IRHVAC.FanSpeed", "fan_mode"), text_node(fan), true, turn);
  }
  const std::string_view swing = hvac.text_of("SwingV");
  if (!swing.empty()) {
    const std::string word = lower_case(swing);
    take_field(bind_canonical("IRHVAC.SwingV", "swing_mode"), text_node(word), true, turn);
  }
}

}  // namespace attune::devices
