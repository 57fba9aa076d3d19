#include <algorithm>

#include "rules/sections/permissions.h"
#include "rules/sections/reader.h"

// `device.attribute`, `device.endpoint.attribute`, `group.attribute`, `settings.id`.
namespace attune::rules {

namespace {

std::vector<std::string> attribute_names(const DeviceInfo& device) {
  std::vector<std::string> names;
  for (const AttributeInfo& attribute : device.attributes) names.push_back(attribute.name);
  return names;
}

std::string did_you_mean(const std::string& near, std::string otherwise) {
  return near.empty() ? std::move(otherwise) : "did you mean '" + near + "'?";
}

/// An attribute's name without its endpoint: what the vocabulary knows.
std::string_view without_endpoint(std::string_view attribute) {
  return attribute.substr(attribute.rfind('.') + 1);
}

}  // namespace

void Reader::unknown_name(const yaml::Node& key, const std::string& name, bool devices_only) {
  std::vector<std::string> known;
  for (const auto& [id, device] : loading.around.devices) known.push_back(id.text());
  if (!devices_only) {
    known.emplace_back(kSettingsDevice);
    for (const auto& [group, members] : loading.set.groups) known.push_back(group);
  }
  error("E301", key,
        std::string(devices_only ? "unknown device '" : "unknown device or group '") +
            printable(name) + "'",
        did_you_mean(suggest(name, known), "`attune get devices` lists the known ones"));
}

void Reader::unknown_attribute(const yaml::Node& key, const AttributePath& path,
                               const std::vector<std::string>& known, Use use) {
  const auto& vocabulary = loading.around.vocabulary;
  if (use == Use::command && vocabulary.contains(without_endpoint(path.attribute))) {
    return error(
        "E306", key, path.device.text() + " has no '" + path.attribute + "': nothing to command",
        did_you_mean(suggest(path.attribute, known), "it appears when the device shows it"));
  }
  std::string near = suggest(path.attribute, known);
  if (near.empty()) {
    std::vector<std::string> words;
    for (const auto& [word, type] : vocabulary) words.push_back(word);
    near = suggest(path.attribute, words);
  }
  error("E302", key,
        "unknown attribute '" + printable(path.attribute) + "' of " + printable(path.device.text()),
        did_you_mean(near, "`attune get devices` shows what it has"));
}

std::optional<Targets> Reader::setting(const yaml::Node& key, const AttributePath& path) {
  std::vector<std::string> known;
  for (const Setting& setting : loading.set.settings) {
    if (setting.id == path.attribute) {
      return Targets{{{path, loading.around.table.intern(path), setting.info}}};
    }
    known.push_back(setting.id);
  }
  error("E302", key, "unknown setting '" + printable(path.attribute) + "'",
        did_you_mean(suggest(path.attribute, known), "declare it under settings:"));
  return std::nullopt;
}

std::optional<Targets> Reader::members(const yaml::Node& key, const AttributePath& path, Use use) {
  Targets found{{}, true};
  bool declared = false;
  const auto& ids = loading.set.groups.find(path.device.text())->second;
  for (const DeviceId& id : ids) {
    const AttributeInfo* info = loading.around.devices.at(id).find(path.attribute);
    if (info == nullptr) continue;
    declared = true;
    if (use == Use::command && !info->writable) continue;
    const AttributePath member{id, path.attribute};
    found.items.push_back({member, loading.around.table.intern(member), *info});
  }
  if (!found.items.empty() || ids.empty()) return found;
  if (!declared) {
    const DeviceInfo& first = loading.around.devices.at(ids.front());
    unknown_attribute(key, path, attribute_names(first), use);
  } else {
    error("E305", key, "no member of " + path.device.text() + " takes '" + path.attribute + "'",
          "it can only be read");
  }
  return std::nullopt;
}

std::optional<Targets> Reader::single(const yaml::Node& key, const AttributePath& path, Use use) {
  const DeviceInfo& device = loading.around.devices.at(path.device);
  const AttributeInfo* info = device.find(path.attribute);
  if (info != nullptr && (info->writable || use == Use::report)) {
    return Targets{{{path, loading.around.table.intern(path), *info}}};
  }
  if (info != nullptr) {
    error("E305", key, path.text() + " cannot be written", "it can only be read");
    return std::nullopt;
  }
  const auto& vocabulary = loading.around.vocabulary;
  const auto word = vocabulary.find(without_endpoint(path.attribute));
  if (use == Use::report && word != vocabulary.end()) {  // known, only not seen yet
    AttributeInfo seen_later{path.attribute, word->second, {}, {}, {}, false, {}};
    return Targets{{{path, loading.around.table.intern(path), std::move(seen_later)}}};
  }
  unknown_attribute(key, path, attribute_names(device), use);
  return std::nullopt;
}

std::optional<Targets> Reader::targets(const yaml::Node& key, Use use) {
  auto named = resolve(key, use);
  if (!named || use != Use::command) return named;
  for (const Target& target : named->items) {
    if (may_write(loading.around, document_.file, target.path)) continue;
    error("E308", key, "this file may not write " + target.path.text(),
          "see `permissions` in attune.yaml");
    return std::nullopt;
  }
  return named;
}

std::optional<Targets> Reader::resolve(const yaml::Node& key, Use use) {
  auto path = parse_path(key.text);
  if (!path) {
    error("E114", key, "'" + printable(key.text) + "' is no path", "write device.attribute");
    return std::nullopt;
  }
  if (const auto member = loading.bound.find(path->device.text()); member != loading.bound.end()) {
    path->device = member->second;
    return single(key, *path, use);
  }
  const std::string& name = path->device.text();
  if (name == kSettingsDevice) return setting(key, *path);
  if (loading.set.groups.contains(name)) return members(key, *path, use);
  if (loading.around.devices.contains(path->device)) return single(key, *path, use);
  unknown_name(key, name, false);
  return std::nullopt;
}

bool Reader::is_device(const yaml::Node& node) {
  if (node.kind == yaml::NodeKind::scalar && loading.around.devices.contains(DeviceId(node.text))) {
    return true;
  }
  unknown_name(node, node.text, true);
  return false;
}

}  // namespace attune::rules
