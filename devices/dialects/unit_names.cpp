#include "devices/dialects/unit_names.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "devices/units.h"

namespace attune::devices {

namespace {

/// Both µ (U+00B5) and μ (U+03BC) are in use. m, M, k, K and the like differ by case.
constexpr std::pair<std::string_view, std::string_view> kNames[] = {
    {"°C", "Cel"},      {"℃", "Cel"},         {"C", "Cel"},        {"degC", "Cel"},
    {"Cel", "Cel"},     {"°F", "[degF]"},     {"℉", "[degF]"},     {"F", "[degF]"},
    {"degF", "[degF]"}, {"[degF]", "[degF]"}, {"K", "K"},          {"%", "%"},
    {"%RH", "%"},       {"% RH", "%"},        {"W", "W"},          {"mW", "mW"},
    {"kW", "kW"},       {"MW", "MW"},         {"kWh", "kW.h"},     {"kW·h", "kW.h"},
    {"kW.h", "kW.h"},   {"Wh", "W.h"},        {"W·h", "W.h"},      {"W.h", "W.h"},
    {"mWh", "mW.h"},    {"MWh", "MW.h"},      {"Wmin", "W.min"},   {"Wm", "W.min"},
    {"W.min", "W.min"}, {"J", "J"},           {"kJ", "kJ"},        {"MJ", "MJ"},
    {"V", "V"},         {"mV", "mV"},         {"kV", "kV"},        {"A", "A"},
    {"mA", "mA"},       {"VA", "V.A"},        {"V.A", "V.A"},      {"kVA", "kV.A"},
    {"var", "var"},     {"VAR", "var"},       {"VAr", "var"},      {"kvar", "kvar"},
    {"kVAR", "kvar"},   {"Hz", "Hz"},         {"kHz", "kHz"},      {"hPa", "hPa"},
    {"mbar", "mbar"},   {"Pa", "Pa"},         {"kPa", "kPa"},      {"bar", "bar"},
    {"mmHg", "mm[Hg]"}, {"psi", "[psi]"},     {"lx", "lx"},        {"lux", "lx"},
    {"Lux", "lx"},      {"klx", "klx"},       {"m/s", "m/s"},      {"km/h", "km/h"},
    {"kmh", "km/h"},    {"kph", "km/h"},      {"mph", "[mi_i]/h"}, {"kn", "[kn_i]"},
    {"kt", "[kn_i]"},   {"m", "m"},           {"mm", "mm"},        {"cm", "cm"},
    {"km", "km"},       {"ft", "[ft_i]"},     {"in", "[in_i]"},    {"kg", "kg"},
    {"g", "g"},         {"t", "t"},           {"lb", "[lb_av]"},   {"lbs", "[lb_av]"},
    {"m³", "m3"},       {"m3", "m3"},         {"L", "L"},          {"l", "L"},
    {"m³/h", "m3/h"},   {"m3/h", "m3/h"},     {"L/h", "L/h"},      {"L/min", "L/min"},
    {"l/min", "L/min"}, {"L/s", "L/s"},       {"ppm", "[ppm]"},    {"[ppm]", "[ppm]"},
    {"ppb", "[ppb]"},   {"[ppb]", "[ppb]"},   {"µg/m³", "ug/m3"},  {"μg/m³", "ug/m3"},
    {"ug/m³", "ug/m3"}, {"µg/m3", "ug/m3"},   {"μg/m3", "ug/m3"},  {"ug/m3", "ug/m3"},
    {"mg/m³", "mg/m3"}, {"mg/m3", "mg/m3"},   {"dB", "dB"},        {"dBA", "dB"},
    {"dB(A)", "dB"},    {"dBm", "dBm"},       {"s", "s"},          {"sec", "s"},
    {"ms", "ms"},       {"min", "min"},       {"h", "h"},          {"d", "d"},
    {"°", "deg"},       {"deg", "deg"},       {"rad", "rad"},      {"W/m²", "W/m2"},
    {"W/m2", "W/m2"},   {"W/h", "W.h"},       {"Lx", "lx"},        {"mBar", "mbar"},
    {"dbm", "dBm"},     {"Hours", "h"},       {"hours", "h"},      {"Min", "min"},
    {"minutes", "min"}, {"seconds", "s"},     {"lqi", "1"},        {"gal", "[gal_us]"},
};

}  // namespace

std::string_view ucum_code(std::string_view written) {
  const std::size_t first = written.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  written = written.substr(first, written.find_last_not_of(' ') - first + 1);
  const auto found = std::ranges::find(kNames, written, [](const auto& row) { return row.first; });
  return found == std::end(kNames) ? std::string_view{} : found->second;
}

/// The first of several names is the usual one.
std::string_view written_unit(std::string_view ucum) {
  const auto found = std::ranges::find(kNames, ucum, [](const auto& row) { return row.second; });
  return found == std::end(kNames) ? std::string_view{} : found->first;
}

std::vector<std::string_view> codes_like(std::string_view ucum) {
  std::vector<std::string_view> codes;
  for (const auto& [written, code] : kNames) {
    if (convert(code, ucum)) codes.push_back(code);
  }
  std::ranges::sort(codes);
  codes.erase(std::unique(codes.begin(), codes.end()), codes.end());
  return codes;
}

}  // namespace attune::devices
