#include "devices/dialects/shelly_gen1_names.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace attune::devices::shelly_gen1 {

namespace {

/// How a row differs from a value in another unit.
enum class Twist : std::uint8_t { none, writable, truth, alarm, opened, position, moving };

/// `#` stands for a component's number.
struct Row {
  std::string_view topic, attribute, unit;
  Twist twist = Twist::none;
};

constexpr Row kTopics[] = {
    {"relay/#", "on", "", Twist::writable},
    {"relay/#/power", "power", ""},
    {"relay/#/energy", "energy", "W.min"},
    {"light/#/power", "power", ""},
    {"light/#/energy", "energy", "W.min"},
    {"color/#/power", "power", ""},
    {"white/#/power", "power", ""},
    {"roller/#", "movement", "", Twist::moving},
    {"roller/#/pos", "position", "", Twist::position},
    {"roller/#/power", "power", ""},
    {"roller/#/energy", "energy", "W.min"},
    {"emeter/#/power", "power", ""},
    {"emeter/#/reactive_power", "reactive_power", ""},
    {"emeter/#/voltage", "voltage", ""},
    {"emeter/#/current", "current", ""},
    {"emeter/#/pf", "power_factor", ""},
    {"emeter/#/total", "energy", "W.h"},
    {"emeter/#/total_returned", "energy_returned", "W.h"},
    {"input/#", "input", "", Twist::truth},
    {"sensor/temperature", "temperature", ""},
    {"sensor/humidity", "humidity", ""},
    {"sensor/battery", "battery", ""},
    {"sensor/lux", "illuminance", ""},
    {"sensor/motion", "occupancy", "", Twist::truth},
    {"sensor/vibration", "vibration", "", Twist::truth},
    {"sensor/flood", "leak", "", Twist::truth},
    {"sensor/smoke", "smoke", "", Twist::truth},
    {"sensor/gas", "gas", "", Twist::alarm},
    {"sensor/concentration", "gas_concentration", ""},
    {"sensor/state", "open", "", Twist::opened},
    {"sensor/charger", "charging", "", Twist::truth},
    {"temperature", "device_temperature", ""},
    {"overtemperature", "problem", "", Twist::truth},
    {"overpower", "overload", "", Twist::truth},
    {"voltage", "voltage", ""},
};

constexpr Row kStatus[] = {
    {"motion", "occupancy", "", Twist::truth},
    {"vibration", "vibration", "", Twist::truth},
    {"lux", "illuminance", ""},
    {"bat", "battery", ""},
    {"tmp", "temperature", ""},
};

struct Model {
  std::string_view code, id, topics;  ///< topics divided by '|'
};

constexpr Model kModels[] = {
    {"SHSW-1", "shelly1", "relay/0|input/0"},
    {"SHSW-L", "shelly1l", "relay/0"},
    {"SHSW-PM", "shelly1pm", "relay/0|relay/0/power|relay/0/energy|temperature"},
    {"SHSW-21", "shellyswitch", "relay/0|relay/1"},
    {"SHSW-25", "shellyswitch25", "temperature"},
    {"SHPLG-1", "shellyplug", "relay/0|relay/0/power|relay/0/energy"},
    {"SHPLG-S", "shellyplug-s", "relay/0|relay/0/power|relay/0/energy|temperature"},
    {"SHPLG-U1", "shellyplug-u1", "relay/0|relay/0/power|relay/0/energy"},
    {"SHDM-1", "shellydimmer", "light/0|light/0/power"},
    {"SHDM-2", "shellydimmer2", "light/0|light/0/power"},
    {"SHBDUO-1", "shellybulbduo", "light/0"},
    {"SHVIN-1", "shellyvintage", "light/0"},
    {"SHBLB-1", "shellybulb", "color/0"},
    {"SHCB-1", "shellycolorbulb", "color/0"},
    {"SHRGBW2", "shellyrgbw2", "color/0"},
    {"SHEM", "shellyem", "emeter/0/power|emeter/1/power|relay/0"},
    {"SHEM-3", "shellyem3", "emeter/0/power|emeter/1/power|emeter/2/power|relay/0"},
    {"SHHT-1", "shellyht", "sensor/temperature|sensor/humidity|sensor/battery"},
    {"SHWT-1", "shellyflood", "sensor/flood|sensor/temperature|sensor/battery"},
    {"SHSM-01", "shellysmoke", "sensor/smoke|sensor/temperature|sensor/battery"},
    {"SHDW-1", "shellydw", "sensor/state|sensor/lux|sensor/battery"},
    {"SHDW-2", "shellydw2", "sensor/state|sensor/lux|sensor/temperature|sensor/battery"},
    {"SHMOS-01", "shellymotionsensor", ""},
    {"SHMOS-02", "shellymotion2", ""},
    {"SHBTN-1", "shellybutton1", "sensor/battery"},
    {"SHBTN-2", "shellybutton2", "sensor/battery"},
    {"SHGS-1", "shellygas", "sensor/gas|sensor/concentration"},
    {"SHUNI-1", "shellyuni", "relay/0|relay/1"},
};

/// The topic with `#` for its number, and that number.
std::pair<std::string, std::string> pattern_of(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return {std::string(rest), ""};
  const std::string_view number = rest.substr(slash + 1, rest.find('/', slash + 1) - slash - 1);
  const bool digits = !number.empty() && number.size() <= 2 &&
                      number.find_first_not_of("0123456789") == std::string_view::npos;
  if (!digits) return {std::string(rest), ""};
  std::string pattern(rest.substr(0, slash + 1));
  pattern.append("#").append(rest.substr(slash + 1 + number.size()));
  return {std::move(pattern), std::string(number)};
}

void twist(Twist how, Bound& bound) {
  using Words = std::vector<std::pair<std::string, std::string>>;
  static const Words kTruth = {{"1", "true"},      {"0", "false"}, {"true", "true"},
                               {"false", "false"}, {"on", "true"}, {"off", "false"}};
  Binding& binding = bound.binding;
  switch (how) {
    case Twist::none:
      return;
    case Twist::writable:
      binding.on = "on";
      binding.off = "off";
      // Switched off by itself for too much power.
      binding.words = {{"on", "true"}, {"off", "false"}, {"overpower", "false"}};
      return make_writable(bound);
    case Twist::truth:
      binding.words = kTruth;
      return;
    case Twist::alarm:
      binding.words = {
          {"none", "false"}, {"mild", "true"}, {"heavy", "true"}, {"unknown", ""}, {"test", ""}};
      return;
    case Twist::opened:
      binding.words = {{"open", "true"}, {"close", "false"}, {"closed", "false"}, {"unknown", ""}};
      return;
    case Twist::position:
      binding.whole = true;
      return make_writable(bound);
    case Twist::moving:
      binding.words = {{"open", "opening"}, {"close", "closing"}, {"stop", "stopped"}};
      return;
  }
}

Bound bound_of(const Row& row, std::string_view property, std::string_view endpoint) {
  const std::string attribute =
      (endpoint.empty() ? "" : std::string(endpoint) + ".") + std::string(row.attribute);
  Bound bound = bind_canonical(property, attribute, row.unit);
  twist(row.twist, bound);
  return bound;
}

/// Which components a model has several of: then the first has an endpoint too.
constexpr std::pair<std::string_view, std::string_view> kSeveral[] = {
    {"shellyswitch-", "relay|input"}, {"shellyswitch25-", "relay|input"},
    {"shelly4pro-", "relay|input"},   {"shellyuni-", "relay|input"},
    {"shelly2-", "relay|input"},      {"shellyix3-", "input"},
    {"shellydimmer-", "input"},       {"shellydimmer2-", "input"},
    {"shellyrgbw2-", "white"},
};

bool has_several(std::string_view id, std::string_view component) {
  return std::ranges::any_of(kSeveral, [&](const auto& row) {
    return id.find(row.first) != std::string_view::npos &&
           row.second.find(component) != std::string_view::npos;
  });
}

/// Phases are counted by everybody, other components where there are more than one.
std::string endpoint_of(std::string_view id, std::string_view pattern, const std::string& number) {
  if (number.empty() || pattern.starts_with("emeter/")) return number;
  const std::string_view component = pattern.substr(0, pattern.find('/'));
  return number == "0" && !has_several(id, component) ? "" : number;
}

}  // namespace

