#include "devices/catalog.h"

#include <algorithm>
#include <utility>

#include "devices/names.h"
#include "devices/vocabulary.h"

namespace attune::devices {

namespace {

bool same(const std::optional<Range>& a, const std::optional<Range>& b) {
  if (!a || !b) return a.has_value() == b.has_value();
  return a->min == b->min && a->max == b->max;
}

bool same(const AttributeInfo& a, const AttributeInfo& b) {
  return a.name == b.name && a.type == b.type && a.unit == b.unit && same(a.range, b.range) &&
         a.values == b.values && a.writable == b.writable && a.wire.scale == b.wire.scale &&
         a.wire.per_unit == b.wire.per_unit && a.max_age == b.max_age &&
         a.off_delay == b.off_delay && a.impulse == b.impulse;
}

bool same(const DeviceInfo& a, const DeviceInfo& b) {
  const auto row = [](const DeviceInfo& d) {
    return std::tie(d.id, d.name, d.label, d.area, d.tags, d.capabilities, d.dialect,
                    d.foreign_is_person);
  };
  return row(a) == row(b) && a.liveness == b.liveness &&
         std::ranges::equal(a.attributes, b.attributes,
                            [](const auto& x, const auto& y) { return same(x, y); });
}

void add_missing(std::vector<std::string>& to, const std::vector<std::string>& words) {
  for (const std::string& word : words) {
    if (std::ranges::find(to, word) == to.end()) to.push_back(word);
  }
}

void insert_sorted(std::vector<AttributeInfo>& attributes, AttributeInfo attribute) {
  const auto at = std::ranges::lower_bound(attributes, attribute.name, {}, &AttributeInfo::name);
  if (at != attributes.end() && at->name == attribute.name) {
    *at = std::move(attribute);
  } else {
    attributes.insert(at, std::move(attribute));
  }
}

/// What exists only because a file says so: the attributes that its capabilities bring.
DeviceInfo declared(const DeviceEntry& entry) {
  DeviceInfo info;
  info.id = entry.id;
  info.name = entry.id.text();
  info.dialect = entry.dialect;
  for (const std::string& capability : entry.capabilities) {
    for (AttributeInfo& a : attributes_of_capability(capability)) {
      insert_sorted(info.attributes, std::move(a));
    }
  }
  return info;
}

}  // namespace

DeviceId Catalog::id_for(std::string_view dialect, std::string_view name) {
  std::string key = std::string(dialect) + "/" + std::string(name);
  if (const auto known = id_by_name_.find(key); known != id_by_name_.end()) return known->second;
  const auto taken = [&](const DeviceId& id) {
    if (named_.contains(id)) return true;
    const auto entry = entries_.find(id);
    return entry != entries_.end() && !entry->second.dialect.empty() &&
           entry->second.dialect != dialect;
  };
  const std::string folded = fold_name(name);
  int& next = next_number_[folded];
  DeviceId id;
  do {
    id = DeviceId(numbered(folded, ++next));
  } while (taken(id));
  named_.insert(id);
  if (id.text() != folded) numbered_.push_back({key, id});
  return id_by_name_.emplace(std::move(key), std::move(id)).first->second;
}

void Catalog::restore_numbered(const Numbered& known) {
  named_.insert(known.id);
  id_by_name_.emplace(known.key, known.id);
}

void Catalog::bind_name(std::string_view dialect, std::string_view name, const DeviceId& id) {
  named_.insert(id);
  id_by_name_.insert_or_assign(std::string(dialect) + "/" + std::string(name), id);
}

void Catalog::apply_entry(DeviceInfo& info) const {
  if (info.label.empty()) info.label = info.name;
  const auto found = entries_.find(info.id);
  if (found == entries_.end()) return;
  const DeviceEntry& entry = found->second;
  if (!entry.label.empty()) info.label = entry.label;
  if (!entry.area.empty()) info.area = entry.area;
  add_missing(info.tags, entry.tags);
  add_missing(info.capabilities, entry.capabilities);
  info.foreign_is_person = entry.foreign_is_person.value_or(info.foreign_is_person);
  info.liveness = entry.liveness;
  for (AttributeInfo& attribute : info.attributes) {
    const auto age = entry.max_age.find(attribute.name);
    if (age != entry.max_age.end()) attribute.max_age = age->second;
    const auto delay = entry.off_delay.find(attribute.name);
    if (delay != entry.off_delay.end()) attribute.off_delay = delay->second;
  }
}

/// Recomputes what everybody sees of one device; true when that differs from before.
bool Catalog::refresh(const DeviceId& id) {
  const auto discovered = discovered_.find(id);
  const auto entry = entries_.find(id);
  const auto seen = devices_.find(id);
  if (discovered == discovered_.end() && entry == entries_.end()) {
    if (seen == devices_.end()) return false;
    devices_.erase(seen);
    forget(id);
    return ++generation_, true;
  }
  DeviceInfo info = discovered != discovered_.end() ? discovered->second : declared(entry->second);
  apply_entry(info);
  if (seen != devices_.end() && same(seen->second, info)) return false;
  DeviceInfo& stored = devices_.insert_or_assign(id, std::move(info)).first->second;
  forget(id);
  index(stored);
  return ++generation_, true;
}

std::string_view Catalog::admit(Millis at, bool retained) {
  if (table_.device_count() >= limits::kDevicesMax) return "device_limit";
  return retained || joining_.take(at) ? std::string_view() : "new_devices";
}

bool Catalog::describe(DeviceInfo info) {
  std::ranges::sort(info.attributes, {}, &AttributeInfo::name);
  const DeviceId id = info.id;
  discovered_.insert_or_assign(id, std::move(info));
  if (gone_.erase(id) != 0) std::erase(removed_, id);
  return refresh(id);
}

bool Catalog::add_attribute(DeviceIndex device, AttributeInfo attribute) {
  const auto found = discovered_.find(table_.device(device));
  if (found == discovered_.end()) return false;
  const AttributeInfo* known = found->second.find(attribute.name);
  if (known != nullptr && same(*known, attribute)) return false;
  insert_sorted(found->second.attributes, std::move(attribute));
  DeviceInfo& info = found->second;
  info.capabilities = capabilities_of(info.attributes, std::move(info.capabilities));
  return refresh(found->first);
}

bool Catalog::add_capability(DeviceIndex device, std::string_view capability) {
  const auto found = discovered_.find(table_.device(device));
  if (found == discovered_.end() || found->second.has_capability(capability)) return false;
  found->second.capabilities.emplace_back(capability);
  return refresh(found->first);
}

void Catalog::remove(const DeviceId& id) {
  if (discovered_.erase(id) != 0 && gone_.insert(id).second) removed_.push_back(id);
  refresh(id);
}

std::vector<DeviceId> Catalog::take_removed() {
  return std::exchange(removed_, {});
}

void Catalog::set_entries(std::vector<DeviceEntry> entries) {
  std::map<DeviceId, DeviceEntry> before;
  for (DeviceEntry& entry : entries) {
    DeviceId id = entry.id;
    before.insert_or_assign(std::move(id), std::move(entry));
  }
  std::swap(entries_, before);
  cuts_ = std::ranges::any_of(entries_, [](const auto& one) { return !one.second.bands.empty(); });
  for (const auto& [id, entry] : before) refresh(id);
  for (const auto& [id, entry] : entries_) refresh(id);
}

std::span<const Cut> Catalog::cuts_of(const DeviceId& id, std::string_view scale) const {
  if (!cuts_) return {};
  const auto entry = entries_.find(id);
  if (entry == entries_.end()) return {};
  const auto own = entry->second.bands.find(scale);
  return own == entry->second.bands.end() ? std::span<const Cut>{} : own->second;
}

const DeviceInfo* Catalog::find(std::string_view id) const {
  const auto known = table_.find_device(id);
  return known ? device(*known) : nullptr;
}

const DeviceInfo* Catalog::device(DeviceIndex index_of) const {
  return attune::index(index_of) < by_index_.size() ? by_index_[attune::index(index_of)] : nullptr;
}

const AttributeInfo* Catalog::attribute(AttributeId id) const {
  return attune::index(id) < attribute_by_id_.size() ? attribute_by_id_[attune::index(id)]
                                                     : nullptr;
}

void Catalog::forget(const DeviceId& id) {
  const auto known = table_.find_device(id.text());
  if (!known) return;
  if (attune::index(*known) < by_index_.size()) by_index_[attune::index(*known)] = nullptr;
  for (const AttributeId attribute : table_.attributes_of(*known)) {
    if (attune::index(attribute) < attribute_by_id_.size()) {
      attribute_by_id_[attune::index(attribute)] = nullptr;
    }
  }
}

void Catalog::index(const DeviceInfo& info) {
  const std::size_t device = attune::index(table_.intern_device(info.id));
  if (by_index_.size() <= device) by_index_.resize(device + 1);
  by_index_[device] = &info;
  for (const AttributeInfo& attribute : info.attributes) {
    const std::size_t id = attune::index(table_.intern(info.id, attribute.name));
    if (attribute_by_id_.size() <= id) attribute_by_id_.resize(id + 1);
    attribute_by_id_[id] = &attribute;
  }
}

}  // namespace attune::devices
