#include "devices/dialects/zigbee2mqtt_rules.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "devices/dialects/unit_names.h"
#include "devices/model/letters.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::zigbee2mqtt {

namespace {

/// The first that matches wins.
constexpr Rule kRules[] = {
    {"light|switch|fan|-", "state", "b", "", "on"},
    {"light", "brightness", "n", "", "brightness", Twist::percent},
    {"light", "color_temp", "n", "mired", "color_temp", Twist::mired},
    {"light|-", "color_xy", "c", "", "color_xy"},
    {"light|-", "color_hs", "c", "", "color_hs"},
    {"-", "color_mode", "e", "", "color_mode"},
    {"-", "effect", "e", "", "effect"},
    {"cover", "state", "e", "", "open", Twist::command},
    {"cover|-", "position|current_position|position_current", "n", "%", "position", Twist::whole},
    {"cover|-", "tilt", "n", "%", "tilt", Twist::whole},
    {"-", "moving|motor_state|motor_status|drive_state|curtain_status", "e", "", "movement"},
    {"climate|-", "local_temperature|current_temperature", "n", "", "temperature", Twist::places},
    {"climate|-", "occupied_heating_setpoint|current_heating_setpoint|target_temperature", "n", "",
     "target_temperature"},
    {"climate|-", "occupied_cooling_setpoint", "n", "", "target_temperature_high"},
    {"climate|-", "unoccupied_heating_setpoint|unoccupied_cooling_setpoint", "n", "",
     "away_temperature"},
    {"climate|-", "system_mode", "e", "", "hvac_mode"},
    {"climate|-", "running_state", "e", "", "hvac_action"},
    {"climate", "preset", "e", "", "preset"},
    {"climate|fan|-", "fan_mode", "e", "", "fan_mode"},
    {"fan", "mode", "e", "", "fan_mode"},
    {"fan", "speed", "n", "", "fan_speed", Twist::percent},
    {"fan|-", "fan_speed|fan_speed_percent", "n", "", "fan_speed", Twist::percent},
    {"climate|-", "swing_mode", "e", "", "swing_mode"},
    {"climate|-", "pi_heating_demand|valve_position|valve_opening_degree", "n", "%",
     "heating_demand"},
    {"climate|-", "pi_cooling_demand", "n", "%", "cooling_demand"},
    {"lock", "lock_state", "e", "", "lock_state"},
    {"lock", "state", "b", "", "lock_state"},
    {"-", "child_lock|children_lock", "b", "", "child_lock"},
    {"-", "keypad_lockout", "b", "", "child_lock"},
    {"-", "keypad_lockout", "e", "", "child_lock", Twist::lockout},
    {"-", "action", "e", "", "event"},
    {"-",
     "occupancy|presence|motion|pir|occupancy_status|presence_status|motion_detected|"
     "pir_detection|occupancy_alarm",
     "b", "", "occupancy"},
    {"-",
     "occupancy|presence|motion|occupancy_state|presence_state|motion_state|human_motion_state",
     "e", "", "occupancy", Twist::present},
    {"-", "contact", "b", "", "open"},
    {"-", "garage_door_contact", "b", "", "open", Twist::contact},
    {"-",
     "door_state|window_state|opening|opening_state|handle_position|garage_door_state|valve|"
     "valve_state",
     "be", "", "open", Twist::opened},
    {"-", "water_leak|leak|water_leak_alarm|active_water_leak|leak_detect|leak_alarm", "b", "",
     "leak"},
    {"-", "water_leak_state|leak_state", "e", "", "leak", Twist::alarmed},
    {"-", "rain|rain_status", "b", "", "rain"},
    {"-", "smoke|smoke_alarm", "b", "", "smoke"},
    {"-", "smoke|smoke_state|smoke_alarm", "e", "", "smoke", Twist::alarmed},
    {"-", "carbon_monoxide|carbon_monoxide_alarm|co_alarm", "b", "", "co_alarm"},
    {"-", "carbon_monoxide|carbon_monoxide_state|co_state|co_alarm", "e", "", "co_alarm",
     Twist::alarmed},
    {"-", "gas|gas_alarm", "b", "", "gas"},
    {"-", "gas|gas_state|gas_alarm|gas_sensor_state", "e", "", "gas", Twist::alarmed},
    {"-", "vibration|vibration_alarm", "b", "", "vibration"},
    {"-", "tamper|tamper_alarm", "b", "", "tamper"},
    {"-", "fault|fault_alarm|trouble|device_fault|problem|error|motor_fault|ac_error_status", "b",
     "", "problem"},
    {"-",
     "fault|fault_state|fault_status|device_fault|error|error_code|error_state|room_status_code|"
     "system_status_code|reliability",
     "e", "", "problem", Twist::faulted},
    {"-", "overload|overload_status", "b", "", "overload"},
    {"-",
     "window_open|window_open_internal|window_open_flag|window|open_window_detected|"
     "open_window_state",
     "b", "", "window_open", Twist::opened},
    {"-", "alarm|siren", "b", "", "siren", Twist::settable},
    {"-", "volume", "n", "", "volume", Twist::percent},
    {"-", "battery_low", "b", "", "battery_low"},
    {"-", "battery_state|battery_level|battery_status", "e", "", "charging", Twist::charging},
    {"-", "battery|battery_state|battery_level|battery_status", "e", "", "battery_low", Twist::low},
    {"-", "charging|charging_status|charge_state|is_charging", "b", "", "charging"},
    {"-", "charging|charging_status|charging_state|charge_state|charge_status", "e", "", "charging",
     Twist::charging},
    {"-", "plugged|is_plug_connected|ev_connected", "b", "", "plugged"},
    {"-", "power_source|active_power_source", "e", "", "active_power_source"},
    {"-", "input", "b", "", "input"},
    {"-", "battery|battery_percentage|battery_level|battery_value|battery_life|battpercentage", "n",
     "%", "battery"},
    {"-", "voltage", "n", "mV", "battery_voltage"},
    {"-", "battery_voltage", "n", "", "battery_voltage"},
    {"-", "temperature|temp", "n", "", "temperature", Twist::places},
    {"-", "outdoor_air_temperature|outdoor_temperature|outside_temperature", "n", "",
     "outdoor_temperature"},
    {"-", "device_temperature|cpu_temperature|chip_temperature|internalTemperature", "n", "",
     "device_temperature"},
    {"-", "dew_point", "n", "", "dew_point"},
    {"-", "soil_moisture|soil_humidity", "n", "%", "soil_moisture"},
    {"-", "humidity", "n", "%", "humidity", Twist::places},
    {"-", "pressure", "n", "", "pressure"},
    {"-", "illuminance|illuminance_lux|ambient_light", "n", "", "illuminance"},
    {"-", "co2|carbon_dioxide|co2_value", "n", "", "co2"},
    {"-", "co|co_value|carbon_monoxide_value", "n", "", "co"},
    {"-", "voc|tvoc|total_volatile_organic_compounds", "n", "ppb|ppm", "voc"},
    {"-", "voc|tvoc|total_volatile_organic_compounds", "n", "µg/m³|mg/m³", "voc_density"},
    {"-", "voc_index", "n", "VOC Index points", "voc_index"},
    {"-", "pm1", "n", "", "pm1"},
    {"-", "pm25", "n", "", "pm25"},
    {"-", "pm10", "n", "", "pm10"},
    {"-", "formaldehyd|hcho|formaldehyde", "n", "mg/m³|µg/m³", "formaldehyde"},
    {"-", "gas_value", "n", "", "gas_concentration"},
    {"-", "noise", "n", "", "noise"},
    {"-", "target_distance|distance|target_distance_closest|closest_target_distance", "n",
     "m|cm|mm", "distance"},
    {"-", "wind_speed", "n", "", "wind_speed"},
    {"-", "gust_speed|wind_gust", "n", "", "wind_gust"},
    {"-", "wind_direction", "n", "°", "wind_direction"},
    {"-", "precipitation", "n", "mm", "rain_total"},
    {"-", "flow|flow_rate|instantaneous_flow_rate", "n", "m³/h|L/h|L/min", "flow"},
    {"-", "liquid_level_percent|filling|fill_level|tank_level", "n", "%", "fill"},
    {"-", "water_consumed|water_consumed_total|water_total", "n", "m³|L|gal", "water_volume"},
    {"-", "gas|gas_consumed|gas_volume", "n", "m³", "gas_volume"},
    {"-", "total_power|total_active_power", "n", "", "power"},
    {"-", "power|active_power", "n", "", "power", Twist::phases},
    {"-", "power_apparent|total_power_apparent|apparent_power|total_apparent_power", "n", "",
     "apparent_power", Twist::phases},
    {"-", "power_reactive|total_power_reactive|reactive_power", "n", "", "reactive_power",
     Twist::phases},
    {"-", "power_factor", "n", "", "power_factor", Twist::phases},
    {"-",
     "energy|energy_consumed|consumed_energy|total_energy|total_active_energy|"
     "total_energy_consumption|energy_wh|current_summ_delivered",
     "n", "", "energy", Twist::phases},
    {"-", "produced_energy|energy_produced|reverse_energy|energy_returned|current_summ_received",
     "n", "", "energy_returned", Twist::phases},
    {"-", "energy_today|daily_energy", "n", "", "energy_today", Twist::phases},
    {"-", "energy_yesterday", "n", "", "energy_yesterday"},
    {"-", "energy_month", "n", "", "energy_month"},
    {"-", "voltage|mains_voltage|rms_voltage|voltage_rms", "n", "V", "voltage", Twist::phases},
    {"-", "current|rms_current", "n", "", "current", Twist::phases},
    {"-", "ac_frequency|frequency", "n", "", "frequency"},
    {"-", "linkquality|link_quality", "n", "lqi", "link_quality"},
    {"-", "rssi", "n", "", "rssi"},
    {"-", "uptime|uptime_time", "n", "", "uptime"},
};

/// What follows a name that is measured several times: phases of the mains, wires, tariffs.
constexpr std::pair<std::string_view, std::string_view> kPhases[] = {
    {"_phase_a", "a"},     {"_phase_b", "b"},     {"_phase_c", "c"},     {"_ph_b", "b"},
    {"_ph_c", "c"},        {"_a", "a"},           {"_b", "b"},           {"_c", "c"},
    {"_l1", "l1"},         {"_l2", "l2"},         {"_l3", "l3"},         {"_X", "x"},
    {"_Y", "y"},           {"_Z", "z"},           {"_t1", "t1"},         {"_t2", "t2"},
    {"_t3", "t3"},         {"_t4", "t4"},         {"_tier_1", "tier_1"}, {"_tier_2", "tier_2"},
    {"_tier_3", "tier_3"}, {"_tier_4", "tier_4"}, {"_total", "total"},   {"_neutral", "neutral"},
};

/// Where a thing is measured, beside its name. Every part of a place is one of them: what is no
/// place (`max_temperature`, `comfort_temperature`) is a setting.
constexpr std::string_view kPlaces =
    "soil|probe|external|floor|water|room|air|cable|sensor|ntc|ntc1|ntc2|ntc3|return|supply|inlet|"
    "outlet|boiler|dhw|tank|pool|pipe|indoor|outdoor|heat|exchanger|surface|object|fridge|freezer|"
    "oven|grill|basement";

/// Numbered things, as `input_3_leak_detect` and `zone1_state` name them.
constexpr std::string_view kNumbered = "input|channel|zone|area|sensor|probe|port|ch|in|ntc";

constexpr Truth kOpened{"open|opened|yes|tilted", "closed|close|not_opened|no"};
constexpr Truth kLockout{"", "unlock|0|no_lockout", true};
constexpr Truth kPresent{
    "presence|motion|moving|move|occupied|stationary|static|peaceful|small|large|active",
    "none|no_presence|no_motion|unoccupied|clear|absence", true};
constexpr Truth kAlarmed{"alarm", "normal|none|clear|no_alarm"};
constexpr Truth kFaulted{"", "clear|none|normal|no_error|no_fault|no_fault_detected|ok", true};
constexpr Truth kLow{"low", "medium|middle|high|full|normal|usb"};
constexpr Truth kCharging{"charging", "not_charging|notcharged|no_charge|charged|fullycharged|none|full"};

/// A name taken apart: what is measured, and where.
struct Split {
  std::string_view name;
  std::string_view place;
  Twist twist = Twist::none;  ///< only rules of this twist; none: any rule
};

std::optional<Split> split_phase(std::string_view name) {
  for (const auto& [suffix, phase] : kPhases) {
    if (name.size() > suffix.size() && name.ends_with(suffix)) {
      return Split{name.substr(0, name.size() - suffix.size()), phase, Twist::phases};
    }
  }
  return std::nullopt;
}

bool is_place(std::string_view words) {
  if (words.empty()) return false;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find('_'), words.size());
    if (!has_word(kPlaces, words.substr(0, end))) return false;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return true;
}

