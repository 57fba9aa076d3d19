#include "broker/core/image.h"

#include <utility>

namespace attune::core {

namespace {

/// A device's availability among the folded rows: no attribute can have this name.
constexpr std::string_view kAvailabilityRow = "$availability";

const Value kNone;
const AttributeState kNeverReported;
const DeviceState kNeverHeard;

std::optional<Availability> parse_availability(std::string_view text) {
  for (const auto a : {Availability::unknown, Availability::online, Availability::offline,
                       Availability::sleeping}) {
    if (name(a) == text) return a;
  }
  return std::nullopt;
}

void fold_value(AttributeState& state, const Change& change) {
  state.value = change.value;
  state.revision = change.revision;
  ++state.version;
  state.at = change.at;
  state.quality = change.status == name(Quality::stale) ? Quality::stale : Quality::good;
  state.origin = change.origin;
  state.cause = change.cause;
  state.context = change.context;
}

void fold_desired(AttributeState& state, const Change& change) {
  state.desired = change.value;
  state.desired_by = change.status;
  state.desired_revision = change.revision;
  state.desired_context = change.context;
}

}  // namespace

const Value& Image::value(AttributeId attribute) const {
  const AttributeState& state = at(attribute);
  if (!state.value.has_value()) return kNone;
  const DeviceState& owner = device(catalog_.table().device_of(attribute));
  return owner.availability == Availability::offline ? kNone : state.value;
}

const AttributeState& Image::at(AttributeId attribute) const {
  return index(attribute) < attributes_.size() ? attributes_[index(attribute)] : kNeverReported;
}

const DeviceState& Image::device(DeviceIndex device) const {
  return index(device) < devices_.size() ? devices_[index(device)] : kNeverHeard;
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
  if (change.kind == ChangeKind::liveness) {
    DeviceState& state = device_slot(table.intern_device(DeviceId(change.device)));
    state.availability = parse_availability(change.status).value_or(Availability::unknown);
    state.revision = change.revision;
    state.at = change.at;
    state.folded = false;
    return;
  }
  const bool reported = change.kind == ChangeKind::state || change.kind == ChangeKind::setting;
  if (!reported && change.kind != ChangeKind::desired) return;
  if (reported && change.status == kEventStatus) return;  // momentary: shown, never state
  const AttributeId id = table.intern(DeviceId(change.device), change.attribute);
  AttributeState& state = slot(id);
  reported ? fold_value(state, change) : fold_desired(state, change);
  if (state.folded) unfolded_.push_back(id);
  state.folded = false;
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
  state.desired_context = row.desired_revision;
  mark_fresh(table.device_of(id), true);
}

void Image::restore_device(const StateRow& row, AttributeTable& table) {
  DeviceState& state = device_slot(table.intern_device(row.path.device));
  state.availability = parse_availability(row.value.as_text()).value_or(Availability::unknown);
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
  state.derived = devices::derive(*info, lookup, state.derived);
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
          state.desired_revision};
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
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace attune::core
