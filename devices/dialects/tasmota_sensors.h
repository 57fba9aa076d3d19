#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "devices/dialects/device_book.h"

/// What the sensors of Tasmota call their values.
namespace attune::devices::tasmota {

/// The units that a message, or an earlier one, states for all of its values.
struct Units {
  std::string temperature = "Cel";
  std::string pressure = "hPa";
  std::string speed = "m/s";
};
/// Takes up `TempUnit`, `PressureUnit` and `SpeedUnit` of a message.
void read_units(const json::Node& message, Units& units);

/// A field of a sensor's block: `BME280`, `Temperature`. The attribute has no endpoint yet. Empty:
/// nothing that its name makes certain.
[[nodiscard]] std::optional<Bound> bind_field(std::string_view block, std::string_view field,
                                              const Units& units);
/// A field of a Zigbee device behind a Tasmota bridge, by that bridge's scales.
[[nodiscard]] std::optional<Bound> bind_zigbee(std::string_view field);

/// Of an air conditioner's remote control: its words in canonical ones, empty where none is.
[[nodiscard]] std::string_view hvac_word(std::string_view mode);
[[nodiscard]] std::string_view fan_word(std::string_view speed);
/// `SINGLE`, `QUAD` of a button; others in lower case.
[[nodiscard]] std::string press_word(std::string_view action);

}  // namespace attune::devices::tasmota
