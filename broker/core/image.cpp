#include "broker/core/image.h"

#include <utility>

namespace attune::core {

namespace {

const Value kNone;
const AttributeState kNeverReported;
const DeviceState kNeverHeard;

std::optional<Availability> parse_availability(std::string_view text) {
  for (const auto a : {Availability::unknown, Availability::online, Availability::offline,
                       Availability::sleeping, Availability::suspect}) {
    if (name(a) == text) return a;
  }
  return std::nullopt;
}

Revision fold_value(AttributeState& state, const Change& change) {
  if (!(state.value == change.value)) state.since = change.at;
  state.value = change.value;
  state.clock = change.clock;
  ++state.version;
  state.at = change.at;
  state.quality = change.status == name(Quality::stale) ? Quality::stale : Quality::good;
  state.origin = change.origin;
  state.cause = change.cause;
  state.context = change.context;
  return std::exchange(state.revision, change.revision);
}

Revision fold_desired(AttributeState& state, const Change& change) {
  state.desired = change.value;
  state.desired_by = change.status;
  state.desired_clock = change.clock;
  state.desired_context = change.context;
  return std::exchange(state.desired_revision, change.revision);
}

bool is_too_old(const AttributeState& state) {
  return state.quality == Quality::stale && state.cause.kind == CauseKind::timer;
}

bool is_about_attribute(ChangeKind kind) {
  return kind == ChangeKind::state || kind == ChangeKind::setting || kind == ChangeKind::desired ||
         kind == ChangeKind::claim;
}

}  // namespace

const Value& Image::value(AttributeId attribute) const {
  const AttributeState& state = at(attribute);
  if (!state.value.has_value()) return kNone;
  if (core::is_too_old(state)) return kNone;
  const DeviceState& owner = device(catalog_.table().device_of(attribute));
  return owner.availability == Availability::offline ? kNone : state.value;
}

Quality Image::quality(AttributeId attribute) const {
  const DeviceState& owner = device(catalog_.table().device_of(attribute));
  const bool lost = owner.silent || owner.availability == Availability::offline;
  return lost ? Quality::stale : at(attribute).quality;
}

bool Image::is_too_old(AttributeId attribute) const {
  return core::is_too_old(at(attribute));
}

const AttributeState& Image::at(AttributeId attribute) const {
  return index(attribute) < attributes_.size() ? attributes_[index(attribute)] : kNeverReported;
}

const DeviceState& Image::device(DeviceIndex device) const {
  return index(device) < devices_.size() ? devices_[index(device)] : kNeverHeard;
}

std::string_view Image::band(AttributeId attribute) const {
  const Value& value = at(attribute).value;
  const AttributePath& path = catalog_.table().path(attribute);
  const devices::Scale* scale = devices::scale_of(path.attribute);
  if (scale == nullptr || !value.is_numeric() || catalog_.attribute(attribute) == nullptr)
    return {};
  const auto before = bands_.find(attribute);
  return devices::band(*scale, catalog_.cuts_of(path.device, scale->name), value.numeric(),
                       before == bands_.end() ? std::string_view() : before->second);
}

void Image::note_band(AttributeId attribute) {
  if (const std::string_view now = band(attribute); !now.empty()) bands_[attribute] = now;
}

AttributeState& Image::slot(AttributeId attribute) {
  if (index(attribute) >= attributes_.size()) attributes_.resize(index(attribute) + 1);
  return attributes_[index(attribute)];
}

DeviceState& Image::device_slot(DeviceIndex device) {
  if (index(device) >= devices_.size()) devices_.resize(index(device) + 1);
  return devices_[index(device)];
}

void Image::apply(const Change& change, AttributeTable& table) {
  (void)fold(change, table);
}

void Image::enter(Change& change, AttributeTable& table) {
  change.prior = fold(change, table);
}

/// Answers the revision that the change takes the place of.
Revision Image::fold(const Change& change, AttributeTable& table) {
  if (change.kind == ChangeKind::liveness) return fold_device(change, table);
  if (change.kind == ChangeKind::removed) return forget(change, table);
  if (!is_about_attribute(change.kind)) return {};
  if (change.status == kEventStatus) return {};  // momentary: shown, never state
  const AttributeId id = table.intern(DeviceId(change.device), change.attribute);
  AttributeState& state = slot(id);
  if (std::exchange(state.folded, false)) unfolded_.push_back(id);
  if (change.kind == ChangeKind::desired) return fold_desired(state, change);
  if (change.kind == ChangeKind::claim) return std::exchange(state.claimed, change.revision);
  const Revision before = fold_value(state, change);
  note_band(id);
  return before;
}

Revision Image::fold_device(const Change& change, AttributeTable& table) {
  DeviceState& state = device_slot(table.intern_device(DeviceId(change.device)));
  state.availability = parse_availability(change.status).value_or(Availability::unknown);
  state.silent = change.cause.kind == CauseKind::timer;
  state.at = change.at;
  state.folded = false;
  return std::exchange(state.revision, change.revision);
}

Revision Image::forget(const Change& change, AttributeTable& table) {
  const DeviceIndex device = table.intern_device(DeviceId(change.device));
  device_slot(device) = {};
  for (const AttributeId id : table.attributes_of(device)) {
    if (index(id) < attributes_.size()) attributes_[index(id)] = {};
    bands_.erase(id);
  }
  std::erase_if(unfolded_, [&](AttributeId id) { return table.device_of(id) == device; });
  return {};
}

void Image::restore(const StateRow& row, AttributeTable& table) {
  if (row.path.attribute == kAvailabilityRow) return restore_device(row, table);
  const AttributeId id = table.intern(row.path);
  AttributeState& state = slot(id);
  state.value = row.value;
  state.revision = row.revision;
  state.version = row.version;
  state.at = row.at;
  state.quality = row.quality;
  state.origin = row.origin;
  state.cause = row.cause;
  state.context = row.context;
  state.desired = row.desired;
  state.desired_by = row.desired_by;
  state.desired_revision = row.desired_revision;
  const bool before_clocks = row.clock == HybridTime{};  // a row of format 1 ends earlier
  state.since = before_clocks ? row.at : row.since;
  state.clock = before_clocks ? HybridTime{row.at.wall, 0} : row.clock;
  state.desired_clock = row.desired_clock;
  state.desired_context = before_clocks ? row.desired_revision : row.desired_context;
  state.claimed = row.claimed;
  note_band(id);
  mark_fresh(table.device_of(id), true);
}

void Image::restore_device(const StateRow& row, AttributeTable& table) {
  DeviceState& state = device_slot(table.intern_device(row.path.device));
  state.availability = parse_availability(row.value.as_text()).value_or(Availability::unknown);
  state.silent = row.cause.kind == CauseKind::timer;
  state.revision = row.revision;
  state.at = row.at;
}

void Image::mark_fresh(DeviceIndex device, bool fresh) {
  device_slot(device).fresh = fresh;
}

void Image::derive(DeviceIndex device) {
  const DeviceInfo* info = catalog_.device(device);
  if (info == nullptr) return;
  DeviceState& state = device_slot(device);
  const auto lookup = [&](std::string_view attribute) -> const Value& {
    const auto id = catalog_.table().find(info->id.text(), attribute);
    return id ? at(*id).value : kNone;
  };
  state.derived =
      devices::derive(*info, lookup, state.derived, catalog_.cuts_of(info->id, "percent"));
}

StateRow Image::row(AttributeId attribute) const {
  const AttributeState& state = at(attribute);
  return {catalog_.table().path(attribute),
          state.value,
          state.revision,
          state.version,
          state.at,
          state.quality,
          state.origin,
          state.cause,
          state.context,
          state.desired,
          state.desired_by,
          state.desired_revision,
          state.since,
          state.clock,
          state.desired_clock,
          state.desired_context,
          state.claimed};
}

std::vector<StateRow> Image::take_unfolded() {
  std::vector<StateRow> rows;
  rows.reserve(unfolded_.size());
  for (const AttributeId id : unfolded_) {
    attributes_[index(id)].folded = true;
    rows.push_back(row(id));
  }
  unfolded_.clear();
  for (std::size_t i = 0; i < devices_.size(); ++i) {
    DeviceState& state = devices_[i];
    if (std::exchange(state.folded, true)) continue;
    StateRow row;
    row.path = {catalog_.table().device(static_cast<DeviceIndex>(i)),
                std::string(kAvailabilityRow)};
    row.value = name(state.availability);
    row.revision = state.revision;
    row.at = state.at;
    if (state.silent) row.cause.kind = CauseKind::timer;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace attune::core
