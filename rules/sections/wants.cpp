#include "rules/sections/wants.h"

#include <algorithm>

#include "rules/nothing_known.h"
#include "rules/sections/keys.h"

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

  std::optional<Wanted> of(const Target& target) {
    if (!is_expression(node_)) {
      auto value = reader_.value(node_, target.info);
      if (!value) return std::nullopt;
      return Wanted(std::move(*value));
    }
    const cel::Expect expect = expected(target.info.type);
    const auto [known, fresh] = compiled_.try_emplace(expect);
    if (fresh) known->second = reader_.expression(node_, 1, expect);
    if (!known->second || !suits(*known->second, target.info)) return std::nullopt;
    return Wanted(*known->second);
  }

 private:
  /// A constant is known before anything is reported.
  [[nodiscard]] bool suits(const cel::Expression& wanted, const AttributeInfo& info) {
    if (!wanted.reads().empty()) return true;
    const auto constant = wanted.value(NothingKnown());
    if (!constant) return true;
    if (constant->is_numeric()) return reader_.is_in_range(node_, constant->numeric(), info);
    return constant->kind() != ValueKind::text ||
           reader_.is_known_word(node_, constant->as_text(), info);
  }

  Reader& reader_;
  const yaml::Node& node_;
  std::map<cel::Expect, std::optional<cel::Expression>> compiled_;
};

/// The bounds of a range `{min, max}`; each is a value of its own.
struct Bounds {
  const yaml::Node* min = nullptr;
  const yaml::Node* max = nullptr;
};

const std::vector<Field<Bounds>> kBounds = {
    {"min", [](Reader&, const yaml::Node& n, Bounds& b) { b.min = &n; }},
    {"max", [](Reader&, const yaml::Node& n, Bounds& b) { b.max = &n; }},
};

bool takes_numbers(const AttributeInfo& info) {
  return info.type == ValueType::number || info.type == ValueType::integer;
}

bool is_inverted(const Want& range) {
  const auto literal = [](const std::optional<Wanted>& bound) {
    return bound ? std::get_if<Value>(&*bound) : nullptr;
  };
  const Value* min = literal(range.leeway->min);
  const Value* max = literal(range.leeway->max);
  return min != nullptr && max != nullptr && min->numeric() > max->numeric();
}

/// What one key of `want` wants of its targets: a value, or a range of values.
class WantedOf {
 public:
  WantedOf(Reader& reader, const yaml::Node& node) : reader_(reader), node_(node) {
    if (node.kind != yaml::NodeKind::map) {
      value_.emplace(reader, node);
      return;
    }
    Bounds bounds;
    read_fields(reader, node, kBounds, bounds);
    if (bounds.min != nullptr) min_.emplace(reader, *bounds.min);
    if (bounds.max != nullptr) max_.emplace(reader, *bounds.max);
    if (node.entries.empty()) {
      reader.error("E104", node, "a range has neither min nor max", "write {min: 7} or a value");
    }
  }

  std::optional<Want> of(const Target& target) {
    if (!value_) return range_of(target);
    auto value = value_->of(target);
    if (!value) return std::nullopt;
    return Want{target.id, std::move(*value)};
  }

 private:
  std::optional<Want> range_of(const Target& target) {
    if (!min_ && !max_) return std::nullopt;
    if (!takes_numbers(target.info) || target.path.device.text() == kSettingsDevice) {
      reader_.error("E203", node_, target.path.text() + " takes no range", "want one value");
      return std::nullopt;
    }
    Want want{target.id};
    Leeway& range = want.leeway.edit();
    if (min_) range.min = min_->of(target);
    if (max_) range.max = max_->of(target);
    if ((min_ && !range.min) || (max_ && !range.max)) return std::nullopt;
    if (!is_inverted(want)) return want;
    reader_.error("E304", node_, "this range is empty: min is above max", "swap the two");
    return std::nullopt;
  }

  Reader& reader_;
  const yaml::Node& node_;
  std::optional<WantedValue> value_, min_, max_;
};

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
    if (!named) continue;
    WantedOf wanted(reader, value);
    for (const Target& target : named->items) {
      check_end(reader, key, target);
      auto want = wanted.of(target);
      if (want && covered.take(reader, key, *named, target)) put(wants, std::move(*want));
    }
  }
  return wants;
}

KeyTable range_keys() {
  return {"range", keys_of(kBounds)};
}

}  // namespace attune::rules