/// `return_water_temperature` and `temperature_probe`: the shortest place on either side.
void split_places(std::string_view name, std::vector<Split>& into) {
  for (std::size_t bar = name.find('_'); bar != std::string_view::npos;
       bar = name.find('_', bar + 1)) {
    const std::string_view head = name.substr(0, bar);
    const std::string_view tail = name.substr(bar + 1);
    if (is_place(head)) into.push_back({tail, head, Twist::places});
    if (is_place(tail)) into.push_back({head, tail, Twist::places});
  }
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Split> split_number(std::string_view name) {
  const auto first = std::ranges::find_if(name, is_digit);
  if (first == name.end()) return std::nullopt;
  const auto end = std::find_if_not(first, name.end(), is_digit);
  const std::string_view digits{first, end};
  std::string_view head{name.begin(), first};
  const std::string_view tail{end, name.end()};
  if (tail.empty() && head.size() > 1 && head.ends_with('_')) {
    return Split{head.substr(0, head.size() - 1), digits};
  }
  if (head.ends_with('_')) head.remove_suffix(1);
  if (tail.size() < 2 || tail[0] != '_' || !has_word(kNumbered, head)) return std::nullopt;
  return Split{tail.substr(1), name.substr(0, name.size() - tail.size())};
}

bool is_numeric(const Word& word) {
  return word.type == ValueType::number || word.type == ValueType::integer;
}

bool unit_fits(const Rule& rule, const Feature& feature) {
  const std::string_view unit = feature.unit;
  if (unit.empty()) return true;
  if (!rule.units.empty()) return has_word(rule.units, unit);
  if (rule.twist == Twist::percent) return unit == "%";
  if (rule.canonical == "link_quality") return true;
  return convert(ucum_code(unit), find_word(rule.canonical)->unit).has_value();
}

/// Whether the words of an enumeration tell what the rule says that they do. Words that nobody
/// listed are taken where the name alone is certain.
bool words_fit(const Rule& rule, const Feature& feature) {
  const Truth* truth = truth_of(rule.twist);
  if (truth == nullptr) return true;
  if (feature.values.empty()) return rule.twist == Twist::opened || rule.twist == Twist::lockout;
  bool yes = truth->yes.empty();
  bool no = rule.twist == Twist::lockout;
  for (const std::string& value : feature.values) {
    yes = yes || has_word(truth->yes, lower_case(value));
    no = no || has_word(truth->no, lower_case(value));
  }
  return yes && no;
}

/// Whether all that the description says goes with the rule, beside name and place.
bool fits(const Rule& rule, const Feature& feature) {
  constexpr double kMiredMin = 50;
  const std::string_view parent = feature.parent.empty() ? "-" : feature.parent;
  if (!has_word(rule.parents, parent)) return false;
  if (rule.kinds.find(feature.kind) == std::string_view::npos) return false;
  if (rule.twist == Twist::settable && !feature.settable) return false;
  if (rule.twist == Twist::mired && feature.unit.empty() && feature.min.value_or(kMiredMin) < 1) {
    return false;  // a scale of its own
  }
  if (rule.canonical == "position" && parent == "-" && (feature.heats || feature.unit.empty())) {
    return false;  // a radiator's valve, a remote control's idea
  }
  if (feature.kind == 'e' && !words_fit(rule, feature)) return false;
  return feature.kind != 'n' || unit_fits(rule, feature);
}

/// A name that is only a part of the property's says less: it needs its unit, and a reader.
bool fits_apart(const Rule& rule, const Split& split, const Feature& feature) {
  if (split.twist != Twist::none && split.twist != rule.twist) return false;
  if (rule.canonical == "event" || !has_word(rule.names, split.name)) return false;
  if (feature.settable && split.place != "external") return false;
  const Word& word = *find_word(rule.canonical);
  const bool counted = is_numeric(word) && !word.unit.empty() && word.unit != "1";
  return (!counted || !feature.unit.empty()) && fits(rule, feature);
}

std::vector<Split> splits_of(std::string_view name) {
  std::vector<Split> splits;
  if (const auto phase = split_phase(name)) splits.push_back(*phase);
  if (const auto number = split_number(name)) splits.push_back(*number);
  split_places(name, splits);
  return splits;
}

/// The endpoint that the description names goes before what the name says.
std::string endpoint_of(const Feature& feature, std::string_view place, bool numbered) {
  std::string endpoint = plain_name(feature.endpoint);
  if (place.empty() || (numbered && !endpoint.empty())) return endpoint;
  return endpoint.empty() ? std::string(place) : endpoint + "_" + std::string(place);
}

}  // namespace

