#include "devices/dialects/mapping.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "devices/dialects/unit_names.h"
#include "devices/names.h"
#include "devices/units.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

const Node* element(const Node& array, std::string_view key) {
  std::size_t wanted = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), wanted);
  if (error != std::errc() || end != key.data() + key.size()) return nullptr;
  for (const Node& child : array) {
    if (wanted-- == 0) return &child;
  }
  return nullptr;
}

void bind_boolean(const MappedAttribute& from, Binding& binding) {
  binding.shape = Shape::boolean;
  if (from.values.empty()) {
    binding.words = {{"true", "true"}, {"false", "false"}, {"ON", "true"},
                     {"OFF", "false"}, {"1", "true"},      {"0", "false"}};
    return;
  }
  for (const auto& [canonical, wire] : from.values) {
    (canonical == "true" ? binding.on : binding.off) = Value(wire);
    binding.words.emplace_back(wire, canonical);
  }
}

/// What lamps say of their white where they count 1e6 / K; it has no UCUM code.
constexpr std::string_view kMired = "mired";

bool is_mired(std::string_view unit, const Word& word) {
  return unit == kMired && word.name == "color_temp";
}

/// What is wrong with the unit on the wire; empty when nothing is.
std::string unit_problem(std::string_view unit, const Word& word) {
  if (unit.empty() || is_mired(unit, word) || convert(unit, word.unit)) return "";
  const std::string quoted = "'" + std::string(unit) + "'";
  if (word.unit.empty()) return quoted + ": it has no unit; leave it out";
  std::string text = quoted + " does not convert to '" + std::string(word.unit) + "'; ";
  const std::string_view meant = ucum_code(unit);
  if (!meant.empty() && convert(meant, word.unit)) return text + "write " + std::string(meant);
  std::string known = word.name == "color_temp" ? std::string(kMired) : std::string();
  for (const std::string_view code : codes_like(word.unit)) {
    if (word.name == "color_temp" && code != word.unit) continue;  // nobody says it in °C
    known += (known.empty() ? "" : ", ") + std::string(code);
  }
  return text + (known.empty() ? "leave it out" : "known are " + known);
}

void bind_value(const MappedAttribute& from, const Word& word, std::string_view unit,
                Binding& binding) {
  shape_by_word(word, is_mired(unit, word) ? std::string_view() : unit, binding);
  if (is_mired(unit, word)) binding.shape = Shape::mired;
  binding.loose = true;  // who maps a text as a number means it
  if (word.type == ValueType::boolean) bind_boolean(from, binding);
  if (word.type != ValueType::enumeration || from.values.empty()) return;
  binding.words.clear();
  for (const auto& [canonical, wire] : from.values) binding.words.emplace_back(wire, canonical);
}

/// The words of an enumeration of one's own.
std::string own_values(const MappedAttribute& from) {
  std::string values;
  if (from.type != ValueType::enumeration) return values;
  for (const auto& [canonical, wire] : from.values)
    values += (values.empty() ? "" : "|") + canonical;
  return values;
}

/// The word that a mapping declares; none where the vocabulary has it, or nobody.
std::optional<Word> own_word(const MappedAttribute& from, std::string_view values) {
  const std::string_view name = canonical_part(from.name);
  if (!is_user_attribute(name) || !from.type) return std::nullopt;
  const bool writable = *from.type != ValueType::event;
  return Word{name, *from.type, from.unit, from.range, values, false, writable};
}

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const std::string& word : words) all += (all.empty() ? "" : ", ") + word;
  return all;
}

/// What is wrong with `values`; empty when nothing is.
std::string check_values(const MappedAttribute& from, const Word& word) {
  const std::vector<std::string> known = word.type == ValueType::boolean
                                             ? std::vector<std::string>{"true", "false"}
                                             : split_words(word.values);
  if (word.type != ValueType::boolean && word.type != ValueType::enumeration) {
    return from.values.empty() ? "" : "only a truth or an enumeration has values; leave them out";
  }
  for (const auto& [canonical, wire] : from.values) {
    const bool is_known = std::ranges::find(known, canonical) != known.end();
    if (!is_known && !word.open) {
      return "'" + canonical + "' is no value of it; it has " + joined(known);
    }
    if (wire.empty()) return "'" + canonical + "' has an empty word";
  }
  if (word.type == ValueType::boolean && from.values.size() == 1) {
    return "values need a word for true and one for false";
  }
  return "";
}

std::string name_problem(std::string_view name) {
  const std::string_view endpoint = endpoint_part(name);
  if (name.starts_with("raw.") && name.size() > 4) return "";
  if (find_word(canonical_part(name)) == nullptr && !is_user_attribute(canonical_part(name))) {
    return "the vocabulary has no such attribute; x_<name> declares one, raw.<name> takes anything";
  }
  return endpoint == plain_name(endpoint) ? "" : "an endpoint has letters, digits, _ and - only";
}

