#include "devices/dialects/binding.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "devices/json/values.h"
#include "devices/model/letters.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::size_t kNumbersMax = 64;  // of a raw list that is kept
constexpr std::size_t kShownBytesMax = 64;

bool equals(const Node& node, const Value& wire) {
  switch (wire.kind()) {
    case ValueKind::boolean:
      return node.kind == Kind::boolean && node.boolean == wire.as_bool();
    case ValueKind::integer:
    case ValueKind::number:
      return node.is_number() && node.number == wire.numeric();
    case ValueKind::text:
      return node.kind == Kind::text && node.text == wire.as_text();
    case ValueKind::none:
    case ValueKind::numbers:
      return false;
  }
  return false;
}

/// A word, or an integer or truth as JSON writes it; empty for anything else.
std::string_view word_of(const Node& node, std::array<char, 24>& digits) {
  if (node.kind == Kind::text) return node.text;
  if (node.kind == Kind::boolean) return node.boolean ? "true" : "false";
  if (node.kind != Kind::integer) return {};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), node.integer).ptr;
  return {digits.data(), static_cast<std::size_t>(end - digits.data())};
}

/// Stops soon after there is enough to show.
void append_shown(const Node& node, std::string& text) {
  if (!node.is_container()) {
    text += to_json(json::value_of(node));
    return;
  }
  const bool object = node.kind == Kind::object;
  text += object ? '{' : '[';
  bool is_first = true;
  for (const Node& child : node) {
    if (text.size() > kShownBytesMax) return;
    if (!std::exchange(is_first, false)) text += ',';
    if (object) text += to_json(Value(child.key)) + ":";
    append_shown(child, text);
  }
  text += object ? '}' : ']';
}

const std::string* translate(const Binding& binding, std::string_view word) {
  for (const auto& [wire, canonical] : binding.words) {
    if (wire == word) return &canonical;
  }
  return nullptr;
}

/// A boolean told by words of its own: each means true, false, or with "" nothing.
Take read_boolean_word(const Binding& binding, const Node& node, Value& out) {
  std::array<char, 24> digits;
  const std::string_view word = word_of(node, digits);
  if (word.empty()) return Take::type;
  if (const std::string* meaning = translate(binding, word)) {
    if (meaning->empty()) return Take::nothing;
    return out = *meaning == "true", Take::value;
  }
  if (node.kind == Kind::boolean) return out = node.boolean, Take::value;
  return binding.closed ? Take::type : (out = true, Take::value);
}

Take read_boolean(const Binding& binding, const Node& node, Value& out) {
  if (equals(node, binding.on)) return out = true, Take::value;
  if (equals(node, binding.off)) return out = false, Take::value;
  if (!binding.words.empty()) return read_boolean_word(binding, node, out);
  // A bridge that promised words may send the truth itself; the reverse would be a guess.
  const bool promised_words = binding.on.kind() == ValueKind::text;
  if (node.kind != Kind::boolean || !promised_words) return Take::type;
  return out = node.boolean, Take::value;
}

std::optional<double> number_of(const Binding& binding, const Node& node) {
  if (node.is_number()) return node.number;
  if (binding.loose && node.kind == Kind::text) return parse_number(node.text);
  return std::nullopt;
}

double rounded(double value, int decimals) {
  if (decimals < 0) return value;
  const double scale = decimals == 0 ? 1 : std::pow(10.0, decimals);
  return std::round(value * scale) / scale;
}

/// A value may overshoot its range by one wire unit: 255 of 254 is rounding, not a fault.
bool fit(const Binding& binding, double& value) {
  if (!binding.range) return true;
  const bool scaled = binding.shape == Shape::number && !binding.conversion.is_identity();
  const double slack =
      scaled ? std::abs(binding.conversion.multiply / binding.conversion.divide) : 0;
  if (value < binding.range->min - slack || value > binding.range->max + slack) return false;
  value = std::clamp(value, binding.range->min, binding.range->max);
  return true;
}

Take read_number(const Binding& binding, const Node& node, Value& out) {
  const std::optional<double> wire = number_of(binding, node);
  if (!wire) return Take::type;
  double value = binding.conversion.is_identity() ? *wire : binding.conversion.apply(*wire);
  if (!std::isfinite(value)) return Take::range;
  if (!binding.conversion.is_identity() && binding.decimals < 0) value = without_noise(value);
  if (!fit(binding, value)) return Take::range;
  value = rounded(value, binding.decimals);
  if (!binding.integer) return out = value, Take::value;
  constexpr double kExactMax = 9007199254740992;  // 2^53
  if (std::abs(value) > kExactMax) return Take::range;
  return out = static_cast<std::int64_t>(std::llround(value)), Take::value;
}

Take read_mired(const Binding& binding, const Node& node, Value& out) {
  const std::optional<double> wire = number_of(binding, node);
  if (!wire) return Take::type;
  if (*wire <= 0) return Take::range;
  const double kelvin = std::round(1e6 / *wire);
  if (binding.range && (kelvin < binding.range->min || kelvin > binding.range->max)) {
    return Take::range;
  }
  return out = static_cast<std::int64_t>(kelvin), Take::value;
}

Take read_word(const Binding& binding, const Node& node, Value& out) {
  std::array<char, 24> digits;
  const std::string_view word = word_of(node, digits);
  if (word.empty() || node.kind == Kind::boolean) return Take::type;
  if (const std::string* canonical = translate(binding, word)) {
    return out = *canonical, Take::value;
  }
  if (binding.closed || node.kind != Kind::text) return Take::type;
  return out = lower_case(word), Take::value;
}

