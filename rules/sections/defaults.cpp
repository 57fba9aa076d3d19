#include "rules/sections/sections.h"

// defaults: {dev.attr | group.attr: value | restore | leave}
namespace attune::rules {

namespace {

std::optional<Default> read_default(Reader& reader, const yaml::Node& node,
                                    const AttributeInfo& info) {
  if (node.kind == yaml::NodeKind::scalar && node.text == "restore") {
    return Default{Default::Kind::restore, {}};
  }
  if (node.kind == yaml::NodeKind::scalar && node.text == "leave") {
    return Default{Default::Kind::leave, {}};
  }
  if (is_expression(node)) {
    reader.error("E203", node, "a default is a value, restore or leave",
                 "an expression belongs into a rule of priority schedule");
    return std::nullopt;
  }
  auto value = reader.value(node, info);
  if (!value) return std::nullopt;
  return Default{Default::Kind::value, std::move(*value)};
}

bool is_setting(Reader& reader, const yaml::Node& key) {
  if (!key.text.starts_with(std::string(kSettingsDevice) + ".")) return false;
  reader.error("E114", key, "a setting has no default: its last value stays",
               "write `initial` where it is declared");
  return true;
}

}  // namespace

void read_defaults(Reader& reader, const yaml::Node& section) {
  for (const auto& [key, node] : section.entries) {
    if (is_setting(reader, key)) continue;
    const auto named = reader.targets(key, Use::command);
    if (!named) continue;
    for (const Target& target : named->items) {
      auto chosen = read_default(reader, node, target.info);
      if (!chosen || !reader.loading.defaults.take(reader, key, *named, target)) continue;
      reader.loading.set.defaults[target.id] = std::move(*chosen);
    }
  }
}

}  // namespace attune::rules
