#pragma once
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/zigbee2mqtt_names.h"
#include "devices/json/reader.h"

/// What a Zigbee2MQTT device is: by its description, by a devices file, or by its messages.
namespace attune::devices::zigbee2mqtt {

struct Profile {
  std::vector<Binding> bindings;          ///< those of one property stand together
  std::vector<AttributeInfo> attributes;  ///< each name once
  std::vector<std::string> capabilities;
};

/// From `definition.exposes` of `bridge/devices`. Anything but a list describes nothing.
[[nodiscard]] Profile profile_of_exposes(const json::Node& exposes);

/// From the capabilities of a devices file, by the convention's constants.
[[nodiscard]] Profile profile_of_capabilities(std::span<const std::string> capabilities);

}  // namespace attune::devices::zigbee2mqtt
