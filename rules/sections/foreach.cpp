#include "rules/sections/foreach.h"

namespace attune::rules {

namespace {

bool is_free(Reader& reader, const yaml::Node& key) {
  const cel::Environment& names = reader.loading.names;
  const bool taken = names.devices.contains(key.text) || names.groups.contains(key.text) ||
                     names.vars.contains(key.text);
  if (!taken) return true;
  reader.error("E106", key, "'" + printable(key.text) + "' means something else already",
               "choose a name that no device, group or var has");
  return false;
}

}  // namespace

std::optional<Foreach> read_foreach(Reader& reader, const yaml::Node& node) {
  if (!reader.is_map(node, "foreach")) return std::nullopt;
  if (node.entries.size() != 1) {
    reader.error("E114", node, "foreach is one name for the members of one group",
                 "write foreach: {v: group}");
    return std::nullopt;
  }
  const auto& [key, group] = node.entries.front();
  if (!reader.is_name("name of foreach", key) || !is_free(reader, key)) return std::nullopt;
  const auto name = reader.text(group, "a group");
  if (!name) return std::nullopt;
  const auto& groups = reader.loading.set.groups;
  if (const auto found = groups.find(*name); found != groups.end()) {
    return Foreach{key.text, found->second};
  }
  std::vector<std::string> known;
  for (const auto& [id, members] : groups) known.push_back(id);
  const std::string near = reader.suggest(*name, known);
  reader.error("E301", group, "unknown group '" + printable(*name) + "'",
               near.empty() ? "declare it under groups:" : "did you mean '" + near + "'?");
  return std::nullopt;
}

Bound::Bound(Reader& reader, const std::string& name, const DeviceId& member)
    : loading_(reader.loading), name_(name) {
  loading_.bound.emplace(name, member);
  loading_.names.devices.emplace(name, named_device(loading_, member));
}

Bound::~Bound() {
  loading_.bound.erase(name_);
  loading_.names.devices.erase(name_);
}

}  // namespace attune::rules
