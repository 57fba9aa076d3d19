#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "devices/dialects/device_book.h"

/// What the components of Shelly devices since the second generation are made of.
namespace attune::devices::shelly_gen2 {

/// `switch:0` in its parts; the number is empty for `sys` and its like.
struct Component {
  std::string_view type;
  std::string_view number;
};
[[nodiscard]] Component component_of(std::string_view key);
/// Whether any device has components of this type.
[[nodiscard]] bool is_type(std::string_view type);

/// A field of a component by its path: `apower`, `aenergy.total`, `a_voltage`. `endpoint` is the
/// component's, empty where the device has one of its kind. `name` is the device's: on a meter
/// the temperature is its own. Empty: nothing certain.
[[nodiscard]] std::optional<Bound> bind_field(std::string_view name, const Component& component,
                                              std::string_view endpoint, std::string_view path);
/// What a command of this binding's property is called: `Switch.Set` with `on`.
struct Method {
  std::string method;
  std::string parameter;
};
[[nodiscard]] Method method_of(std::string_view property, const Value& wire);

/// `single_push` and its like; empty for what is no press.
[[nodiscard]] std::string_view press_word(std::string_view event);
/// Of the `source` that stands beside what was switched: the device did it by itself, as after a
/// start or by its timer; and not to come to harm. A button, an app and whatever speaks to the
/// device are somebody's hand.
[[nodiscard]] bool is_own_doing(std::string_view source);
[[nodiscard]] bool protects(std::string_view source);
/// The attribute that an entry of `errors` makes true: `overload`, `problem`; empty: none.
[[nodiscard]] std::string_view attribute_of_error(std::string_view error);
/// By its name: it has several relays or inputs, it sleeps, it is of this generation.
[[nodiscard]] bool has_several(std::string_view name, std::string_view type);
[[nodiscard]] bool is_sleeper(std::string_view name);
[[nodiscard]] bool is_younger(std::string_view name);
/// `Shelly..`, `shellies/..`: the name that its maker, or most people, give it.
[[nodiscard]] bool looks_like_shelly(std::string_view name);

}  // namespace attune::devices::shelly_gen2
