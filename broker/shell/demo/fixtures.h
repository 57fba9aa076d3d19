#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

/// What stands in the simulated home: its rooms and its devices.
namespace attune::demo {

enum class Room : std::uint8_t { outside, hall, living, kitchen, bedroom, bath, office, laundry };
inline constexpr std::size_t kRooms = 8;

enum class Kind : std::uint8_t {
  // Zigbee2MQTT
  motion,
  contact,
  lamp,
  dimmer,
  plug,
  blind,
  thermostat,
  leak,
  button,
  climate,
  // plain JSON, told to attune by examples/home/devices.d/house.yaml
  weather,
  tank,
  pump,
  valve,
  ac,
  doorbell,
  person
};

struct Fixture {
  std::string_view name;  ///< friendly name on Zigbee2MQTT, or the JSON device's state topic
  Room room;
  Kind kind;
};

/// Every device, Zigbee first; the order never changes, so an index names a device.
[[nodiscard]] std::span<const Fixture> fixtures();
[[nodiscard]] bool is_zigbee(Kind kind);

/// Where a device says its state, and where it takes commands (empty: it takes none).
[[nodiscard]] std::string state_topic(const Fixture& fixture);
[[nodiscard]] std::string command_topic(const Fixture& fixture);

/// The retained document of `zigbee2mqtt/bridge/devices`: a coordinator and all Zigbee devices.
[[nodiscard]] std::string bridge_devices();

}  // namespace attune::demo
