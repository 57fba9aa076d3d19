#include "devices/units.h"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace attune::devices {

namespace {

/// base = x * multiply / divide + add, where base is the unit that the kind is counted in.
struct Unit {
  std::string_view code;
  char kind;  // one letter per physical kind
  Conversion to_base;
};

constexpr Unit kUnits[] = {
    {"Cel", 'T', {}},
    {"[degF]", 'T', {5, 9, -160.0 / 9}},
    {"K", 'T', {1, 1, -273.15}},
    {"W", 'P', {}},
    {"mW", 'P', {1, 1000}},
    {"kW", 'P', {1000, 1}},
    {"MW", 'P', {1'000'000, 1}},
    {"kW.h", 'E', {}},
    {"W.h", 'E', {1, 1000}},
    {"mW.h", 'E', {1, 1'000'000}},
    {"MW.h", 'E', {1000, 1}},
    {"W.min", 'E', {1, 60'000}},
    {"J", 'E', {1, 3'600'000}},
    {"kJ", 'E', {1, 3600}},
    {"MJ", 'E', {1, 3.6}},
    {"V", 'U', {}},
    {"mV", 'U', {1, 1000}},
    {"kV", 'U', {1000, 1}},
    {"A", 'I', {}},
    {"mA", 'I', {1, 1000}},
    {"V.A", 'S', {}},
    {"kV.A", 'S', {1000, 1}},
    {"var", 'Q', {}},
    {"kvar", 'Q', {1000, 1}},
    {"Hz", 'f', {}},
    {"kHz", 'f', {1000, 1}},
    {"hPa", 'p', {}},
    {"mbar", 'p', {}},
    {"Pa", 'p', {1, 100}},
    {"kPa", 'p', {10, 1}},
    {"bar", 'p', {1000, 1}},
    {"mm[Hg]", 'p', {133.322387415, 100}},
    {"[psi]", 'p', {68.94757293168, 1}},
    {"lx", 'l', {}},
    {"klx", 'l', {1000, 1}},
    {"m/s", 'v', {}},
    {"km/h", 'v', {1, 3.6}},
    {"[mi_i]/h", 'v', {0.44704, 1}},
    {"[kn_i]", 'v', {1852, 3600}},
    {"m", 'L', {}},
    {"mm", 'L', {1, 1000}},
    {"cm", 'L', {1, 100}},
    {"km", 'L', {1000, 1}},
    {"[ft_i]", 'L', {0.3048, 1}},
    {"[in_i]", 'L', {0.0254, 1}},
    {"kg", 'm', {}},
    {"g", 'm', {1, 1000}},
    {"t", 'm', {1000, 1}},
    {"[lb_av]", 'm', {0.45359237, 1}},
    {"m3", 'V', {}},
    {"L", 'V', {1, 1000}},
    {"l", 'V', {1, 1000}},
    {"[gal_us]", 'V', {3.785411784, 1000}},
    {"m3/h", 'F', {}},
    {"L/h", 'F', {1, 1000}},
    {"L/min", 'F', {60, 1000}},
    {"L/s", 'F', {3600, 1000}},
    {"1", '1', {}},
    {"%", '1', {1, 100}},
    {"[ppm]", 'c', {}},
    {"[ppb]", 'c', {1, 1000}},
    {"ug/m3", 'd', {}},
    {"mg/m3", 'd', {1000, 1}},
    {"s", 't', {}},
    {"ms", 't', {1, 1000}},
    {"min", 't', {60, 1}},
    {"h", 't', {3600, 1}},
    {"d", 't', {86'400, 1}},
    {"deg", 'a', {}},
    {"rad", 'a', {180, 3.14159265358979323846}},
};

const Unit* find(std::string_view code) {
  const auto found = std::ranges::find(kUnits, code, &Unit::code);
  return found == std::end(kUnits) ? nullptr : &*found;
}

}  // namespace

std::optional<Conversion> convert(std::string_view from, std::string_view to) {
  if (from == to) return Conversion{};
  const Unit* a = find(from);
  const Unit* b = find(to);
  if (a == nullptr || b == nullptr || a->kind != b->kind) return std::nullopt;
  return Conversion{a->to_base.multiply * b->to_base.divide,
                    a->to_base.divide * b->to_base.multiply,
                    (a->to_base.add - b->to_base.add) * b->to_base.divide / b->to_base.multiply};
}

double without_noise(double value) {
  constexpr double kScale = 1e6;
  if (std::abs(value) > 1e9) return value;
  const double rounded = std::round(value * kScale) / kScale;
  return rounded == 0 ? 0 : rounded;  // never -0
}

}  // namespace attune::devices
