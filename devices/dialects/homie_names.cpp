#include "devices/dialects/homie_names.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "devices/dialects/cover_words.h"
#include "devices/dialects/homie_words.h"
#include "devices/dialects/unit_names.h"
#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices::homie {

namespace {

std::string lower_snake(std::string_view name) {
  std::string out(name);
  for (char& c : out) {
    if (c == '-' || c == ' ') c = '_';
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

/// `min:max[:step]`, any of them may be missing.
struct Bounds {
  std::optional<double> min, max, step;
};

Bounds bounds_of(std::string_view format) {
  Bounds bounds;
  for (std::optional<double>* at : {&bounds.min, &bounds.max, &bounds.step}) {
    const std::size_t colon = std::min(format.find(':'), format.size());
    *at = parse_number(format.substr(0, colon));
    format.remove_prefix(std::min(colon + 1, format.size()));
  }
  return bounds;
}

/// The words of an enumeration, `a,b,c`.
std::vector<std::string> choices(std::string_view format) {
  constexpr std::size_t kChoicesMax = 256;
  std::vector<std::string> all;
  while (!format.empty() && all.size() < kChoicesMax) {
    const std::size_t comma = std::min(format.find(','), format.size());
    all.emplace_back(format.substr(0, comma));
    format.remove_prefix(std::min(comma + 1, format.size()));
  }
  return all;
}

bool is_mired(std::string_view unit) {
  static constexpr std::string_view kNames[] = {"MK⁻¹", "MK^-1", "mired", "mireds", "mirek"};
  return std::ranges::find(kNames, unit) != std::end(kNames);
}

/// Percentages that everybody counts from 0 to 100 when nobody says a unit.
bool is_plain_percent(std::string_view attribute) {
  static constexpr std::string_view kNames[] = {"brightness", "position", "tilt"};
  return std::ranges::find(kNames, attribute) != std::end(kNames);
}

/// One property on its way to a binding.
struct Candidate {
  std::string_view node_id;
  const Node& node;
  std::string_view id;
  const Property& property;
  Words words;

  [[nodiscard]] std::string path() const { return std::string(node_id) + "/" + std::string(id); }
  [[nodiscard]] std::string endpoint(std::string_view attribute) const {
    return plain_name(node_id) + "." + std::string(attribute);
  }
  [[nodiscard]] bool is_integer() const { return property.datatype == "integer"; }
};

bool fits(const Candidate& c, const Word& word) {
  if (word.type != ValueType::number && word.type != ValueType::integer) return false;
  if (is_mired(c.property.unit)) return word.name == "color_temp";
  const std::string_view unit = ucum_code(c.property.unit);
  if (!unit.empty()) return convert(unit, word.unit).has_value();
  if (!c.property.unit.empty()) return false;
  if (word.unit == "1") return true;
  if (word.unit != "%") return false;
  return is_plain_percent(word.name) || bounds_of(c.property.format).max.has_value();
}

std::string_view number_name(const Candidate& c) {
  const std::string exact = lower_snake(c.id);
  if (const Word* word = find_word(exact); word != nullptr && fits(c, *word)) return word->name;
  if (is_about(c.words)) return {};
  for (const NameRow& row : number_rows()) {
    if (holds_all(c.words, row.words) && fits(c, *find_word(row.attribute))) return row.attribute;
  }
  return {};
}

/// A writable number takes what its format says, within what is plausible.
void narrow(const Bounds& bounds, Bound& bound) {
  if (!bound.info.writable || !bound.binding.range) return;
  Range range = *bound.binding.range;
  const auto canonical = [&](double wire) {
    return bound.binding.shape == Shape::mired ? 1e6 / std::max(wire, 1.0)
                                               : bound.binding.conversion.apply(wire);
  };
  if (bounds.min && bounds.max) {
    const std::pair<double, double> ends =
        std::minmax({canonical(*bounds.min), canonical(*bounds.max)});
    const auto [low, high] = ends;
    if (low < high && low < range.max && high > range.min) {
      range = {std::max(range.min, low), std::min(range.max, high)};
    }
  }
  bound.info.range = range;
  if (bounds.step && *bounds.step > 0) bound.binding.step = *bounds.step;
}

std::vector<Bound> bind_number(const Candidate& c) {
  std::string_view name = number_name(c);
  if (name.empty()) return {};
  // A temperature that can be set is the one that is wanted.
  if (name == "temperature" && c.property.settable) name = "target_temperature";
  const std::string_view unit = ucum_code(c.property.unit);
  Bound bound = bind_canonical(c.path(), c.endpoint(name), unit);
  if (is_mired(c.property.unit)) bound.binding.shape = Shape::mired;
  const Bounds bounds = bounds_of(c.property.format);
  const bool percent = find_word(name)->unit == "%" && unit.empty();
  constexpr double kPercent = 100;
  if (percent && bounds.max && *bounds.max > 0 && *bounds.max != kPercent) {
    scale_percent(bound, *bounds.max);
  }
  bound.binding.whole = c.is_integer();
  if (c.property.settable) make_writable(bound);
  narrow(bounds, bound);
  describe_wire(bound);
  return {std::move(bound)};
}

std::string_view truth_name(const Candidate& c) {
  const std::string exact = lower_snake(c.id);
  const Word* word = find_word(exact);
  if (word != nullptr && word->type == ValueType::boolean) return word->name;
  for (const NameRow& row : truth_rows()) {
    if (holds_all(c.words, row.words) && holds_only(c.words, row.words)) return row.attribute;
  }
  return {};
}

/// `on` and `off` are its words on the wire.
std::vector<Bound> bind_truth(const Candidate& c, std::string_view on, std::string_view off) {
  const std::string_view name = truth_name(c);
  if (name.empty()) return {};
  Bound bound = bind_canonical(c.path(), c.endpoint(name));
  if (name == "lock_state") {
    bound.binding.words = {{std::string(on), "locked"}, {std::string(off), "unlocked"}};
  } else {
    bound.binding.on = Value(on);
    bound.binding.off = Value(off);
  }
  if (c.property.settable) make_writable(bound);
  return {std::move(bound)};
}

/// The canonical word of an enumeration that a choice means; empty: none.
std::string meaning(std::string_view attribute, std::string_view choice) {
  static constexpr std::pair<std::string_view, std::string_view> kOther[] = {
      {"fan", "fan_only"},
      {"heating", "heat"},
      {"cooling", "cool"},
      {"drying", "dry"},
      {"heatcool", "heat_cool"},
      {"emergency", "emergency_heat"},
      {"emergencyheat", "emergency_heat"}};
  static constexpr std::pair<std::string_view, std::string_view> kLocks[] = {
      {"lock", "locked"}, {"unlock", "unlocked"}};
  const std::string word = lower_snake(choice);
  const std::vector<std::string> known = split_words(find_word(attribute)->values);
  if (std::ranges::find(known, word) != known.end()) return word;
  const auto look = [&](const auto& rows) {
    const auto found = std::ranges::find(rows, word, [](const auto& row) { return row.first; });
    return found == std::end(rows) ? std::string() : std::string(found->second);
  };
  if (attribute == "hvac_mode") return look(kOther);
  return attribute == "lock_state" ? look(kLocks) : std::string();
}

/// An enumeration whose every choice has a meaning; else nothing.
std::vector<Bound> bind_words(const Candidate& c, std::string_view attribute) {
  std::vector<std::pair<std::string, std::string>> words;
  for (const std::string& choice : choices(c.property.format)) {
    std::string canonical = meaning(attribute, choice);
    if (canonical.empty()) return {};
    words.emplace_back(choice, std::move(canonical));
  }
  if (words.empty()) return {};
  Bound bound = bind_canonical(c.path(), c.endpoint(attribute));
  bound.binding.words = std::move(words);
  if (c.property.settable) make_writable(bound);
  bound.info.values.clear();
  for (const auto& [wire, canonical] : bound.binding.words) {
    const bool fresh = std::ranges::find(bound.info.values, canonical) == bound.info.values.end();
    if (fresh) bound.info.values.push_back(canonical);
  }
  return {std::move(bound)};
}

/// A cover's own word: whether it is open, and which way it moves.
std::vector<Bound> bind_cover(const Candidate& c) {
  const std::vector<std::string> all = choices(c.property.format);
  const auto has = [&](std::string_view w) { return std::ranges::find(all, w) != all.end(); };
  const bool states = std::ranges::all_of(all, [&](const std::string& choice) {
    return std::ranges::any_of(cover_open_words(),
                               [&](const auto& w) { return w.first == choice; });
  });
  if (!states || !has("closed")) return {};
  Bound open = bind_canonical(c.path(), c.endpoint("open"));
  open.binding.words = cover_open_words();
  open.binding.on = "open";
  open.binding.off = "closed";
  if (c.property.settable) make_writable(open);
  if (!has("opening") && !has("stopped")) return {std::move(open)};
  Bound movement = bind_canonical(c.path(), c.endpoint("movement"));
  movement.binding.words = cover_movement_words();
  return {std::move(open), std::move(movement)};
}

bool any_of(const Words& words, std::initializer_list<std::string_view> wanted) {
  return std::ranges::any_of(wanted, [&](std::string_view w) { return words.contains(w); });
}

Words node_words(std::string_view id, const Node& node) {
  Words words = words_of(id);
  words.merge(words_of(node.type));
  words.merge(words_of(node.label));
  return words;
}

std::vector<Bound> bind_event(const Candidate& c) {
  Bound bound = bind_canonical(c.path(), c.endpoint("event"));
  return {std::move(bound)};
}

std::vector<Bound> bind_enum(const Candidate& c) {
  const bool event = any_of(c.words, {"event", "action", "button", "press", "click", "gesture"});
  if (event && !c.property.retained && !c.property.settable) return bind_event(c);
  const std::string exact = lower_snake(c.id);
  const Word* word = find_word(exact);
  if (word != nullptr && word->type == ValueType::enumeration) {
    if (auto bound = bind_words(c, word->name); !bound.empty()) return bound;
  }
  const std::vector<std::string> all = choices(c.property.format);
  if (all.size() == 2) {
    for (const auto& [on, off] : {std::pair{0, 1}, std::pair{1, 0}}) {
      const auto& yes = all[static_cast<std::size_t>(on)];
      const auto& no = all[static_cast<std::size_t>(off)];
      if (lower_snake(yes) == "on" && lower_snake(no) == "off") return bind_truth(c, yes, no);
    }
  }
  if (auto cover = bind_cover(c); !cover.empty()) return cover;
  const Words node = node_words(c.node_id, c.node);
  const bool climate = any_of(node, {"thermostat", "climate", "hvac", "heater", "heating", "ac"});
  for (const std::string_view name : {"hvac_mode", "hvac_action"}) {
    const bool named = any_of(c.words, {name == "hvac_mode" ? "mode" : "action", "hvac"}) ||
                       (name == "hvac_action" && any_of(c.words, {"state"}));
    if (climate && named) {
      if (auto bound = bind_words(c, name); !bound.empty()) return bound;
    }
  }
  if (any_of(c.words, {"lock"})) return bind_words(c, "lock_state");
  const bool fan = any_of(c.words, {"fan"}) || any_of(node, {"fan"});
  return fan && any_of(c.words, {"mode", "speed"}) ? bind_words(c, "fan_mode")
                                                   : std::vector<Bound>{};
}

/// `rgb`, `hsv`, `xyz`: by the format, one attribute each.
std::vector<Bound> bind_color(const Candidate& c) {
  static constexpr std::pair<std::string_view, std::string_view> kForms[] = {
      {"rgb", "color_rgb"}, {"hsv", "color_hs"}, {"xyz", "color_xy"}};
  std::vector<Bound> all;
  for (const std::string& form : choices(c.property.format)) {
    const auto known = std::ranges::find(kForms, form, [](const auto& row) { return row.first; });
    if (known == std::end(kForms)) continue;
    Bound bound = bind_canonical(c.path(), c.endpoint(known->second));
    if (c.property.settable) make_writable(bound);
    all.push_back(std::move(bound));
  }
  return all;
}

std::vector<Bound> bind_text(const Candidate& c) {
  const std::string exact = lower_snake(c.id);
  const bool known = exact == "effect" || exact == "preset" || exact == "swing_mode";
  if (!known) return {};
  Bound bound = bind_canonical(c.path(), c.endpoint(exact));
  if (c.property.settable) make_writable(bound);
  return {std::move(bound)};
}

std::vector<Bound> bind_by_type(const Candidate& c) {
  const std::string& type = c.property.datatype;
  if (type == "boolean") return bind_truth(c, "true", "false");
  if (type == "enum") return bind_enum(c);
  if (type == "color") return bind_color(c);
  if (type == "string") return bind_text(c);
  const bool number = type == "integer" || type == "float" || type == "percent";
  return number || (type.empty() && !c.property.unit.empty()) ? bind_number(c)
                                                              : std::vector<Bound>{};
}

}  // namespace

std::vector<Bound> bind_property(std::string_view node_id, const Node& node,
                                 std::string_view property_id, const Property& property) {
  Candidate candidate{node_id, node, property_id, property, words_of(property_id)};
  std::vector<Bound> bound = bind_by_type(candidate);
  if (bound.empty() && !property.label.empty()) {
    candidate.words = words_of(property.label);
    bound = bind_by_type(candidate);
  }
  return bound;
}

std::string_view capability_of(std::string_view node_id, const Node& node, const Bound& bound) {
  const Words words = node_words(node_id, node);
  const std::string_view name = canonical_part(bound.binding.attribute);
  if (name == "brightness") return "light";
  if (name == "position" || name == "movement") {
    return any_of(words, {"valve"}) ? "valve" : "cover";
  }
  if (name == "target_temperature" || name == "hvac_mode") return "climate";
  if (name == "fan_speed" || name == "fan_mode") return "fan";
  if (name != "on") return {};
  if (any_of(words, {"light", "lamp", "bulb", "dimmer", "led"})) return "light";
  return any_of(words, {"fan"}) ? "fan" : "switch";
}

Property guess(std::string_view payload) {
  Property property;
  property.guessed = true;
  if (payload == "true" || payload == "false")
    property.datatype = "boolean";
  else if (parse_number(payload))
    property.datatype = "float";
  else
    property.datatype = "string";
  return property;
}

}  // namespace attune::devices::homie
