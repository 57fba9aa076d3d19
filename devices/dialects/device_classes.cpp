#include "devices/dialects/device_classes.h"

#include <algorithm>
#include <span>
#include <utility>

namespace attune::devices {

namespace {

using Row = std::pair<std::string_view, std::string_view>;

constexpr Row kMeasured[] = {
    {"apparent_power", "apparent_power"},
    {"atmospheric_pressure", "pressure"},
    {"battery", "battery"},
    {"carbon_dioxide", "co2"},
    {"carbon_monoxide", "co"},
    {"current", "current"},
    {"distance", "distance"},
    {"energy", "energy"},
    {"frequency", "frequency"},
    {"gas", "gas_volume"},
    {"humidity", "humidity"},
    {"illuminance", "illuminance"},
    {"irradiance", "irradiance"},
    {"moisture", "soil_moisture"},
    {"pm1", "pm1"},
    {"pm10", "pm10"},
    {"pm25", "pm25"},
    {"power", "power"},
    {"power_factor", "power_factor"},
    {"precipitation", "rain_total"},
    {"pressure", "pressure"},
    {"reactive_power", "reactive_power"},
    {"signal_strength", "rssi"},
    {"sound_pressure", "noise"},
    {"temperature", "temperature"},
    {"volatile_organic_compounds", "voc_density"},
    {"volatile_organic_compounds_parts", "voc"},
    {"voltage", "voltage"},
    {"volume_flow_rate", "flow"},
    {"water", "water_volume"},
    {"weight", "weight"},
    {"wind_direction", "wind_direction"},
    {"wind_speed", "wind_speed"},
};

constexpr Row kTold[] = {
    {"battery", "battery_low"},
    {"battery_charging", "charging"},
    {"carbon_monoxide", "co_alarm"},
    {"door", "open"},
    {"garage_door", "open"},
    {"gas", "gas"},
    {"moisture", "leak"},
    {"motion", "occupancy"},
    {"occupancy", "occupancy"},
    {"opening", "open"},
    {"plug", "plugged"},
    {"presence", "occupancy"},
    {"problem", "problem"},
    {"smoke", "smoke"},
    {"tamper", "tamper"},
    {"vibration", "vibration"},
    {"window", "open"},
};

std::string_view look(std::span<const Row> rows, std::string_view device_class) {
  const auto found =
      std::ranges::find(rows, device_class, [](const Row& row) { return row.first; });
  return found == rows.end() ? std::string_view{} : found->second;
}

}  // namespace

std::string_view measured_by(std::string_view device_class) {
  return look(kMeasured, device_class);
}

std::string_view told_by(std::string_view device_class) {
  return look(kTold, device_class);
}

}  // namespace attune::devices
