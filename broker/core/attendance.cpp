#include "broker/core/attendance.h"

#include <algorithm>
#include <utility>

#include "broker/core/attendance_rows.h"

namespace attune::core {

namespace {

using devices::Liveness;
using devices::Silence;

Blob row_of(const DeviceId& device, std::string bytes) {
  return {std::string(Attendance::kSpace), device.text(), std::move(bytes)};
}

/// Whose word it is when a device alone says nothing but that it is there.
bool is_alone(const devices::Decoded& decoded) {
  return decoded.availability.size() == 1 && decoded.readings.empty() && decoded.events.empty();
}

/// Whole seconds, so that people can read them.
std::string rounded(Millis duration) {
  return format_duration(std::chrono::duration_cast<std::chrono::seconds>(duration));
}

}  // namespace

void Attendance::restore(const std::vector<Blob>& blobs, const Instant& at) {
  deaf_since_ = at.steady;
  for (const Blob& blob : blobs) {
    const auto device = catalog_.table().find_device(blob.key);
    auto memory = unpack_liveness(blob.bytes);
    if (!memory) continue;
    if (!device) {
      gone_.emplace_back(blob.key);
      continue;
    }
    Seat& seat = this->seat(*device);
    seat.taken = true;
    seat.liveness = Liveness(*memory);
  }
  for (std::size_t i = 0; i < catalog_.table().device_count(); ++i) {
    restore_word(static_cast<DeviceIndex>(i));
  }
}

/// A store of a version that kept no rows: what was said of the device stands in the image.
void Attendance::restore_word(DeviceIndex device) {
  const DeviceState& known = image_.device(device);
  if (find(device) != nullptr || known.silent) return;
  if (known.availability == Availability::unknown) return;
  Seat& at = seat(device);
  at.taken = true;
  at.liveness.say(known.availability, false);
}

const Liveness* Attendance::find(DeviceIndex device) const {
  const bool known = index(device) < seats_.size() && seats_[index(device)].taken;
  return known ? &seats_[index(device)].liveness : nullptr;
}

devices::Nature Attendance::nature(DeviceIndex device) const {
  const DeviceInfo* info = catalog_.device(device);
  return info == nullptr ? devices::Nature{} : devices::nature_of(*info);
}

std::optional<Millis> Attendance::heard_wall(DeviceIndex device, const Instant& now) const {
  const Liveness* known = find(device);
  if (known == nullptr || !known->heard()) return std::nullopt;
  return now.wall - (now.steady - *known->heard());
}

Attendance::Seat& Attendance::seat(DeviceIndex device) {
  if (index(device) >= seats_.size()) seats_.resize(index(device) + 1);
  return seats_[index(device)];
}

/// Its memory changed: the next commit holds it.
void Attendance::mark(DeviceIndex device) {
  Seat& at = seat(device);
  at.taken = true;
  if (!std::exchange(at.dirty, true)) dirty_.push_back(device);
}

void Attendance::take(const MessageArrived& message) {
  const devices::Decoded& decoded = *message.decoded;
  const bool is_new = message.arrival == Arrival::live || message.arrival == Arrival::late;
  if (message.arrival == Arrival::live) listen();
  if (is_new && !listening_) deaf_since_ = journal_.now().steady;
  const bool alone = is_alone(decoded);
  for (const auto& report : decoded.availability) say(report, alone, message);
  if (!is_new) return;
  heard_.clear();
  const auto note = [this](AttributeId attribute) {
    const DeviceIndex device = catalog_.table().device_of(attribute);
    if (std::find(heard_.begin(), heard_.end(), device) == heard_.end()) heard_.push_back(device);
  };
  for (const auto& reading : decoded.readings) note(reading.attribute);
  for (const auto& event : decoded.events) note(event.attribute);
  for (const AttributeId unknown : decoded.unknown) note(unknown);
  for (const auto& rejection : decoded.rejections) {
    // It lies, or speaks out of range; but it speaks.
    const auto path = parse_path(rejection.attribute);
    if (!path) continue;
    if (const auto known = catalog_.table().find(path->device.text(), path->attribute))
      note(*known);
  }
  for (const DeviceIndex device : heard_) hear(device, message);
}

void Attendance::say(const devices::AvailabilityReport& report, bool alone,
                     const MessageArrived& message) {
  Seat& at = seat(report.device);
  const bool is_new = message.arrival == Arrival::live || message.arrival == Arrival::late;
  const bool was_offline = at.liveness.memory().said == Availability::offline;
  at.liveness.say(report.availability, alone);
  if (report.patience && is_new) at.liveness.promise(*report.patience);
  mark(report.device);
  if (report.availability == Availability::online && is_new) {
    if (alone) return hear(report.device, message);
    if (was_offline) at.liveness.listen_anew(journal_.now().steady);
  }
  settle(report.device, nature(report.device),
         {{CauseKind::message, std::string(message.topic), {}}, {}}, "");
}

void Attendance::hear(DeviceIndex device, const MessageArrived& message) {
  Seat& at = seat(device);
  const Millis now = journal_.now().steady;
  const devices::Nature nature = this->nature(device);
  if (message.arrival == Arrival::late) {
    at.liveness.listen_anew(now);  // it lived, at a time that is not known
    mark(device);
  } else if (at.liveness.hear(now, nature)) {
    const bool is_waited_for = at.liveness.deadline(nature).has_value();
    if (!at.taken || is_waited_for || now - at.kept >= habits_kept_every_) mark(device);
  } else if (image_.device(device).availability == at.liveness.state()) {
    return;  // in a burst
  }
  settle(device, nature, {{CauseKind::message, std::string(message.topic), {}}, {}}, "");
}

/// Tells what the device is now, if it was something else, and waits for its silence.
void Attendance::settle(DeviceIndex device, const devices::Nature& nature, const Because& because,
                        std::string detail) {
  const Liveness& liveness = seat(device).liveness;
  arm(device, nature);
  const DeviceState& before = image_.device(device);
  const Availability was = before.availability;
  if (was == liveness.state() && before.silent == liveness.is_silent()) return;
  Change change;
  change.kind = ChangeKind::liveness;
  change.device = catalog_.table().device(device).text();
  change.status = name(liveness.state());
  change.detail = std::move(detail);
  const Because cited = journal_.write(std::move(change), because);
  const bool is_offline = liveness.state() == Availability::offline;
  if (was == Availability::offline && !is_offline) {
    image_.mark_fresh(device, false);  // what it says first is how it woke up, nobody's hand
    drive_.try_again(device, GaveUp::until_back);
  }
  if ((was == Availability::offline) != is_offline) touch_all(device, cited);
}

void Attendance::touch_all(DeviceIndex device, const Because& because) {
  for (const AttributeId id : catalog_.table().attributes_of(device)) agenda_.touch(id, because);
}

void Attendance::arm(DeviceIndex device, const devices::Nature& nature) {
  Seat& at = seat(device);
  const auto due = listening_ ? at.liveness.deadline(nature) : std::nullopt;
  if (!must_move(at.armed, due)) return;
  const std::string& id = catalog_.table().device(device).text();
  timers_.set(TimerKind::liveness, id, due, journal_.out());
  at.armed = due;
}

void Attendance::fire(const Timer& timer) {
  const auto device = catalog_.table().find_device(timer.subject);
  if (!device) return;
  Seat& at = seat(*device);
  at.armed.reset();
  const Millis now = journal_.now().steady;
  const devices::Nature nature = this->nature(*device);
  if (!at.liveness.look(now, nature)) return arm(*device, nature);
  mark(*device);
  settle(*device, nature, {{CauseKind::timer, "silence", {}}, {}}, silence_text(at.liveness, now));
}

/// One that was found silent by terms that hold no more is told so when it speaks.
void Attendance::look_again() {
  if (std::exchange(generation_, catalog_.generation()) == catalog_.generation()) return;
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    const auto device = static_cast<DeviceIndex>(i);
    if (seats_[i].taken) arm(device, nature(device));
  }
}

