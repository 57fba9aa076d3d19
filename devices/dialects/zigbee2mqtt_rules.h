#pragma once
#include <string>
#include <string_view>

#include "devices/dialects/zigbee2mqtt_names.h"

/// The table of names: which canonical attribute a property of Zigbee2MQTT is.
namespace attune::devices::zigbee2mqtt {

/// How a rule differs from "the same word in another unit".
enum class Twist : std::uint8_t {
  none,
  percent,   ///< 0..value_max is 0..100 %
  whole,     ///< commands are whole percent
  mired,     ///< 1e6 / K
  phases,    ///< `_a`, `_phase_a`, `_l1`, `_t1`, `_total` name an endpoint
  places,    ///< `soil_`, `_probe` name an endpoint
  command,   ///< a cover's OPEN, CLOSE, STOP
  contact,   ///< true is closed, whichever of both is called on
  settable,  ///< a thing that is driven; read only it is a finding of something else
  opened,    ///< the words of a door, window or valve
  lockout,   ///< anything but unlocked is locked
  present,   ///< any word but "nobody" is somebody
  alarmed,   ///< alarm or normal
  faulted,   ///< any word but "no error" is one
  low,       ///< a battery told in three steps
  charging,  ///< a battery told by what is done to it
};

struct Rule {
  std::string_view parents;  ///< divided by '|'; '-' stands alone
  std::string_view names;
  std::string_view kinds;
  std::string_view units;  ///< that tell this rule from the next; empty: any that converts
  std::string_view canonical;
  Twist twist = Twist::none;
};

/// A rule that names a feature, and what else the name says.
struct Named {
  const Rule* rule = nullptr;  ///< null: none does
  std::string endpoint;        ///< by the description, the phase or the place; empty: none
};
[[nodiscard]] Named find_rule(const Feature& feature);

/// What a word means where a rule tells a truth by words.
struct Truth {
  std::string_view yes, no;  ///< lower case, divided by '|'
  bool others = false;       ///< any other word is a yes
};
/// Null where words tell no truth.
[[nodiscard]] const Truth* truth_of(Twist twist);

}  // namespace attune::devices::zigbee2mqtt
