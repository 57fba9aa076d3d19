#include "devices/dialects/homie_words.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <vector>

#include "devices/vocabulary.h"

namespace attune::devices::homie {

namespace {

constexpr NameRow kNumberRows[] = {
    {"away|temperature", "away_temperature"},
    {"setpoint|low", "target_temperature_low"},
    {"setpoint|high", "target_temperature_high"},
    {"target|humidity", "target_humidity"},
    {"setpoint", "target_temperature"},
    {"set|point", "target_temperature"},
    {"target", "target_temperature"},
    {"desired|temperature", "target_temperature"},
    {"set|temperature", "target_temperature"},
    {"outdoor", "outdoor_temperature"},
    {"outside", "outdoor_temperature"},
    {"dew", "dew_point"},
    {"dewpoint", "dew_point"},
    {"device|temperature", "device_temperature"},
    {"chip|temperature", "device_temperature"},
    {"cpu|temperature", "device_temperature"},
    {"board|temperature", "device_temperature"},
    {"internal|temperature", "device_temperature"},
    {"color|temperature", "color_temp"},
    {"colour|temperature", "color_temp"},
    {"color|temp", "color_temp"},
    {"colortemp", "color_temp"},
    {"colortemperature", "color_temp"},
    {"ct", "color_temp"},
    {"temperature", "temperature"},
    {"temp", "temperature"},
    {"soil|moisture", "soil_moisture"},
    {"soil|humidity", "soil_moisture"},
    {"moisture", "soil_moisture"},
    {"humidity", "humidity"},
    {"hum", "humidity"},
    {"rh", "humidity"},
    {"battery|voltage", "battery_voltage"},
    {"battery", "battery"},
    {"heating|demand", "heating_demand"},
    {"cooling|demand", "cooling_demand"},
    {"brightness", "brightness"},
    {"dim", "brightness"},
    {"dimmer", "brightness"},
    {"tilt", "tilt"},
    {"slat", "tilt"},
    {"position", "position"},
    {"volume", "volume"},
    {"fan|speed", "fan_speed"},
    {"power|factor", "power_factor"},
    {"pf", "power_factor"},
    {"apparent", "apparent_power"},
    {"reactive", "reactive_power"},
    {"power", "power"},
    {"watt", "power"},
    {"watts", "power"},
    {"load", "power"},
    {"consumption", "power"},
    {"today", "energy_today"},
    {"yesterday", "energy_yesterday"},
    {"month", "energy_month"},
    {"exported", "energy_returned"},
    {"returned", "energy_returned"},
    {"energy", "energy"},
    {"kwh", "energy"},
    {"consumption", "energy"},
    {"voltage", "voltage"},
    {"current", "current"},
    {"frequency", "frequency"},
    {"pressure", "pressure"},
    {"barometer", "pressure"},
    {"illuminance", "illuminance"},
    {"lux", "illuminance"},
    {"light", "illuminance"},
    {"brightness", "illuminance"},
    {"co2", "co2"},
    {"carbon|dioxide", "co2"},
    {"carbon|monoxide", "co"},
    {"co", "co"},
    {"voc", "voc"},
    {"tvoc", "voc"},
    {"voc", "voc_density"},
    {"tvoc", "voc_density"},
    {"pm1", "pm1"},
    {"pm2|5", "pm25"},
    {"pm25", "pm25"},
    {"pm10", "pm10"},
    {"formaldehyde", "formaldehyde"},
    {"noise", "noise"},
    {"distance", "distance"},
    {"weight", "weight"},
    {"gas", "gas_volume"},
    {"water", "water_volume"},
    {"flow", "flow"},
    {"gust", "wind_gust"},
    {"wind|direction", "wind_direction"},
    {"wind", "wind_speed"},
    {"irradiance", "irradiance"},
    {"fill", "fill"},
    {"rssi", "rssi"},
    {"signal", "rssi"},
    {"uptime", "uptime"},
};

/// `contact` is not here: nobody says which way round it is.
constexpr NameRow kTruthRows[] = {
    {"battery|low", "battery_low"},
    {"child|lock", "child_lock"},
    {"window|open", "open"},
    {"open", "open"},
    {"opened", "open"},
    {"motion", "occupancy"},
    {"occupancy", "occupancy"},
    {"occupied", "occupancy"},
    {"presence", "occupancy"},
    {"leak", "leak"},
    {"flood", "leak"},
    {"smoke", "smoke"},
    {"gas", "gas"},
    {"vibration", "vibration"},
    {"tamper", "tamper"},
    {"problem", "problem"},
    {"fault", "problem"},
    {"charging", "charging"},
    {"mute", "muted"},
    {"muted", "muted"},
    {"rain", "rain"},
    {"raining", "rain"},
    {"oscillate", "oscillating"},
    {"oscillation", "oscillating"},
    {"siren", "siren"},
    {"locked", "lock_state"},
    {"power", "on"},
    {"on", "on"},
    {"onoff", "on"},
    {"switch", "on"},
    {"relay", "on"},
    {"outlet", "on"},
};

/// Words that make a number something about a value, and not the value.
constexpr std::string_view kAbout[] = {"max",     "min",      "maximum",     "minimum",   "rated",
                                       "rating",  "limit",    "nominal",     "offset",    "peak",
                                       "average", "avg",      "calibration", "delta",     "alarm",
                                       "step",    "interval", "threshold",   "hysteresis"};

/// Words that may stand beside those of a truth without changing what it is: `door-open` is open,
/// `power-on-delay` is something else than on.
constexpr std::string_view kBeside[] = {
    "state", "status", "sensor", "detected", "detection", "is",    "water", "door", "window",
    "room",  "main",   "relay",  "switch",   "light",     "alarm", "lamp",  "led",  "virtual"};

}  // namespace

std::span<const NameRow> number_rows() {
  return kNumberRows;
}

std::span<const NameRow> truth_rows() {
  return kTruthRows;
}

Words words_of(std::string_view name) {
  Words words;
  std::string word;
  for (const char c : name) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool keeps = upper || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (keeps) word += upper ? static_cast<char>(c - 'A' + 'a') : c;
    if (!keeps && !word.empty()) words.insert(std::exchange(word, {}));
  }
  if (!word.empty()) words.insert(std::move(word));
  return words;
}

bool holds_all(const Words& words, std::string_view wanted) {
  return std::ranges::all_of(split_words(wanted),
                             [&](const std::string& w) { return words.contains(w); });
}

bool holds_only(const Words& words, std::string_view wanted) {
  const std::vector<std::string> named = split_words(wanted);
  return std::ranges::all_of(words, [&](const std::string& w) {
    const bool number = w.find_first_not_of("0123456789") == std::string::npos;
    return number || std::ranges::find(named, w) != named.end() ||
           std::ranges::find(kBeside, w) != std::end(kBeside);
  });
}

bool is_about(const Words& words) {
  return std::ranges::any_of(kAbout, [&](std::string_view w) { return words.contains(w); });
}

}  // namespace attune::devices::homie
