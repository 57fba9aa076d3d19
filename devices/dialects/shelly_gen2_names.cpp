#include "devices/dialects/shelly_gen2_names.h"

#include <algorithm>
#include <iterator>
#include <span>
#include <utility>

#include "devices/model/letters.h"
#include "devices/vocabulary.h"

namespace attune::devices::shelly_gen2 {

namespace {

enum class Twist : std::uint8_t { none, writable, percent, kelvin, movement, opened, rgb };

/// A field that components of some types have. `types` are divided by '|'.
struct Row {
  std::string_view types, path, attribute, unit;
  Twist twist = Twist::none;
};

constexpr std::string_view kTypes =
    "switch|light|rgb|rgbw|cct|rgbcct|cover|input|em|em1|emdata|em1data|pm1|temperature|humidity|"
    "illuminance|devicepower|flood|smoke|voltmeter|thermostat|sys|wifi|eth|cloud|mqtt|ble|ws|"
    "bthome|bthomedevice|bthomesensor|script|ui|knx|matter|modbus|presence|blutrv|service|number|"
    "boolean|enum|text|button|group|plugs_ui";

constexpr Row kRows[] = {
    {"switch|light|rgb|rgbw|cct|rgbcct", "output", "on", "", Twist::writable},
    {"light|rgb|rgbw|cct|rgbcct", "brightness", "brightness", "", Twist::percent},
    {"cct|rgbcct|light", "ct", "color_temp", "", Twist::kelvin},
    {"rgb|rgbw|rgbcct", "rgb", "color_rgb", "", Twist::rgb},
    {"cover", "current_pos", "position", "", Twist::percent},
    {"cover", "slat_pos", "tilt", "", Twist::percent},
    {"cover", "state", "movement", "", Twist::movement},
    {"cover", "opened", "open", "", Twist::opened},
    {"input", "state", "input", ""},
    {"switch|light|rgb|rgbw|cct|rgbcct|cover|pm1", "apower", "power", ""},
    {"switch|light|rgb|rgbw|cct|rgbcct|cover|pm1|em1|voltmeter", "voltage", "voltage", ""},
    {"switch|light|rgb|rgbw|cct|rgbcct|cover|pm1|em1", "current", "current", ""},
    {"switch|cover|pm1|em1", "freq", "frequency", ""},
    {"switch|cover|pm1|em1", "pf", "power_factor", ""},
    {"em1", "act_power", "power", ""},
    {"em1|pm1", "aprt_power|aprtpower", "apparent_power", ""},
    {"switch|light|rgb|rgbw|cct|rgbcct|cover|pm1", "aenergy.total", "energy", "W.h"},
    {"switch|light|rgb|rgbw|cct|rgbcct|cover|pm1", "ret_aenergy.total", "energy_returned", "W.h"},
    {"switch|light|rgb|rgbw|cct|rgbcct|cover|pm1", "temperature.tC", "device_temperature", ""},
    {"em", "total_act_power", "power", ""},
    {"em", "total_aprt_power", "apparent_power", ""},
    {"em", "total_current", "current", ""},
    {"emdata", "total_act", "energy", "W.h"},
    {"emdata", "total_act_ret", "energy_returned", "W.h"},
    {"em1data", "total_act_energy", "energy", "W.h"},
    {"em1data", "total_act_ret_energy", "energy_returned", "W.h"},
    {"temperature", "tC", "temperature", ""},
    {"humidity", "rh", "humidity", ""},
    {"illuminance", "lux", "illuminance", ""},
    {"devicepower", "battery.V", "battery_voltage", ""},
    {"devicepower", "battery.percent", "battery", ""},
    {"flood", "alarm", "leak", ""},
    {"smoke", "alarm", "smoke", ""},
    {"flood|smoke", "mute", "muted", ""},
    {"thermostat", "target_C", "target_temperature", "", Twist::writable},
    {"thermostat", "current_C", "temperature", ""},
    {"sys", "uptime", "uptime", ""},
    {"wifi", "rssi", "rssi", ""},
};

/// Of a meter's phases: the field without `a_`.
constexpr Row kPhases[] = {
    {"em", "act_power", "power", ""},
    {"em", "aprt_power", "apparent_power", ""},
    {"em", "voltage", "voltage", ""},
    {"em", "current", "current", ""},
    {"em", "pf", "power_factor", ""},
    {"em", "freq", "frequency", ""},
    {"emdata", "total_act_energy", "energy", "W.h"},
    {"emdata", "total_act_ret_energy", "energy_returned", "W.h"},
};

bool has_any(std::string_view name, std::span<const std::string_view> words) {
  const std::string own = lower_case(name);
  return std::ranges::any_of(words,
                             [&](std::string_view word) { return own.find(word) != own.npos; });
}

/// Meters measure the temperature of themselves.
bool is_meter(std::string_view name) {
  static constexpr std::string_view kMeters[] = {"3em", "proem", "shellyem", "pro2em"};
  return has_any(name, kMeters);
}

void twist(Twist how, Bound& bound) {
  Binding& binding = bound.binding;
  switch (how) {
    case Twist::none:
      return;
    case Twist::kelvin:
    case Twist::percent:
      binding.whole = true;
      return make_writable(bound);
    case Twist::writable:
    case Twist::rgb:
      return make_writable(bound);
    case Twist::movement:
      binding.words = {{"opening", "opening"}, {"closing", "closing"}, {"stopped", "stopped"},
                       {"open", "stopped"},    {"closed", "stopped"},  {"calibrating", "stopped"}};
      return;
    case Twist::opened:
      binding.words = {{"open", "true"}, {"closed", "false"}, {"opening", ""},
                       {"closing", ""},  {"stopped", ""},     {"calibrating", ""}};
      return make_writable(bound);
  }
}

const Row* find(std::span<const Row> rows, std::string_view type, std::string_view path) {
  const auto found = std::ranges::find_if(
      rows, [&](const Row& row) { return has_word(row.types, type) && has_word(row.path, path); });
  return found == rows.end() ? nullptr : &*found;
}

std::string title(std::string_view type) {
  if (type == "rgb" || type == "rgbw" || type == "cct" || type == "rgbcct") {
    std::string all(type);
    for (char& c : all) c = static_cast<char>(c - 'a' + 'A');
    return all;
  }
  std::string word(type);
  if (!word.empty()) word[0] = static_cast<char>(word[0] - 'a' + 'A');
  return word;
}

}  // namespace

Component component_of(std::string_view key) {
  const std::size_t colon = key.find(':');
  if (colon == std::string_view::npos) return {key, {}};
  const std::string_view number = key.substr(colon + 1);
  const bool digits = !number.empty() && number.size() <= 3 &&
                      number.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits) return {};
  return {key.substr(0, colon), number};
}

