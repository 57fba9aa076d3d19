#include "devices/dialects/zigbee2mqtt_names.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "devices/dialects/unit_names.h"
#include "devices/dialects/zigbee2mqtt_rules.h"
#include "devices/model/letters.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::zigbee2mqtt {

namespace {

/// Where the wire's words differ from the canonical ones; equal words need no row.
struct WordRow {
  std::string_view canonical, wire, word;
};
constexpr WordRow kWords[] = {
    {"hvac_mode", "emergency_heating", "emergency_heat"},
    {"hvac_action", "heat", "heating"},
    {"hvac_action", "cool", "cooling"},
    {"hvac_action", "fan_only", "fan"},
    {"movement", "UP", "opening"},
    {"movement", "DOWN", "closing"},
    {"movement", "STOP", "stopped"},
    {"movement", "pause", "stopped"},
    {"movement", "stop", "stopped"},
    {"active_power_source", "dc_source", "mains"},
    {"lock_state", "LOCK", "locked"},
    {"lock_state", "UNLOCK", "unlocked"},
    {"lock_state", "not_fully_locked", "jammed"},
    {"color_mode", "0", "hs"},
    {"color_mode", "1", "xy"},
    {"color_mode", "2", "color_temp"},
    {"fan_mode", "low-med", "low_medium"},
    {"fan_mode", "med-high", "medium_high"},
};

/// The words of a truth, each as the device writes it; those that say neither say nothing.
void bind_truth(const Truth& truth, const Feature& feature, Binding& binding) {
  binding.closed = !truth.others;
  const auto add = [&](std::string_view wire, std::string_view word) {
    const char* other = truth.others ? "true" : "";
    const bool yes = has_word(truth.yes, word);
    binding.words.emplace_back(wire, yes ? "true" : has_word(truth.no, word) ? "false" : other);
  };
  for (const std::string& value : feature.values) add(value, lower_case(value));
  for (const std::string_view words : {truth.yes, truth.no}) {
    for (const std::string& word : split_words(words)) add(word, word);
  }
}

/// Whether a description calls closed what is on.
bool is_turned(const Rule& rule, const Feature& feature) {
  if (rule.twist == Twist::contact) {
    return feature.on.kind() == ValueKind::boolean && feature.on.as_bool();
  }
  const Truth* truth = truth_of(rule.twist);
  return truth != nullptr && feature.on.kind() == ValueKind::text &&
         has_word(truth->no, lower_case(feature.on.as_text()));
}

void bind_boolean(const Rule& rule, const Feature& feature, Binding& binding) {
  binding.shape = Shape::boolean;
  if (feature.on.has_value()) {
    binding.on = feature.on;
    binding.off = feature.off;
    if (is_turned(rule, feature)) std::swap(binding.on, binding.off);
  }
  if (rule.twist == Twist::command) {
    binding.on = "OPEN";
    binding.off = "CLOSE";
    binding.words = {{"OPEN", "true"}, {"CLOSE", "false"}, {"STOP", ""}};
  }
  const Truth* truth = truth_of(rule.twist);
  if (truth == nullptr || feature.kind != 'e') return;
  bind_truth(*truth, feature, binding);
  if (rule.twist != Twist::lockout) return;
  binding.writable = feature.settable && feature.values.size() >= 2;
  if (binding.writable) binding.on = feature.values[1], binding.off = feature.values[0];
}

void bind_words(const Rule& rule, const Feature& feature, const Word& word, Binding& binding) {
  binding.shape = Shape::word;
  binding.closed = !word.open;
  if (feature.kind == 'b' && feature.on.kind() == ValueKind::text &&
      feature.off.kind() == ValueKind::text) {
    binding.words = {{feature.on.as_text(), "locked"}, {feature.off.as_text(), "unlocked"}};
    return;
  }
  for (const WordRow& row : kWords) {
    if (row.canonical == rule.canonical) binding.words.emplace_back(row.wire, row.word);
  }
  for (std::string& same : split_words(word.values)) binding.words.emplace_back(same, same);
}

void bind_number(const Rule& rule, const Feature& feature, const Word& word, Binding& binding) {
  binding.shape = rule.twist == Twist::mired ? Shape::mired : Shape::number;
  binding.range = word.range;
  binding.whole = rule.twist == Twist::percent || rule.twist == Twist::whole;
  if (rule.twist == Twist::percent) {
    const double top = feature.max.value_or(100);
    binding.conversion = {100, top > 0 ? top : 100};
    binding.decimals = 1;
  } else if (binding.shape == Shape::number) {
    binding.conversion = convert(ucum_code(feature.unit), word.unit)
                             .value_or(Conversion{});  // index points: as said
    if (feature.settable && !binding.whole) binding.step = feature.step.value_or(0);
  }
}

void bind_value(const Rule& rule, const Feature& feature, const Word& word, Binding& binding) {
  switch (word.type) {
    case ValueType::boolean:
      return bind_boolean(rule, feature, binding);
    case ValueType::integer:
    case ValueType::number:
      return bind_number(rule, feature, word, binding);
    case ValueType::enumeration:
      return bind_words(rule, feature, word, binding);
    case ValueType::numbers:
    case ValueType::event:
    case ValueType::text:
    case ValueType::timestamp:
      return shape_by_word(word, {}, binding);
  }
}

/// What the device takes, within what is plausible.
std::optional<Range> narrowed(const Feature& feature, const Binding& binding, const Word& word) {
  if (!binding.writable || !feature.min || !feature.max || !word.range) return word.range;
  const auto canonical = [&](double wire) {
    if (binding.shape == Shape::mired) return wire > 0 ? std::round(1e6 / wire) : 0;
    return binding.conversion.apply(wire);
  };
  const auto [low, high] = std::minmax({canonical(*feature.min), canonical(*feature.max)});
  const Range range{std::max(low, word.range->min), std::min(high, word.range->max)};
  return range.min < range.max ? range : *word.range;
}

AttributeInfo info_of(const Feature& feature, const Binding& binding, const Word& word) {
  AttributeInfo info = canonical_attribute(binding.attribute, binding.writable);
  info.range = narrowed(feature, binding, word);
  info.wire = wire_of(binding);
  if (binding.shape != Shape::word || feature.values.empty()) return info;
  info.values.clear();
  for (const std::string& wire : feature.values) {
    const auto row = std::ranges::find(binding.words, wire, [](const auto& w) { return w.first; });
    if (row == binding.words.end() && binding.closed) continue;
    const std::string& value = row == binding.words.end() ? wire : row->second;
    if (std::ranges::find(info.values, value) == info.values.end()) info.values.push_back(value);
  }
  if (word.open) info.values.clear();
  return info;
}

/// Properties that say themselves what they are, whatever a vendor calls them: those that Zigbee's
/// own attributes give. A load's curve is no power, though its property says so.
constexpr std::string_view kCertainProperties[] = {"current_summ_", "rms_", "apparent_power"};

Named find_by_name_or_property(const Feature& feature) {
  Named named = find_rule(feature);
  const std::string_view base = base_of(feature);
  const bool certain = feature.parent.empty() && base != feature.name &&
                       std::ranges::any_of(kCertainProperties, [&](std::string_view property) {
                         return base.starts_with(property);
                       });
  if (named.rule != nullptr || !certain) return named;
  Feature by_property = feature;
  by_property.name = base;
  return find_rule(by_property);
}

bool is_place(std::string_view token) {
  const std::size_t digits = token.find_first_of("0123456789");
  if (digits != std::string_view::npos) {
    const bool only_digits_follow =
        token.find_first_not_of("0123456789", digits) == std::string_view::npos;
    return only_digits_follow && has_word("|button_|dot_|l|key_|ch|s|c|t", token.substr(0, digits));
  }
  return has_word(
      "left|right|both|center|middle|top|bottom|top_left|top_right|bottom_left|"
      "bottom_right|all",
      token);
}

bool is_press(std::string_view word) {
  return has_word("single|double|triple|quadruple|hold|release|press", word);
}

}  // namespace