const Truth* truth_of(Twist twist) {
  switch (twist) {
    case Twist::opened:
      return &kOpened;
    case Twist::lockout:
      return &kLockout;
    case Twist::present:
      return &kPresent;
    case Twist::alarmed:
      return &kAlarmed;
    case Twist::faulted:
      return &kFaulted;
    case Twist::low:
      return &kLow;
    case Twist::charging:
      return &kCharging;
    case Twist::none:
    case Twist::percent:
    case Twist::whole:
    case Twist::mired:
    case Twist::phases:
    case Twist::places:
    case Twist::command:
    case Twist::contact:
    case Twist::settable:
      return nullptr;
  }
  return nullptr;
}

Named find_rule(const Feature& feature) {
  for (const Rule& rule : kRules) {
    if (!has_word(rule.names, feature.name) || !fits(rule, feature)) continue;
    const bool phased = rule.twist == Twist::phases;
    return {&rule, endpoint_of(feature, phased ? feature.phase : std::string_view{}, false)};
  }
  for (const Split& split : splits_of(feature.name)) {
    for (const Rule& rule : kRules) {
      if (!fits_apart(rule, split, feature)) continue;
      return {&rule, endpoint_of(feature, split.place, split.twist == Twist::none)};
    }
  }
  return {};
}

bool is_known_name(std::string_view name) {
  if (has_word("color|update|update_available|last_seen|device|power_on_behavior|color_options",
               name)) {
    return true;
  }
  const std::optional<Split> phase = split_phase(name);
  return std::ranges::any_of(kRules, [&](const Rule& rule) {
    return has_word(rule.names, name) ||
           (rule.twist == Twist::phases && phase && has_word(rule.names, phase->name));
  });
}

}  // namespace attune::devices::zigbee2mqtt
