#include "rules/sections/wants.h"

#include <algorithm>

namespace attune::rules {

namespace {

cel::Expect expected(ValueType type) {
  switch (type) {
    case ValueType::boolean:
      return cel::Expect::boolean;
    case ValueType::integer:
    case ValueType::number:
      return cel::Expect::number;
    case ValueType::enumeration:
    case ValueType::text:
      return cel::Expect::text;
    case ValueType::numbers:
    case ValueType::event:
    case ValueType::timestamp:
      return cel::Expect::any;
  }
  return cel::Expect::any;
}

/// D401 unless something says what follows the last claim. A setting keeps its last value.
void check_end(Reader& reader, const yaml::Node& key, const Target& target) {
  const Surroundings& around = reader.loading.around;
  const auto device = around.devices.find(target.path.device);
  if (device == around.devices.end()) return;
  if (reader.loading.set.defaults.contains(target.id)) return;
  const auto answer = around.default_for;
  if (answer != nullptr && answer(device->second, target.path.attribute)) return;
  reader.error("D401", key,
               "nothing says what follows when this claim on " + target.path.text() + " ends",
               "add it to defaults: a value, restore or leave");
}

/// Values of one key for its targets; an expression is compiled once for all of a type.
class WantedValue {
 public:
  WantedValue(Reader& reader, const yaml::Node& node) : reader_(reader), node_(node) {}

  std::optional<Want> of(const Target& target) {
    if (!is_expression(node_)) {
      auto value = reader_.value(node_, target.info);
      if (!value) return std::nullopt;
      return Want{target.id, std::move(*value)};
    }
    const cel::Expect expect = expected(target.info.type);
    const auto [known, fresh] = compiled_.try_emplace(expect);
    if (fresh) known->second = reader_.expression(node_, 1, expect);
    if (!known->second) return std::nullopt;
    return Want{target.id, *known->second};
  }

 private:
  Reader& reader_;
  const yaml::Node& node_;
  std::map<cel::Expect, std::optional<cel::Expression>> compiled_;
};

bool is_range(Reader& reader, const yaml::Node& node) {
  if (node.kind != yaml::NodeKind::map) return false;
  reader.error("E110", node, "a range is not supported yet in this version", "want one value");
  return true;
}

void put(std::vector<Want>& wants, Want want) {
  const auto same = std::find_if(wants.begin(), wants.end(), [&](const Want& other) {
    return other.attribute == want.attribute;
  });
  if (same == wants.end()) {
    wants.push_back(std::move(want));
  } else {
    *same = std::move(want);
  }
}

}  // namespace

std::vector<Want> read_wants(Reader& reader, const yaml::Node& node) {
  std::vector<Want> wants;
  if (!reader.is_map(node, "want")) return wants;
  Covered covered;
  for (const auto& [key, value] : node.entries) {
    const auto named = reader.targets(key, Use::command);
    if (is_range(reader, value) || !named) continue;
    WantedValue wanted(reader, value);
    for (const Target& target : named->items) {
      check_end(reader, key, target);
      auto want = wanted.of(target);
      if (want && covered.take(reader, key, *named, target)) put(wants, std::move(*want));
    }
  }
  return wants;
}

}  // namespace attune::rules
