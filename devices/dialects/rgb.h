#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "devices/json/reader.h"

/// Colours as `#RRGGBB`, the canonical form of color_rgb.
namespace attune::devices {

struct Rgb {
  int red = 0, green = 0, blue = 0;  ///< 0 to 255
};

[[nodiscard]] std::string to_text(const Rgb& color);
/// `#RRGGBB` in any case. Empty for anything else.
[[nodiscard]] std::optional<Rgb> parse_rgb(std::string_view text);
/// Three numbers of 0 to 255; an empty text when one is none.
[[nodiscard]] std::string rgb_text(const json::Node& red, const json::Node& green,
                                   const json::Node& blue);

}  // namespace attune::devices