bool is_type(std::string_view type) {
  return !type.empty() && has_word(kTypes, type);
}

std::optional<Bound> bind_field(std::string_view name, const Component& component,
                                std::string_view endpoint, std::string_view path) {
  std::string property(component.type);
  if (!component.number.empty()) property.append(":").append(component.number);
  property.append("/").append(path);
  std::string own(endpoint);
  const Row* row = find(kRows, component.type, path);
  if (row == nullptr && path.size() > 2 && path[1] == '_' && path[0] >= 'a' && path[0] <= 'n') {
    row = find(kPhases, component.type, path.substr(2));
    own = path.substr(0, 1);
  }
  if (row == nullptr) return std::nullopt;
  const bool chip = component.type == "temperature" && is_meter(name);
  const std::string attribute(chip ? "device_temperature" : row->attribute);
  Bound bound =
      bind_canonical(property, own.empty() ? attribute : own + "." + attribute, row->unit);
  twist(row->twist, bound);
  return bound;
}

Method method_of(std::string_view property, const Value& wire) {
  const std::size_t slash = property.find('/');
  const std::string_view path = property.substr(slash + 1);
  const std::string type = title(component_of(property.substr(0, slash)).type);
  if (path == "current_pos") return {"Cover.GoToPosition", "pos"};
  if (path == "slat_pos") return {"Cover.GoToPosition", "slat_pos"};
  if (path == "opened") return {wire == Value(true) ? "Cover.Open" : "Cover.Close", ""};
  if (path == "target_C") return {"Thermostat.SetConfig", "target_C"};
  return {type + ".Set", path == "output" ? "on" : std::string(path)};
}

std::string_view press_word(std::string_view event) {
  static constexpr std::pair<std::string_view, std::string_view> kWords[] = {
      {"single_push", "single"}, {"double_push", "double"}, {"triple_push", "triple"},
      {"long_push", "hold"},     {"btn_down", "press"},     {"btn_up", "release"}};
  const auto found = std::ranges::find(kWords, event, [](const auto& row) { return row.first; });
  return found == std::end(kWords) ? std::string_view{} : found->second;
}

bool is_own_doing(std::string_view source) {
  static constexpr std::string_view kOwn[] = {"init", "timer", "timeout", "limit_switch"};
  return std::ranges::find(kOwn, source) != std::end(kOwn);
}

bool protects(std::string_view source) {
  static constexpr std::string_view kHarm[] = {"limit_voltage", "limit_current", "limit_power",
                                               "obstruction", "safety_switch"};
  return !attribute_of_error(source).empty() || std::ranges::find(kHarm, source) != std::end(kHarm);
}

std::string_view attribute_of_error(std::string_view error) {
  if (error == "overpower" || error == "overcurrent") return "overload";
  const bool sick = error == "overtemp" || error == "overvoltage" || error == "undervoltage";
  return sick ? "problem" : std::string_view{};
}

bool has_several(std::string_view name, std::string_view type) {
  static constexpr std::string_view kRelays[] = {"2pm", "pro2-", "pro3-", "4pm", "2l", "pro2cover"};
  static constexpr std::string_view kInputs[] = {"2pm", "pro2-", "pro3-", "4pm", "2l", "i4"};
  if (type == "switch") return has_any(name, kRelays);
  return type == "input" && has_any(name, kInputs);
}

bool is_sleeper(std::string_view name) {
  static constexpr std::string_view kSleepers[] = {"plusht", "htg3", "plussmoke", "floodg4"};
  return has_any(name, kSleepers);
}

bool is_younger(std::string_view name) {
  static constexpr std::string_view kMarks[] = {"plus", "pro", "gen2", "gen3", "gen4",
                                                "g3-",  "g4-", "mini", "wall", "blu"};
  return has_any(name, kMarks);
}

bool looks_like_shelly(std::string_view name) {
  static constexpr std::string_view kMarks[] = {"shelly", "shellies"};
  return has_any(name, kMarks);
}

}  // namespace attune::devices::shelly_gen2
