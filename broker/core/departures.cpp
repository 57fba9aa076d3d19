#include "broker/core/departures.h"

#include <algorithm>
#include <utility>

namespace attune::core {

namespace {

constexpr std::string_view kReason = "the device was removed";

bool is_known(const AttributeState& state) {
  return number(state.revision) != 0 || number(state.desired_revision) != 0 ||
         number(state.claimed) != 0;
}

Tombstone key_of(Revision revision) {
  Tombstone tombstone;
  tombstone.revision = revision;
  return tombstone;
}

StateRow key_of(AttributePath path) {
  StateRow row;
  row.path = std::move(path);
  return row;
}

}  // namespace

void Departures::restore(const std::vector<Tombstone>& tombstones) {
  for (const Tombstone& each : tombstones) tombstones_[each.device] = each.revision;
}

void Departures::take(const std::vector<DeviceId>& gone, CauseKind kind, std::string_view who) {
  for (const DeviceId& id : gone) {
    const auto device = catalog_.table().find_device(id.text());
    if (!device || (kind != CauseKind::message && !is_known(*device))) continue;
    remove(id, {{kind, std::string(who), {}}, {}});
  }
}

bool Departures::is_known(DeviceIndex device) const {
  if (number(image_.device(device).revision) != 0) return true;
  const auto& attributes = catalog_.table().attributes_of(device);
  return std::any_of(attributes.begin(), attributes.end(),
                     [&](AttributeId id) { return core::is_known(image_.at(id)); });
}

/// The entry comes after all that ends with the device: whoever folds the line has nothing of it
/// left then.
void Departures::remove(const DeviceId& id, const Because& because) {
  const DeviceIndex device = *catalog_.table().find_device(id.text());
  const auto& attributes = catalog_.table().attributes_of(device);
  std::vector<AttributeId> had_value;
  for (const AttributeId attribute : attributes) {
    end_everything(attribute, because);
    if (image_.at(attribute).value.has_value()) had_value.push_back(attribute);
  }
  erase_rows(device);
  Change change;
  change.kind = ChangeKind::removed;
  change.device = id.text();
  change.detail = because.cause.id + " does not name it any more";
  const Because removed = journal_.write(std::move(change), because);
  bury(id, removed);
  for (const AttributeId attribute : had_value) agenda_.touch(attribute, removed);
}

void Departures::end_everything(AttributeId attribute, const Because& because) {
  const AttributePath& path = catalog_.table().path(attribute);
  conflicts_.end(path, because, kReason);
  const std::vector<Claim> claims = claims_.on(attribute);
  for (const Claim& claim : claims) {
    if (claim.by == ClaimBy::person) {
      arbitration_.release(attribute, because, std::string(kReason));
    } else {
      arbitration_.withdraw(attribute, claim.by, claim.source, because, std::string(kReason));
    }
  }
  if (claims_.base(attribute) != nullptr) {
    claims_.set_base(attribute, std::nullopt);
    journal_.erase(Base{path, {}});
  }
  if (ledger_.on(attribute) != nullptr) drive_.abandon(attribute, std::string(kReason));
  const AttributeState& state = image_.at(attribute);
  if (!state.desired.has_value()) return;
  Change change = about(ChangeKind::desired, path);
  change.previous = state.desired;
  journal_.write(std::move(change), because);
}

void Departures::erase_rows(DeviceIndex device) {
  for (const AttributeId attribute : catalog_.table().attributes_of(device)) {
    if (!core::is_known(image_.at(attribute))) continue;
    journal_.erase(key_of(catalog_.table().path(attribute)));
  }
  if (number(image_.device(device).revision) == 0) return;
  journal_.erase(key_of({catalog_.table().device(device), std::string(kAvailabilityRow)}));
}

void Departures::bury(const DeviceId& id, const Because& removed) {
  const Change& entry = journal_.out().changes.back();
  if (const auto before = tombstones_.find(id); before != tombstones_.end()) {
    journal_.erase(key_of(before->second));
  }
  tombstones_[id] = entry.revision;
  journal_.put(Tombstone{entry.revision, id, entry.at, entry.clock, removed.cause});
  if (tombstones_.size() <= kTombstonesMax) return;
  const auto oldest = std::min_element(tombstones_.begin(), tombstones_.end(),
                                       [](auto& a, auto& b) { return a.second < b.second; });
  journal_.erase(key_of(oldest->second));
  tombstones_.erase(oldest);
}

void Departures::look_for_returned() {
  for (auto each = tombstones_.begin(); each != tombstones_.end();) {
    const bool back = !catalog_.is_gone(each->first);
    if (back) journal_.erase(key_of(each->second));
    each = back ? tombstones_.erase(each) : std::next(each);
  }
}

}  // namespace attune::core