Take read_pair(const Binding& binding, const Node& node, Value& out) {
  const bool xy = binding.shape == Shape::color_xy;
  const bool list = node.kind == Kind::array && node.size == 2;
  if (!list && node.kind != Kind::object) return Take::type;
  const Node* a = list ? &*node.begin() : node.find(xy ? "x" : "hue");
  const Node* b = list ? a + a->span : node.find(xy ? "y" : "saturation");
  if (a == nullptr || b == nullptr || a->kind == Kind::null || b->kind == Kind::null) {
    return Take::nothing;
  }
  if (!a->is_number() || !b->is_number()) return Take::type;
  const double a_max = xy ? 1 : 360;
  const double b_max = xy ? 1 : 100;
  if (a->number < 0 || a->number > a_max || b->number < 0 || b->number > b_max) return Take::range;
  return out = std::vector<double>{a->number, b->number}, Take::value;
}

Value written_number(const Binding& binding, double canonical) {
  double wire = binding.conversion.undo(canonical);
  if (binding.step > 0) wire = std::round(wire / binding.step) * binding.step;
  if (binding.whole || std::abs(wire - std::round(wire)) < 1e-9) {
    return static_cast<std::int64_t>(std::llround(wire));
  }
  return without_noise(wire);
}

Value written_word(const Binding& binding, const std::string& canonical) {
  for (const auto& [wire, word] : binding.words) {
    if (word == canonical) return wire;
  }
  return binding.closed ? Value() : Value(canonical);
}

}  // namespace

std::string_view reason(Take take) {
  switch (take) {
    case Take::type:
      return "type";
    case Take::range:
      return "range";
    case Take::value:
    case Take::nothing:
      return "";
  }
  return "";
}

void shape_by_word(const Word& word, std::string_view unit, Binding& binding) {
  switch (word.type) {
    case ValueType::boolean:
      binding.shape = Shape::boolean;
      return;
    case ValueType::enumeration:
      binding.shape = Shape::word;
      binding.closed = !word.open;
      for (std::string& same : split_words(word.values)) binding.words.emplace_back(same, same);
      return;
    case ValueType::integer:
    case ValueType::number:
      binding.shape = Shape::number;
      binding.integer = word.type == ValueType::integer;
      binding.range = word.range;
      if (!unit.empty()) binding.conversion = *convert(unit, word.unit);
      return;
    case ValueType::numbers:
      binding.shape = word.name == "color_xy" ? Shape::color_xy : Shape::color_hs;
      return;
    case ValueType::event:
      binding.shape = Shape::event;
      return;
    case ValueType::text:
    case ValueType::timestamp:
      binding.shape = Shape::text;
      return;
  }
}

Take read(const Binding& binding, const Node& node, Value& out) {
  if (node.kind == Kind::null) return Take::nothing;
  switch (binding.shape) {
    case Shape::boolean:
      return read_boolean(binding, node, out);
    case Shape::number:
      return read_number(binding, node, out);
    case Shape::mired:
      return read_mired(binding, node, out);
    case Shape::word:
      return read_word(binding, node, out);
    case Shape::color_xy:
    case Shape::color_hs:
      return read_pair(binding, node, out);
    case Shape::text:
    case Shape::event:
      if (node.kind != Kind::text) return Take::type;
      return out = node.text, Take::value;
    case Shape::raw:
      out = plain_value(node);
      return out.has_value() ? Take::value : Take::nothing;
    case Shape::ignored:
      return Take::nothing;
  }
  return Take::nothing;
}

Value write(const Binding& binding, const Value& canonical) {
  const ValueKind kind = canonical.kind();
  switch (binding.shape) {
    case Shape::boolean:
      if (kind != ValueKind::boolean) return {};
      return canonical.as_bool() ? binding.on : binding.off;
    case Shape::number:
      return canonical.is_numeric() ? written_number(binding, canonical.numeric()) : Value();
    case Shape::mired:
      if (!canonical.is_numeric() || canonical.numeric() <= 0) return {};
      return static_cast<std::int64_t>(std::llround(1e6 / canonical.numeric()));
    case Shape::word:
      return kind == ValueKind::text ? written_word(binding, canonical.as_text()) : Value();
    case Shape::color_xy:
    case Shape::color_hs:
      return kind == ValueKind::numbers && canonical.as_numbers().size() == 2 ? canonical : Value();
    case Shape::text:
      return kind == ValueKind::text ? canonical : Value();
    case Shape::event:
    case Shape::ignored:
      return {};
    case Shape::raw:
      return kind == ValueKind::numbers ? Value() : canonical;
  }
  return {};
}

Wire wire_of(const Binding& binding) {
  if (binding.shape == Shape::mired) return {Wire::Scale::mired, 1};
  if (binding.shape != Shape::number || (!binding.whole && binding.step == 0)) return {};
  const double step = binding.step > 0 ? binding.step : 1;
  return {Wire::Scale::linear, binding.conversion.divide / binding.conversion.multiply / step};
}

Value plain_value(const Node& node) {
  const bool too_long = node.kind == Kind::array && node.size > kNumbersMax;
  return too_long ? Value() : json::value_of(node);
}

std::string shown(const Node& node) {
  std::string text;
  append_shown(node, text);
  if (text.size() <= kShownBytesMax) return text;
  std::size_t end = kShownBytesMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return text.substr(0, end) + "..";
}

std::optional<double> parse_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value;
}

}  // namespace attune::devices
