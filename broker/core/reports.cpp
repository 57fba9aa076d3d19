#include "broker/core/reports.h"

#include <algorithm>
#include <array>
#include <utility>

#include "devices/vocabulary.h"

namespace attune::core {

namespace {

/// What a person switches. The rest may follow from it: a lamp that attune turned on reports the
/// brightness that it remembered, and nobody's hand did that.
constexpr std::array<std::string_view, 8> kPrincipal = {
    "on", "open", "position", "lock_state", "hvac_mode", "siren", "alarm_state", "playback"};

constexpr std::string_view kByHand = "by hand";

bool is_principal(std::string_view attribute) {
  const auto name = devices::canonical_part(attribute);
  return std::find(kPrincipal.begin(), kPrincipal.end(), name) != kPrincipal.end();
}

}  // namespace

void Reports::take(const MessageArrived& message) {
  const devices::Decoded& decoded = *message.decoded;
  auto& rejections = journal_.out().rejections;
  rejections.insert(rejections.end(), decoded.rejections.begin(), decoded.rejections.end());
  std::erase_if(foreign_, [&](const Foreign& f) { return f.until <= journal_.now().steady; });
  if (message.arrival == Arrival::live) {
    for (const auto& command : decoded.foreign) {
      foreign_.push_back({command.attribute, command.value, journal_.now().steady + kSettleWindow});
    }
  }
  for (const AttributeId unknown : decoded.unknown) take_unknown(unknown, message.topic);
  const auto halted = halting(message);
  for (const auto& reading : decoded.readings) take(reading, message);
  for (const auto& own : decoded.by_itself) {
    if (own.protection && message.arrival == Arrival::live) drive_.protected_itself(own.attribute);
  }
  for (const AttributeId position : halted) stop_by_hand(position, message.topic);
  if (message.arrival == Arrival::live) {
    for (const auto& event : decoded.events) take_event(event, message.topic);
  }
  std::optional<DeviceIndex> done;
  const auto derive = [&](AttributeId attribute) {
    const DeviceIndex device = catalog_.table().device_of(attribute);
    if (std::exchange(done, device) == device) return;  // nearly always one device a message
    if (message.arrival != Arrival::retained) image_.mark_fresh(device, true);
    image_.derive(device);
  };
  for (const auto& reading : decoded.readings) derive(reading.attribute);
  for (const AttributeId unknown : decoded.unknown) derive(unknown);
}

/// Positions of what this message says has come to a stand, and where.
std::vector<AttributeId> Reports::halting(const MessageArrived& message) const {
  std::vector<AttributeId> found;
  if (message.arrival != Arrival::live) return found;
  const AttributeTable& table = catalog_.table();
  for (const auto& reading : message.decoded->readings) {
    const AttributePath& path = table.path(reading.attribute);
    if (devices::canonical_part(path.attribute) != "movement") continue;
    const Value& before = image_.at(reading.attribute).value;
    if (!(reading.value == Value("stopped")) || !before.has_value() || before == reading.value) {
      continue;
    }
    const std::string_view endpoint = devices::endpoint_part(path.attribute);
    const std::string name =
        std::string(endpoint).append(endpoint.empty() ? "" : ".").append("position");
    const auto position = table.find(path.device.text(), name);
    for (const auto& other : message.decoded->readings) {
      if (position && other.attribute == *position) found.push_back(*position);
    }
  }
  return found;
}

/// It stands elsewhere than it was told to go, and was on its way: somebody stopped it, and it is
/// not told again.
void Reports::stop_by_hand(AttributeId position, std::string_view topic) {
  if (!drive_.is_short_of(position)) return;
  const AttributeState& state = image_.at(position);
  const Because hand{{CauseKind::person, std::string(topic), state.revision}, state.context};
  conflicts_.end(catalog_.table().path(position), hand, "written again");
  const Value stands = state.value;
  drive_.abandon(position, "stopped on its way");
  arbitration_.hold(position, stands, std::string(kByHand), std::nullopt, "stopped on its way",
                    hand);
}

/// The device does not know it any more: nothing is reported, and nothing is known.
void Reports::take_unknown(AttributeId attribute, std::string_view topic) {
  const AttributeState& state = image_.at(attribute);
  if (!state.value.has_value()) return;
  Change change = about(ChangeKind::state, catalog_.table().path(attribute));
  change.previous = state.value;
  change.status = name(Quality::good);
  change.detail = topic;
  const Because because =
      journal_.write(std::move(change), {{CauseKind::message, std::string(topic), {}}, {}});
  agenda_.touch(attribute, because);
  agenda_.drive(catalog_.table().device_of(attribute));
}

void Reports::take(const devices::Reading& reading, const MessageArrived& message) {
  const AttributeState& state = image_.at(reading.attribute);
  const bool freshened = message.arrival == Arrival::live && state.quality == Quality::stale;
  if (state.value == reading.value && !freshened) {
    return drive_.confirm(reading.attribute, reading.value, {});
  }
  const bool moved = !(state.value == reading.value);
  Origins from = origin_of(reading, message);
  if (!moved) from.origin = Origin::device;
  Change change = about(ChangeKind::state, catalog_.table().path(reading.attribute));
  change.value = reading.value;
  change.previous = state.value;
  change.status = name(message.arrival == Arrival::retained ? Quality::stale : Quality::good);
  change.detail = message.topic;
  change.origin = from.origin;
  const Because because = journal_.write(std::move(change), from.because);
  if (moved) agenda_.touch(reading.attribute, because);
  const DeviceIndex device = catalog_.table().device_of(reading.attribute);
  const DeviceInfo* info = catalog_.device(device);
  const bool by_hand = from.origin == Origin::person ||
                       (from.origin == Origin::other && info != nullptr && info->foreign_is_person);
  if (by_hand) {
    drive_.overruled(reading.attribute);
    const bool other = from.origin == Origin::other;
    const Because hand{{CauseKind::person, because.cause.id, because.cause.parent},
                       because.context};
    conflicts_.end(catalog_.table().path(reading.attribute), hand, "written again");
    arbitration_.hold(reading.attribute, reading.value,
                      std::string(other ? kAnotherProgram : kByHand), std::nullopt, "", hand);
  }
  drive_.confirm(reading.attribute, reading.value, because);
  agenda_.drive(device);
}

Reports::Origins Reports::origin_of(const devices::Reading& reading,
                                    const MessageArrived& message) {
  const Because said{{CauseKind::message, std::string(message.topic), {}}, {}};
  const auto& own_doings = message.decoded->by_itself;
  const auto own = std::find_if(own_doings.begin(), own_doings.end(), [&](const auto& doing) {
    return doing.attribute == reading.attribute;
  });
  const bool is_own = own != own_doings.end();
  if (is_own && own->protection) return {Origin::device, said};
  if (const auto command = drive_.explain(reading.attribute, reading.value)) {
    return {Origin::attune, *command};
  }
  if (is_own) return {Origin::device, said};
  const AttributeInfo* info = catalog_.attribute(reading.attribute);
  const DeviceIndex device = catalog_.table().device_of(reading.attribute);
  const AttributeState& state = image_.at(reading.attribute);
  const bool may_be_a_hand = message.arrival == Arrival::live && info != nullptr &&
                             info->writable && image_.device(device).fresh &&
                             state.value.has_value();
  if (!may_be_a_hand) return {Origin::device, said};
  if (somebody_else_sent(reading)) return {Origin::other, said};
  // What goes along with a command changes by itself; what has obeyed one does not.
  if (!is_principal(info->name) && !drive_.has_just_obeyed(reading.attribute)) {
    if (const auto command = drive_.recently_commanded(device)) return {Origin::attune, *command};
  }
  if (state.desired.has_value() && same_on_wire(*info, state.desired, reading.value)) {
    return {Origin::device, said};  // late, but what was wanted
  }
  return {Origin::person,
          {{CauseKind::person, "by hand at " + catalog_.table().device(device).text(), {}}, {}}};
}

bool Reports::somebody_else_sent(const devices::Reading& reading) const {
  const AttributeInfo* info = catalog_.attribute(reading.attribute);
  return std::any_of(foreign_.begin(), foreign_.end(), [&](const Foreign& f) {
    return f.attribute == reading.attribute && same_on_wire(*info, f.value, reading.value);
  });
}

void Reports::disown(DeviceIndex device) {
  for (const AttributeId attribute : catalog_.table().attributes_of(device)) {
    const Claim* claim = arbitration_.hold_on(attribute);
    const bool was_a_hand = claim != nullptr && claim->reason.starts_with(kByHand) &&
                            claim->since.steady + kHandsBeforeAFlood > journal_.now().steady;
    if (!was_a_hand) continue;
    arbitration_.disown_hold(attribute, {{CauseKind::system, "flood", {}}, {}},
                             "no hand: it floods");
  }
}

void Reports::take_event(const devices::Reading& event, std::string_view topic) {
  Change change = about(ChangeKind::state, catalog_.table().path(event.attribute));
  change.value = event.value;
  change.status = kEventStatus;
  change.detail = topic;
  const Because happened =
      journal_.write(std::move(change), {{CauseKind::message, std::string(topic), {}}, {}});
  agenda_.happen({event.attribute, event.value, happened});
}

}  // namespace attune::core
