#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/binding.h"
#include "devices/model/device.h"

/// What the names that Zigbee2MQTT gives to properties mean in canonical words.
namespace attune::devices::zigbee2mqtt {

/// One property, from the bridge's description or guessed from a message.
struct Feature {
  std::string_view parent;  ///< light, switch, cover, climate, lock, fan; empty: stands alone
  std::string_view name;    ///< without the endpoint
  std::string property;     ///< key on the wire
  std::string endpoint;     ///< empty: the device itself
  std::string_view unit;    ///< as the bridge writes it: °C, kWh; empty: none said
  char kind = 'n';          ///< b binary, n numeric, e enum, t text, c composite
  bool published = true;
  bool settable = false;
  bool gettable = false;
  std::optional<double> min{}, max{}, step{};
  Value on{}, off{};  ///< of a binary
  std::vector<std::string> values{};
  bool positioned = false;   ///< a cover's: it has a position beside its state
  bool heats = false;        ///< the device is a thermostat: a position is its valve's
  std::string_view phase{};  ///< of the mains, where others beside it show which one it is
};

struct Bound {
  Binding binding;
  AttributeInfo info;
};

/// The canonical attribute that a feature is; empty when no rule names it for certain.
[[nodiscard]] std::optional<Bound> bind(const Feature& feature);

/// Its property without the endpoint: `child_lock` of `child_lock_l1`.
[[nodiscard]] std::string_view base_of(const Feature& feature);

/// `raw.<property>`, unchecked and read only.
[[nodiscard]] Binding bind_raw(std::string_view property);

/// Whether any rule could name a property that stands alone: what `<device>/<property>` may be.
[[nodiscard]] bool is_known_name(std::string_view name);

/// What a button's word says: `single_left` is `single` at `left`. Words that do not follow that
/// pattern are the event themselves.
struct Press {
  std::string_view endpoint;
  std::string_view word;
};
[[nodiscard]] Press parse_action(std::string_view action);

}  // namespace attune::devices::zigbee2mqtt
