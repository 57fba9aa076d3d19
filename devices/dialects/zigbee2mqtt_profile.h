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

/// What the rest of a message says about one of its properties.
struct Context {
  bool battery = false;     ///< there is a battery: `voltage` is its millivolts
  bool thermostat = false;  ///< `position` is a valve's, `state` no switch
  bool cover = false;       ///< OPEN, CLOSE, STOP or a movement stand beside
};
[[nodiscard]] Context context_of(const json::Node& message);

/// What the convention alone makes of a property that no description names.
struct Guess {
  std::vector<Bound> bound;  ///< empty: nothing is certain, it stays raw
  std::string refused;       ///< a canonical attribute whose value has the wrong type
};
[[nodiscard]] Guess guess(std::string_view property, const json::Node& value,
                          const Context& context);

}  // namespace attune::devices::zigbee2mqtt
