#pragma once
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/json/reader.h"
#include "devices/model/limits.h"
#include "devices/model/result.h"

/// One entity's configuration as Home Assistant's discovery describes it: names in full, `~`
/// resolved, what a device's configuration shares spread to each of its entities.
namespace attune::devices::ha {

inline constexpr std::size_t kComponentsMax =
    limits::kAttributesPerDeviceMax;  ///< of one configuration: more would find no room
/// Of what a device's configuration shares, counted once for each component that gets it.
inline constexpr std::size_t kSharedBytesMax = limits::kDiscoveryBytesMax;
inline constexpr std::size_t kFieldsMax = 256;     ///< of one entity
inline constexpr std::size_t kListMax = 256;       ///< of one list
inline constexpr std::size_t kNameBytesMax = 256;  ///< of names of devices and entities

/// A value that is no object. Truths and numbers are texts too, as Home Assistant reads them
/// (`True`, `1`).
struct Field {
  std::string text;
  bool is_null = false;
  bool is_true = false;
  std::optional<double> number;
  std::vector<std::string> list;
};

/// One topic that tells whether the entity can be reached.
struct AvailabilitySource {
  std::string topic, available, not_available, value_template;
};

struct Config {
  std::string platform;   ///< `switch`, `light`, ..
  std::string object_id;  ///< within its device
  std::string device;     ///< its device's name
  std::string label;      ///< of the device, for people
  std::string area;       ///< suggested
  std::string origin;     ///< what published it
  std::map<std::string, Field, std::less<>> fields;
  std::vector<AvailabilitySource> availability;

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string text(std::string_view key, std::string_view otherwise = {}) const;
  [[nodiscard]] double number(std::string_view key, double otherwise) const;
  [[nodiscard]] bool flag(std::string_view key, bool otherwise = false) const;
  [[nodiscard]] const std::vector<std::string>& list(std::string_view key) const;
};

/// Where a configuration was published: `<platform>/[<node>/]<object>`.
struct Place {
  std::string_view platform, node, object;
};

/// The entities of one configuration: one, or those of a device's `components`. Errors: `type`,
/// `members`, `string`, `name`; which entity.
[[nodiscard]] Result<std::vector<Config>> read_configs(const Place& place, const json::Node& root);

}  // namespace attune::devices::ha
