#include <algorithm>
#include <set>

#include "rules/sections/keys.h"
#include "rules/sections/sections.h"

// groups: {<name>: {area, capability, tag, not_tag, devices: [..], except: [..]}}
// Members: devices with the area, capability and tag, and those listed; none with not_tag, none
// of except.
namespace attune::rules {

namespace {

struct Draft {
  std::string area;
  std::string capability;
  std::string tag;
  std::string not_tag;
  std::set<DeviceId> devices;
  std::set<DeviceId> except;
  bool listed = false;
};

void read_text(Reader& reader, const yaml::Node& node, std::string_view what, std::string& into) {
  auto text = reader.text(node, what);
  if (text && text->empty())
    reader.error("E114", node, std::string(what) + " is empty", "name one");
  if (text) into = std::move(*text);
}

void read_devices(Reader& reader, const yaml::Node& node, std::string_view what,
                  std::set<DeviceId>& into) {
  if (!reader.is_list(node, what)) return;
  for (const yaml::Node& item : node.items) {
    if (reader.is_device(item)) into.insert(DeviceId(item.text));
  }
}

const std::vector<Field<Draft>> kFields = {
    {"area", [](Reader& r, const yaml::Node& n, Draft& d) { read_text(r, n, "area", d.area); }},
    {"capability",
     [](Reader& r, const yaml::Node& n, Draft& d) { read_text(r, n, "capability", d.capability); }},
    {"tag", [](Reader& r, const yaml::Node& n, Draft& d) { read_text(r, n, "tag", d.tag); }},
    {"not_tag",
     [](Reader& r, const yaml::Node& n, Draft& d) { read_text(r, n, "not_tag", d.not_tag); }},
    {"devices",
     [](Reader& r, const yaml::Node& n, Draft& d) {
       d.listed = true;
       read_devices(r, n, "devices", d.devices);
     }},
    {"except",
     [](Reader& r, const yaml::Node& n, Draft& d) { read_devices(r, n, "except", d.except); }},
};

bool has_tag(const DeviceInfo& device, const std::string& tag) {
  return std::find(device.tags.begin(), device.tags.end(), tag) != device.tags.end();
}

bool selects(const Draft& draft) {
  return !draft.area.empty() || !draft.capability.empty() || !draft.tag.empty();
}

bool selected(const Draft& draft, const DeviceInfo& device) {
  return selects(draft) && (draft.area.empty() || device.area == draft.area) &&
         (draft.capability.empty() || device.has_capability(draft.capability)) &&
         (draft.tag.empty() || has_tag(device, draft.tag));
}

bool is_member(const Draft& draft, const DeviceInfo& device) {
  if (!draft.not_tag.empty() && has_tag(device, draft.not_tag)) return false;
  if (draft.except.contains(device.id)) return false;
  return draft.devices.contains(device.id) || selected(draft, device);
}

std::vector<DeviceId> members(const Draft& draft, const DeviceSet& devices) {
  std::vector<DeviceId> found;
  for (const auto& [id, device] : devices) {
    if (is_member(draft, device)) found.push_back(id);
  }
  return found;
}

/// Expressions see the group under its name, also where a device is called the same.
void name_group(Reader& reader, const yaml::Node& key, const std::vector<DeviceId>& members) {
  cel::Environment& names = reader.loading.names;
  if (names.devices.erase(key.text) > 0) {
    reader.warning("W903", key, "group '" + key.text + "' hides the device of that name",
                   "rename the group");
  }
  auto& ids = names.groups[key.text];
  for (const DeviceId& id : members) ids.push_back(id.text());
}

void read_group(Reader& reader, const yaml::Entry& entry) {
  if (!reader.take_id("group", entry.key) || !reader.is_map(entry.value, "a group")) return;
  Draft draft;
  const std::size_t errors_before = reader.loading.errors;
  read_fields(reader, entry.value, kFields, draft);
  const bool clean = reader.loading.errors == errors_before;
  if (clean && !selects(draft) && !draft.listed) {
    reader.error("E104", entry.key, "this group names no devices",
                 "give it an area, capability, tag, or a list of devices");
  }
  auto found = members(draft, reader.loading.around.devices);
  if (clean && found.empty() && (selects(draft) || draft.listed)) {
    reader.warning("W902", entry.key, "group '" + entry.key.text + "' has no members",
                   "conditions over it are unknown");
  }
  name_group(reader, entry.key, found);
  reader.loading.set.groups.emplace(entry.key.text, std::move(found));
}

}  // namespace

void read_groups(Reader& reader, const yaml::Node& section) {
  for (const yaml::Entry& entry : section.entries) read_group(reader, entry);
}

KeyTable group_keys() {
  return {"group", keys_of(kFields)};
}

}  // namespace attune::rules
