#include "devices/dialects/rgb.h"

#include <charconv>
#include <cmath>

namespace attune::devices {

namespace {

constexpr int kChannelMax = 255;

std::optional<int> channel(const json::Node& node) {
  if (!node.is_number() || node.number < 0 || node.number > kChannelMax) return std::nullopt;
  return static_cast<int>(std::lround(node.number));
}

}  // namespace

std::string to_text(const Rgb& color) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text = "#";
  for (const int value : {color.red, color.green, color.blue}) {
    text += kDigits[static_cast<std::size_t>(value / 16)];
    text += kDigits[static_cast<std::size_t>(value % 16)];
  }
  return text;
}

std::optional<Rgb> parse_rgb(std::string_view text) {
  constexpr int kHex = 16;
  if (text.size() != 7 || text[0] != '#') return std::nullopt;
  int all[3] = {};
  for (std::size_t i = 0; i < 3; ++i) {
    const char* from = text.data() + 1 + i * 2;
    if (from[0] == '-') return std::nullopt;
    const auto [end, error] = std::from_chars(from, from + 2, all[i], kHex);
    if (error != std::errc() || end != from + 2) return std::nullopt;
  }
  return Rgb{all[0], all[1], all[2]};
}

std::string rgb_text(const json::Node& red, const json::Node& green, const json::Node& blue) {
  const auto r = channel(red);
  const auto g = channel(green);
  const auto b = channel(blue);
  return r && g && b ? to_text({*r, *g, *b}) : std::string();
}

}  // namespace attune::devices