std::vector<Bound> bind_topic(std::string_view id, std::string_view rest) {
  const auto [pattern, number] = pattern_of(rest);
  std::vector<Bound> all;
  for (const Row& row : kTopics) {
    if (row.topic == pattern) all.push_back(bound_of(row, rest, endpoint_of(id, pattern, number)));
  }
  return all;
}

std::vector<Bound> bind_light(std::string_view id, std::string_view component,
                              std::string_view member) {
  const std::string property = std::string(component) + "." + std::string(member);
  const auto [pattern, number] = pattern_of(component);
  const std::string endpoint = endpoint_of(id, pattern, number);
  const auto bind = [&](std::string_view attribute) {
    return bind_canonical(property,
                          (endpoint.empty() ? "" : endpoint + ".") + std::string(attribute));
  };
  // In colour mode `gain` is what dims; `brightness` is that of the white.
  const bool colored = component.starts_with("color/");
  if (member == "ison") {
    Bound bound = bind("on");
    bound.binding.words = {{"on", "true"}, {"off", "false"}, {"overpower", "false"}};
    make_writable(bound);
    return {std::move(bound)};
  }
  if ((member == "brightness" && !colored) || (member == "gain" && colored)) {
    Bound bound = bind("brightness");
    bound.binding.whole = true;
    make_writable(bound);
    return {std::move(bound)};
  }
  if (member == "temp" && !colored) {
    Bound bound = bind("color_temp");
    bound.binding.whole = true;
    make_writable(bound);
    return {std::move(bound)};
  }
  return {};
}

