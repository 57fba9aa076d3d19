#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/zigbee2mqtt_names.h"
#include "devices/json/reader.h"

/// What Zigbee2MQTT says the same of every device, described or not.
namespace attune::devices::zigbee2mqtt {

/// One property by the convention's constants.
[[nodiscard]] Feature constant(std::string_view parent, std::string_view name, char kind,
                               bool settable);
/// All that a capability of a devices file brings; empty where the convention says nothing of it.
[[nodiscard]] std::vector<Feature> constants_of(std::string_view capability);

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