/// What is wrong with the declaration of one's own attribute, or with one where none belongs.
std::string declaration_problem(const MappedAttribute& from) {
  if (!is_user_attribute(canonical_part(from.name))) {
    return from.type || from.range ? "the vocabulary says its type and range; leave them out" : "";
  }
  if (!from.type) return "an attribute of one's own says its type, like type: number";
  if (*from.type == ValueType::numbers) return "a list of numbers has no form here";
  const bool counts = *from.type == ValueType::number || *from.type == ValueType::integer;
  if (!counts && (from.range || !from.unit.empty()))
    return "only a number has a unit and a range; leave them out";
  if (from.range && !(from.range->min < from.range->max))
    return "its range is empty; min is below max";
  return *from.type == ValueType::enumeration && from.values.empty()
             ? "an enumeration says its values, like values: {rinse: R, spin: S}"
             : "";
}

}  // namespace

Error mapping_error(const DeviceId& device, std::string_view attribute, std::string text) {
  return {"devices_file", device.text() + "." + std::string(attribute) + ": " + std::move(text)};
}

std::optional<std::vector<std::string>> split_pointer(std::string_view pointer) {
  std::vector<std::string> keys;
  if (pointer.empty()) return keys;
  if (pointer[0] != '/') return std::nullopt;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      keys.emplace_back();
    } else if (pointer[i] != '~') {
      keys.back() += pointer[i];
    } else if (i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      keys.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      return std::nullopt;
    }
  }
  return keys;
}

const Node* follow(const Node& root, const std::vector<std::string>& path) {
  const Node* at = &root;
  for (const std::string& key : path) {
    if (at->kind == Kind::null) return at;  // what is unknown is so with all its parts
    at = at->kind == Kind::array ? element(*at, key) : at->find(key);
    if (at == nullptr) return nullptr;
  }
  return at;
}

Result<Bound> bind_mapped(const DeviceId& device, const MappedAttribute& from) {
  const auto refused = [&](std::string text) {
    return mapping_error(device, from.name, std::move(text));
  };
  if (std::string wrong = name_problem(from.name); !wrong.empty()) return refused(std::move(wrong));
  if (std::string wrong = declaration_problem(from); !wrong.empty()) {
    return refused(std::move(wrong));
  }
  Bound bound;
  Binding& binding = bound.binding;
  binding.property = from.source;
  binding.attribute = from.name;
  binding.writable = from.writable;
  const std::string values = own_values(from);
  const std::optional<Word> own = own_word(from, values);
  const Word* word = own ? &*own : find_word(canonical_part(from.name));
  if (word == nullptr) {
    if (!from.unit.empty()) return refused("a raw attribute has no unit; leave it out");
    return bound;
  }
  if (binding.writable && !word->writable) {
    return refused("it cannot be commanded, it only reports; leave out what commands it");
  }
  const std::string_view unit = own ? std::string_view{} : std::string_view(from.unit);
  if (std::string wrong = unit_problem(unit, *word); !wrong.empty()) {
    return refused(std::move(wrong));
  }
  if (std::string wrong = check_values(from, *word); !wrong.empty()) {
    return refused(std::move(wrong));
  }
  bind_value(from, *word, unit, binding);
  bound.info = attribute_of(*word, from.name, binding.writable);
  bound.info.wire = wire_of(binding);
  return bound;
}

std::vector<Bound> bound_of(const DeviceEntry& entry) {
  std::vector<Bound> all;
  for (const MappedAttribute& from : entry.mapped) {
    if (auto bound = bind_mapped(entry.id, from)) all.push_back(std::move(*bound));
  }
  return all;
}

Status check_mapped(const DeviceId& device, const MappedAttribute& from) {
  if (from.name.starts_with("raw.")) {
    return mapping_error(device, from.name, "what is not mapped is raw by itself; leave it out");
  }
  const auto bound = bind_mapped(device, from);
  return bound ? Status() : Status(bound.error());
}

void replace_mapped(DeviceBook& book, BoundDevice& device, const std::vector<Bound>& before,
                    const std::vector<Bound>& wanted, Decoded& out) {
  const auto says_same = [](const Bound& a) {
    return
        [&a](const Bound& b) { return a.binding.property == b.binding.property && is_same(a, b); };
  };
  for (const Bound& old : before) {
    if (std::ranges::any_of(wanted, says_same(old))) continue;
    book.drop(device, old.binding.attribute, out);
  }
  const Message nothing{};
  for (const Bound& bound : wanted) {
    if (std::ranges::any_of(before, says_same(bound))) continue;
    book.drop(device, std::string(bound.binding.attribute), out);
    // What a message took the property for gives way to what a person says of it.
    const Binding* taken = DeviceBook::binding(device, bound.binding.property);
    if (taken != nullptr) book.drop(device, std::string(taken->attribute), out);
    book.add(device, bound, nothing, out);
  }
}

bool operator==(const MappedAttribute& a, const MappedAttribute& b) {
  const auto bounds = [](const std::optional<Range>& range) {
    return range ? std::optional(std::pair(range->min, range->max)) : std::nullopt;
  };
  return a.name == b.name && a.source == b.source && a.unit == b.unit && a.values == b.values &&
         a.writable == b.writable && a.type == b.type && bounds(a.range) == bounds(b.range);
}

}  // namespace attune::devices