std::string Attendance::silence_text(const Liveness& liveness, Millis now) const {
  std::string text = "silent for " + rounded(now - *liveness.heard());
  if (const auto period = liveness.habit().period()) {
    text += ", usually heard every " + rounded(*period);
  }
  return text;
}

void Attendance::link_changed(bool up) {
  if (up) return listen();
  if (!std::exchange(listening_, false)) return;
  deaf_since_ = journal_.now().steady;
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    arm(static_cast<DeviceIndex>(i), {});  // nothing is due while nobody listens
  }
}

/// From here on silence counts again.
void Attendance::listen() {
  if (std::exchange(listening_, true)) return;
  const Millis now = journal_.now().steady;
  const bool was_away = now >= deaf_since_ + kAbsenceMin;
  for (std::size_t i = 0; i < seats_.size(); ++i) {
    const auto device = static_cast<DeviceIndex>(i);
    Liveness& liveness = seats_[i].liveness;
    if (was_away && liveness.heard() && !liveness.is_silent()) {
      liveness.listen_anew(now);
      mark(device);
    }
    arm(device, nature(device));
  }
}

void Attendance::forget(const std::vector<DeviceId>& devices) {
  for (const DeviceId& id : devices) {
    const auto device = catalog_.table().find_device(id.text());
    if (!device || find(*device) == nullptr) continue;
    timers_.cancel(TimerKind::liveness, id.text(), journal_.out());
    const bool was_dirty = seat(*device).dirty;
    seat(*device) = {};
    if (was_dirty) std::erase(dirty_, *device);
    gone_.push_back(id);
  }
}

std::vector<Write> Attendance::take_rows() {
  std::vector<Write> rows;
  for (const DeviceId& id : std::exchange(gone_, {})) rows.push_back({row_of(id, ""), true});
  for (const DeviceIndex device : std::exchange(dirty_, {})) {
    Seat& at = seat(device);
    at.dirty = false;
    at.kept = journal_.now().steady;
    devices::LivenessMemory memory = at.liveness.memory();
    // Its next messages may leave no row: what is read back does not know when it spoke last.
    const bool is_next_kept = habits_kept_every_ == Millis(0);
    if (!is_next_kept && !at.liveness.deadline(nature(device))) memory.exact = false;
    rows.push_back({row_of(catalog_.table().device(device), pack(memory)), false});
  }
  return rows;
}

}  // namespace attune::core
