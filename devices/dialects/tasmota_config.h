#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/json/reader.h"

/// What a Tasmota device says of itself, and the attributes that follow from it.
namespace attune::devices::tasmota {

enum class Relay : std::uint8_t { none, relay, light, shutter };

/// `tasmota/discovery/<MAC>/config`, checked. Without one: the convention's defaults.
struct Config {
  bool discovered = false;
  std::string topic;         ///< `%topic%`: the device's name
  std::string label;         ///< for people; may be empty
  std::string command_base;  ///< with its slash, as the two below
  std::string stat_base;
  std::string tele_base;
  std::string online = "Online";  ///< words of LWT
  std::string offline = "Offline";
  std::string off = "OFF";  ///< words of POWER
  std::string on = "ON";
  std::vector<Relay> relays;
  int light = 0;           ///< channels: 1 dimmer, 2 CT, 3 RGB, 4 RGBW, 5 RGBCCT
  bool dims_each = false;  ///< SetOption68: a dimmer of its own for each light
  bool fan = false;
  bool sleeps = false;         ///< it wakes, reports and sleeps
  std::vector<bool> inverted;  ///< by shutter: 0 is open

  [[nodiscard]] std::size_t count(Relay kind) const;
  [[nodiscard]] std::size_t shutters() const { return (count(Relay::shutter) + 1) / 2; }
  /// `2` where there are several that POWER switches, else empty. `number` counts from 1.
  [[nodiscard]] std::string endpoint(std::size_t number) const;
};

/// The defaults for a device of this topic.
[[nodiscard]] Config plain_config(std::string_view topic);
/// Empty topic: it cannot be used, and `why` says so.
[[nodiscard]] Config read_config(const json::Node& root, std::string& why);
/// What the capabilities of a devices file promise.
[[nodiscard]] Config config_of(std::string_view topic, std::span<const std::string> capabilities);

/// All that the relays, lights, shutters and fan of a discovered device report and take.
[[nodiscard]] std::vector<Bound> bound_of(const Config& config);
[[nodiscard]] std::vector<std::string> capabilities_of(const Config& config);

/// What a member of STATE or RESULT is: `POWER2`, `Dimmer`, `CT`, `FanSpeed`; empty: nothing that
/// the convention makes certain. Members of `Shutter<n>` have their path, `Shutter1.Position`.
[[nodiscard]] std::vector<Bound> bind_state(const Config& config, std::string_view member);

/// The number at the end of a member's name: 2 of `POWER2`; 0 without one.
[[nodiscard]] std::size_t number_of(std::string_view member);

}  // namespace attune::devices::tasmota