std::string_view base_of(const Feature& feature) {
  const std::string_view property = feature.property;
  const std::size_t suffix = feature.endpoint.empty() ? 0 : feature.endpoint.size() + 1;
  const bool ends = suffix > 0 && property.size() > suffix &&
                    property.ends_with(feature.endpoint) &&
                    property[property.size() - suffix] == '_';
  return ends ? property.substr(0, property.size() - suffix) : property;
}

std::optional<Bound> bind(const Feature& feature) {
  const auto [rule, endpoint] = find_by_name_or_property(feature);
  if (rule == nullptr) return std::nullopt;
  if (rule->twist == Twist::command && feature.positioned) return std::nullopt;
  const Word& word = *find_word(rule->canonical);
  Bound bound;
  Binding& binding = bound.binding;
  binding.property = feature.property;
  binding.readable = feature.published;
  binding.writable = feature.settable && word.writable;
  binding.askable = feature.gettable;
  binding.attribute = (endpoint.empty() ? "" : endpoint + ".") + std::string(rule->canonical);
  bind_value(*rule, feature, word, binding);
  bound.info = info_of(feature, binding, word);
  // An enumeration of none of our words is something else that has the same name.
  const bool foreign = binding.shape == Shape::word && binding.closed && feature.kind == 'e' &&
                       !feature.values.empty() && bound.info.values.empty();
  if (foreign) return std::nullopt;
  return bound;
}

Binding bind_raw(std::string_view property) {
  constexpr std::size_t kNameBytesMax = 120;
  Binding binding;
  binding.property = property;
  binding.attribute = "raw." + plain_name(property.substr(0, kNameBytesMax));
  return binding;
}

Press parse_action(std::string_view action) {
  const std::size_t first = action.find('_');
  if (first == std::string_view::npos) return {{}, action};
  const std::string_view head = action.substr(0, first);
  if (is_press(head) && is_place(action.substr(first + 1))) return {action.substr(first + 1), head};
  const std::size_t last = action.rfind('_');
  const std::string_view tail = action.substr(last + 1);
  if (is_press(tail) && is_place(action.substr(0, last))) return {action.substr(0, last), tail};
  return {{}, action};
}

}  // namespace attune::devices::zigbee2mqtt