std::vector<Bound> bind_status(std::string_view member) {
  for (const Row& row : kStatus) {
    if (row.topic != member) continue;
    return {bound_of(row, "status." + std::string(member), {})};
  }
  return {};
}

std::vector<std::string_view> topics_of(std::string_view model) {
  const auto is_it = [&](const Model& row) {
    return row.code == model || (model.size() > row.id.size() && model.starts_with(row.id) &&
                                 model[row.id.size()] == '-' &&
                                 model.find('-', row.id.size() + 1) == std::string_view::npos);
  };
  const auto found = std::ranges::find_if(kModels, is_it);
  std::vector<std::string_view> all;
  if (found == std::end(kModels)) return all;
  for (std::string_view rest = found->topics; !rest.empty();) {
    const std::size_t bar = std::min(rest.find('|'), rest.size());
    all.push_back(rest.substr(0, bar));
    rest.remove_prefix(std::min(bar + 1, rest.size()));
  }
  return all;
}

bool is_sleeper(std::string_view id) {
  static constexpr std::string_view kSleepers[] = {
      "shellyht-",  "shellyflood-",   "shellysmoke-",  "shellydw-",
      "shellydw2-", "shellybutton1-", "shellybutton2-"};
  return std::ranges::any_of(
      kSleepers, [&](std::string_view begin) { return id.find(begin) != std::string_view::npos; });
}

bool is_component(std::string_view level) {
  static constexpr std::string_view kComponents[] = {
      "relay",           "light",        "color",
      "white",           "roller",       "emeter",
      "input",           "input_event",  "sensor",
      "temperature",     "longpush",     "info",
      "online",          "announce",     "status",
      "temperature_f",   "voltage",      "overtemperature",
      "command",         "overpower",    "temperature_status",
      "ext_temperature", "ext_humidity", "ext_temperatures",
      "ext_humidities",  "adc",          "thermostat",
      "loaderror",       "events"};
  return std::ranges::find(kComponents, level) != std::end(kComponents);
}

std::string_view press_word(std::string_view event) {
  if (event == "S") return "single";
  if (event == "SS") return "double";
  if (event == "SSS") return "triple";
  if (event == "L") return "hold";
  return {};
}

}  // namespace attune::devices::shelly_gen1
