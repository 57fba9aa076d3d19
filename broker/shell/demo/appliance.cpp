#include "broker/shell/demo/appliance.h"

#include <algorithm>
#include <cmath>

#include "devices/json/reader.h"
#include "devices/json/writer.h"

namespace attune::demo {
namespace {

/// The number of a command's member, within [min, max].
std::optional<double> number_in(const Fields& command, std::string_view key, double min,
                                double max) {
  const auto found = command.find(key);
  if (found == command.end() || !found->second.is_numeric()) return std::nullopt;
  return std::clamp(found->second.numeric(), min, max);
}

std::string word_in(const Fields& command, std::string_view key) {
  const auto found = command.find(key);
  if (found == command.end() || found->second.kind() != ValueKind::text) return {};
  return found->second.as_text();
}

Fields first_state(Kind kind) {
  switch (kind) {
    case Kind::motion:
      return {{"occupancy", false}, {"illuminance", 5.0}};
    case Kind::contact:
      return {{"contact", true}};
    case Kind::lamp:
      return {{"state", "OFF"}, {"brightness", 254.0}, {"color_temp", 370.0}};
    case Kind::dimmer:
      return {{"state", "OFF"}, {"brightness", 254.0}};
    case Kind::plug:
      return {{"state", "ON"}, {"power", 0.4}};
    case Kind::blind:
      return {{"state", "OPEN"}, {"position", 100.0}, {"moving", "STOP"}};
    case Kind::thermostat:
      return {{"occupied_heating_setpoint", 19.0},
              {"local_temperature", 18.5},
              {"system_mode", "heat"},
              {"running_state", "idle"}};
    case Kind::leak:
      return {{"water_leak", false}};
    case Kind::button:
      return {};
    case Kind::climate:
      return {{"temperature", 19.0}, {"humidity", 52.0}};
    case Kind::weather:
      return {{"temp", 8.0}, {"lux", 0.0}};
    case Kind::tank:
      return {{"level", 38.0}};
    case Kind::pump:
      return {{"pump", "STOP"}, {"watts", 0.0}};
    case Kind::valve:
      return {{"valve", "OPEN"}};
    case Kind::ac:
      return {{"mode", "off"}, {"target", 25.0}, {"action", "off"}};
    case Kind::doorbell:
      return {};
    case Kind::person:
      return {{"home", true}};
  }
  return {};
}

bool has_battery(Kind kind) {
  return kind == Kind::motion || kind == Kind::contact || kind == Kind::thermostat ||
         kind == Kind::leak || kind == Kind::button || kind == Kind::climate;
}

}  // namespace

std::string to_json(const Fields& fields) {
  devices::json::Writer out;
  out.begin_object();
  for (const auto& [key, value] : fields) out.member(key, value);
  return out.end_object().take();
}

std::optional<Fields> parse_fields(std::string_view json) {
  using devices::json::Kind;
  devices::json::Reader reader;
  const devices::json::Node* root = reader.read(json);
  if (root == nullptr || root->kind != Kind::object) return std::nullopt;
  Fields fields;
  for (const devices::json::Node& member : *root) {
    const std::string key(member.key);
    if (member.is_number()) fields[key] = member.number;
    if (member.kind == Kind::boolean) fields[key] = member.boolean;
    if (member.kind == Kind::text) fields[key] = member.text;
  }
  return fields;
}

Appliance::Appliance(const Fixture& fixture, Random& random)
    : fixture_(&fixture), state_(first_state(fixture.kind)) {
  if (!is_zigbee(fixture.kind)) return;
  state_["linkquality"] = std::floor(random.between(60, 230));
  if (has_battery(fixture.kind)) state_["battery"] = std::floor(random.between(40, 100));
}

double Appliance::number(std::string_view property) const {
  return state_.find(property)->second.numeric();
}

bool Appliance::is(std::string_view property, const Value& value) const {
  const auto found = state_.find(property);
  return found != state_.end() && found->second == value;
}

bool Appliance::set(std::string_view property, Value value) {
  Value& now = state_[std::string(property)];
  if (now == value) return false;
  now = std::move(value);
  return true;
}

bool Appliance::obey(const Fields& command) {
  switch (fixture_->kind) {
    case Kind::lamp:
    case Kind::dimmer:
    case Kind::plug:
      obey_lamp(command);
      return true;
    case Kind::blind:
      obey_blind(command);
      return true;
    case Kind::thermostat:
      obey_thermostat(command);
      return true;
    case Kind::pump:
      obey_word(command, "pump", "RUN", "STOP");
      return true;
    case Kind::valve:
      obey_word(command, "valve", "OPEN", "CLOSED");
      return true;
    case Kind::ac:
      obey_ac(command);
      return true;
    case Kind::motion:
    case Kind::contact:
    case Kind::leak:
    case Kind::button:
    case Kind::climate:
    case Kind::weather:
    case Kind::tank:
    case Kind::doorbell:
    case Kind::person:
      break;
  }
  return false;
}

void Appliance::obey_lamp(const Fields& command) {
  const std::string word = word_in(command, "state");
  if (word == "ON" || word == "OFF") set("state", word);
  if (word == "TOGGLE") set("state", is("state", "ON") ? "OFF" : "ON");
  if (fixture_->kind == Kind::plug) {
    if (is("state", "OFF")) set("power", 0.0);
    return;
  }
  // Dimming a lamp turns it on, and dimming it to nothing turns it off, unless `state` says else.
  if (const auto brightness = number_in(command, "brightness", 0, 254)) {
    if (word.empty()) set("state", *brightness > 0 ? "ON" : "OFF");
    if (*brightness > 0) set("brightness", std::round(*brightness));
  }
  if (fixture_->kind != Kind::lamp) return;
  if (const auto mired = number_in(command, "color_temp", 153, 454)) {
    set("color_temp", std::round(*mired));
  }
}

void Appliance::obey_blind(const Fields& command) {
  const std::string word = word_in(command, "state");
  if (word == "OPEN") drive_to(100);
  if (word == "CLOSE") drive_to(0);
  if (word == "STOP") drive_to(number("position"));
  if (const auto position = number_in(command, "position", 0, 100)) drive_to(*position);
}

void Appliance::drive_to(double position) {
  target_ = std::round(position);
  const double now = number("position");
  set("moving", target_ > now ? "UP" : target_ < now ? "DOWN" : "STOP");
  if (target_ != now) set("state", target_ > now ? "OPEN" : "CLOSE");
}

bool Appliance::travel(double percent) {
  if (fixture_->kind != Kind::blind || is("moving", "STOP")) return false;
  const double now = number("position");
  const double left = target_ - now;
  const double next = std::abs(left) <= percent ? target_ : now + std::copysign(percent, left);
  set("position", std::round(next));
  if (next == target_) set("moving", "STOP");
  return true;
}

void Appliance::obey_thermostat(const Fields& command) {
  if (const auto target = number_in(command, "occupied_heating_setpoint", 5, 30)) {
    set("occupied_heating_setpoint", std::round(*target * 2) / 2);
  }
  const std::string mode = word_in(command, "system_mode");
  if (mode == "off" || mode == "heat") set("system_mode", mode);
}

void Appliance::obey_word(const Fields& command, std::string_view property, std::string_view one,
                          std::string_view other) {
  const std::string word = word_in(command, property);
  if (word == one || word == other) set(property, word);
  if (fixture_->kind == Kind::pump) set("watts", is("pump", "RUN") ? 380.0 : 0.0);
}

void Appliance::obey_ac(const Fields& command) {
  const std::string mode = word_in(command, "mode");
  if (mode == "off" || mode == "cool" || mode == "fan_only") set("mode", mode);
  if (const auto target = number_in(command, "target", 16, 30)) {
    set("target", std::round(*target * 2) / 2);
  }
  if (is("mode", "off")) set("action", "off");
}

}  // namespace attune::demo
