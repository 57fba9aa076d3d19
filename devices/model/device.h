#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/model/ids.h"
#include "devices/model/instant.h"
#include "devices/model/value.h"

/// What a device is, in canonical words: the part that rules, core and API share.
namespace attune {

enum class ValueType : std::uint8_t {
  boolean,
  integer,
  number,
  enumeration,
  text,
  numbers,
  event,
  timestamp
};
[[nodiscard]] std::string_view name(ValueType type);

/// How an attribute's canonical number travels, so that two values compare as the device sees
/// them: 70 % and 178/254 are the same brightness.
struct Wire {
  enum class Scale : std::uint8_t { exact, linear, mired };
  Scale scale = Scale::exact;
  double per_unit = 1;  ///< linear: wire units per canonical unit, e.g. 2.54
};

struct Range {
  double min = 0;
  double max = 0;
};

/// One attribute of one device.
struct AttributeInfo {
  std::string name;  ///< `on`, or with an endpoint `l2.on`
  ValueType type = ValueType::boolean;
  std::string unit;                 ///< UCUM code, or empty
  std::optional<Range> range;       ///< plausible, and for a writable one what the device takes
  std::vector<std::string> values;  ///< of an enumeration; empty: open
  bool writable = false;
  Wire wire;
  std::optional<Millis> max_age{};  ///< older than that, its value is not known; empty: at any age
  /// Of a boolean that is only ever said to be true: it is false when not said again for so long.
  std::optional<Millis> off_delay{};
  /// Of a boolean whose command is a pulse that turns it around, whatever it is: to do so takes
  /// that long, and a second pulse would undo the first.
  std::optional<Millis> impulse{};
};

/// `suspect`: silent for longer than it ever is, and nobody knows more (docs/liveness.md).
/// Reachable for all that is known, as are the others but `offline`. Stored by name.
enum class Availability : std::uint8_t { unknown, online, offline, sleeping, suspect };
inline constexpr std::size_t kAvailabilities = 5;
[[nodiscard]] std::string_view name(Availability availability);

/// What a devices file says of a device's silence; empty: what is learned holds.
struct LivenessTerms {
  std::optional<Millis> period;        ///< it is heard at least that often
  std::optional<Millis> silent_after;  ///< suspect after such a silence
  bool may_be_silent = false;          ///< `silent_after: never`
  std::optional<bool> sleeps;          ///< by a battery, or not
  friend bool operator==(const LivenessTerms&, const LivenessTerms&) = default;
};

struct DeviceInfo {
  DeviceId id;
  std::string name;   ///< as its maker's bridge says it
  std::string label;  ///< for people; the name when no file gives one
  std::string area;
  std::vector<std::string> tags;
  std::vector<std::string> capabilities;  ///< vocabulary words: light, cover, climate, ...
  std::string dialect;
  bool foreign_is_person = true;  ///< `manual: {other: person|ignore}` of the devices file
  LivenessTerms liveness{};
  std::vector<AttributeInfo> attributes;  ///< ascending by name

  [[nodiscard]] const AttributeInfo* find(std::string_view attribute) const;
  [[nodiscard]] bool has_capability(std::string_view capability) const;
};

/// All devices, by id: what rules are checked against.
using DeviceSet = std::map<DeviceId, DeviceInfo>;

/// Whether two canonical values are one value on the device's wire.
[[nodiscard]] bool same_on_wire(const AttributeInfo& attribute, const Value& a, const Value& b);

/// The unit of a text that is a time of day.
inline constexpr std::string_view kTimeOfDay = "HH:MM";

/// The device of residents' settings: `settings.house`. Not a device on any wire.
inline constexpr std::string_view kSettingsDevice = "settings";

}  // namespace attune
