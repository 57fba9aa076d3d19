#include "devices/dialects/unit_names.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace attune::devices {

namespace {

/// As written, UCUM. What is written as its code stands here too: it is known to be a unit.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"°C", "Cel"},        {"℃", "Cel"},        {"C", "Cel"},       {"Cel", "Cel"},
    {"degC", "Cel"},      {"°F", "[degF]"},    {"℉", "[degF]"},    {"F", "[degF]"},
    {"[degF]", "[degF]"}, {"degF", "[degF]"},  {"K", "K"},         {"%", "%"},
    {"W", "W"},           {"Watt", "W"},       {"mW", "mW"},       {"kW", "kW"},
    {"MW", "MW"},         {"kWh", "kW.h"},     {"kW.h", "kW.h"},   {"Wh", "W.h"},
    {"W.h", "W.h"},       {"mWh", "mW.h"},     {"MWh", "MW.h"},    {"Wmin", "W.min"},
    {"J", "J"},           {"kJ", "kJ"},        {"MJ", "MJ"},       {"V", "V"},
    {"Volt", "V"},        {"mV", "mV"},        {"kV", "kV"},       {"A", "A"},
    {"mA", "mA"},         {"VA", "V.A"},       {"V.A", "V.A"},     {"kVA", "kV.A"},
    {"var", "var"},       {"VAr", "var"},      {"VAR", "var"},     {"kvar", "kvar"},
    {"Hz", "Hz"},         {"kHz", "kHz"},      {"hPa", "hPa"},     {"mbar", "mbar"},
    {"mBar", "mbar"},     {"Pa", "Pa"},        {"kPa", "kPa"},     {"bar", "bar"},
    {"mmHg", "mm[Hg]"},   {"psi", "[psi]"},    {"lx", "lx"},       {"lux", "lx"},
    {"Lux", "lx"},        {"klx", "klx"},      {"m/s", "m/s"},     {"km/h", "km/h"},
    {"kmh", "km/h"},      {"mph", "[mi_i]/h"}, {"kn", "[kn_i]"},   {"m", "m"},
    {"mm", "mm"},         {"cm", "cm"},        {"km", "km"},       {"ft", "[ft_i]"},
    {"in", "[in_i]"},     {"kg", "kg"},        {"g", "g"},         {"t", "t"},
    {"lb", "[lb_av]"},    {"lbs", "[lb_av]"},  {"m³", "m3"},       {"m3", "m3"},
    {"L", "L"},           {"l", "L"},          {"m³/h", "m3/h"},   {"m3/h", "m3/h"},
    {"L/h", "L/h"},       {"l/h", "L/h"},      {"L/min", "L/min"}, {"l/min", "L/min"},
    {"L/s", "L/s"},       {"ppm", "[ppm]"},    {"[ppm]", "[ppm]"}, {"ppb", "[ppb]"},
    {"[ppb]", "[ppb]"},   {"µg/m³", "ug/m3"},  // micro sign
    {"μg/m³", "ug/m3"},                        // Greek letter
    {"ug/m3", "ug/m3"},   {"ug/m³", "ug/m3"},  {"µg/m3", "ug/m3"}, {"mg/m³", "mg/m3"},
    {"mg/m3", "mg/m3"},   {"s", "s"},          {"ms", "ms"},       {"min", "min"},
    {"h", "h"},           {"d", "d"},          {"°", "deg"},       {"deg", "deg"},
    {"dB", "dB"},         {"dBA", "dB"},       {"dBm", "dBm"},     {"W/m²", "W/m2"},
    {"W/m2", "W/m2"},     {"MK⁻¹", "MK-1"},
};

}  // namespace

std::string_view ucum_of(std::string_view written) {
  const auto found =
      std::ranges::find(kNames, written, &std::pair<std::string_view, std::string_view>::first);
  return found == std::end(kNames) ? std::string_view{} : found->second;
}

}  // namespace attune::devices
