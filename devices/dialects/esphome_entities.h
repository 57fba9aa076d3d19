#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"

/// What the entities of ESPHome are, by their component, and by discovery where there is one.
namespace attune::devices::esphome {

/// One entity: `<prefix>/<component>/<object>/..`.
struct Entity {
  std::string component, object;
  std::string device_class, unit, category;  ///< of discovery
  double speeds = 0;                         ///< of a fan: its highest level; 0: not known
  bool positioned = false;                   ///< of a cover or valve
  bool described = false;                    ///< by discovery: it offers no more than it says
};

[[nodiscard]] bool is_component(std::string_view word);
/// Whether a component has topics below its objects: `climate/<object>/mode/state`.
[[nodiscard]] bool has_parts(std::string_view component);

/// What an entity's topic tells; `part` is `mode` of `climate/x/mode/state`, empty of
/// `cover/x/state`. Properties are `<component>/<object>[/<part>]`, a light's
/// `light/<object>/<member>`. Empty: nothing that is certain.
[[nodiscard]] std::vector<Bound> bind(const Entity& entity, std::string_view part);
/// What a light's state tells: `brightness`, `color_temp`, `color`, `effect`, `color_mode`,
/// `state`.
[[nodiscard]] std::optional<Bound> bind_light(std::string_view object, std::string_view member);
/// All that a described entity reports and takes, as far as its description says.
[[nodiscard]] std::vector<Bound> bind_described(const Entity& entity, const json::Node& config);

/// light, cover, fan, ..; empty: its attributes show it.
[[nodiscard]] std::string_view capability_of(std::string_view component);

/// The member of a discovery message, by its abbreviation or its whole name.
[[nodiscard]] const json::Node* member(const json::Node& config, std::string_view abbreviation,
                                       std::string_view name);

}  // namespace attune::devices::esphome
