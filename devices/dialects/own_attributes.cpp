#include "devices/dialects/own_attributes.h"

#include <algorithm>

namespace attune::devices {

namespace {

using json::Kind;
using json::Node;

constexpr std::pair<std::string_view, ValueType> kTypes[] = {
    {"bool", ValueType::boolean}, {"int", ValueType::integer},      {"number", ValueType::number},
    {"text", ValueType::text},    {"enum", ValueType::enumeration}, {"event", ValueType::event}};

constexpr std::size_t kUnitBytesMax = 32;
constexpr std::size_t kValuesMax = 64;

std::optional<double> number_of(const Node& object, std::string_view name) {
  const Node* said = object.find(name);
  return said != nullptr && said->is_number() ? std::optional(said->number) : std::nullopt;
}

/// The words of an enumeration, divided by '|'; one that holds that sign is no word.
std::string words_of(const Node& said) {
  std::string words;
  const Node* list = said.find("values");
  if (list == nullptr || list->kind != Kind::array || list->size > kValuesMax) return words;
  for (const Node& word : *list) {
    if (word.kind != Kind::text || word.text.empty() ||
        word.text.find('|') != std::string_view::npos) {
      return {};
    }
    words += (words.empty() ? "" : "|") + std::string(word.text);
  }
  return words;
}

}  // namespace

std::span<const std::pair<std::string_view, ValueType>> own_types() {
  return kTypes;
}

std::optional<Bound> bind_own(const Node& said) {
  if (said.kind != Kind::object) return std::nullopt;
  const auto type = std::ranges::find(kTypes, said.text_of("type"),
                                      &std::pair<std::string_view, ValueType>::first);
  if (type == std::end(kTypes)) return std::nullopt;
  const bool counts = type->second == ValueType::number || type->second == ValueType::integer;
  const std::string words = words_of(said);
  if (type->second == ValueType::enumeration && words.empty()) return std::nullopt;
  Word word{canonical_part(said.key), type->second};
  const std::string_view unit = said.text_of("unit");
  if (counts && unit.size() <= kUnitBytesMax) word.unit = unit;
  const auto min = number_of(said, "min");
  const auto max = number_of(said, "max");
  if (counts && min && max && *min < *max) word.range = Range{*min, *max};
  if (type->second == ValueType::enumeration) word.values = words;
  const Node* writable = said.find("writable");
  word.writable = type->second != ValueType::event && writable != nullptr &&
                  writable->kind == Kind::boolean && writable->boolean;
  Bound bound;
  bound.binding.property = said.key;
  bound.binding.attribute = said.key;
  bound.binding.writable = word.writable;
  shape_by_word(word, {}, bound.binding);
  bound.info = attribute_of(word, said.key, word.writable);
  describe_wire(bound);
  return bound;
}

}  // namespace attune::devices
