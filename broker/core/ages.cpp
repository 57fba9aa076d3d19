#include "broker/core/ages.h"

#include <charconv>
#include <utility>

namespace attune::core {

namespace {

Blob row_of(const AttributePath& path, std::string bytes) {
  return {std::string(Ages::kSpace), path.text(), std::move(bytes)};
}

std::optional<Millis> read_time(std::string_view text) {
  std::int64_t count = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), count);
  const bool whole = read.ec == std::errc() && read.ptr == text.data() + text.size();
  constexpr std::int64_t kTimeMax = std::int64_t{1} << 53U;
  return whole && count >= 0 && count <= kTimeMax ? std::optional(Millis(count)) : std::nullopt;
}

}  // namespace

void Ages::restore(const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    const auto path = parse_path(blob.key);
    const auto heard = read_time(blob.bytes);
    if (!path || !heard) continue;
    const auto attribute = catalog_.table().find(path->device.text(), path->attribute);
    if (attribute) {
      ages_[*attribute].heard = *heard;
    } else {
      gone_.push_back(*path);
    }
  }
}

void Ages::take(const MessageArrived& message) {
  look_again();
  const bool is_new = message.arrival == Arrival::live || message.arrival == Arrival::late;
  for (const auto& reading : message.decoded->readings) {
    const AttributeInfo* info = catalog_.attribute(reading.attribute);
    if (info == nullptr || !(info->max_age || info->off_delay)) continue;
    const auto [at, is_first] = ages_.try_emplace(reading.attribute);
    // What is retained is of no known age: it gets one, once.
    if (!is_new && !is_first) continue;
    Age& age = at->second;
    age.heard = journal_.now().steady;
    const bool counts = info->max_age || turns_off(reading.attribute);
    if (counts && !std::exchange(age.dirty, true)) dirty_.push_back(reading.attribute);
    arm(reading.attribute, age);
  }
}

bool Ages::turns_off(AttributeId attribute) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  return info != nullptr && info->off_delay && image_.at(attribute).value == Value(true);
}

std::optional<Millis> Ages::deadline(AttributeId attribute, const Age& age) const {
  const AttributeInfo* info = catalog_.attribute(attribute);
  if (turns_off(attribute)) return age.heard + *info->off_delay;
  if (info == nullptr || !info->max_age || image_.is_too_old(attribute)) return std::nullopt;
  return age.heard + *info->max_age;
}

void Ages::arm(AttributeId attribute, Age& age) {
  const auto due = deadline(attribute, age);
  if (!must_move(age.armed, due)) return;
  timers_.set(TimerKind::max_age, catalog_.table().path(attribute).text(), due, journal_.out());
  age.armed = due;
}

void Ages::fire(const Timer& timer) {
  const auto path = parse_path(timer.subject);
  const auto attribute = catalog_.table().find(path->device.text(), path->attribute);
  const auto known = attribute ? ages_.find(*attribute) : ages_.end();
  if (known == ages_.end()) return;
  Age& age = known->second;
  age.armed.reset();
  const auto due = deadline(*attribute, age);
  if (due && *due <= journal_.now().steady) {
    if (turns_off(*attribute)) {
      turn_off(*attribute);
    } else {
      grow_old(*attribute);
    }
  }
  arm(*attribute, age);
}

/// Nobody said so: it is what follows from silence.
void Ages::turn_off(AttributeId attribute) {
  Change change = about(ChangeKind::state, catalog_.table().path(attribute));
  change.value = false;
  change.previous = image_.at(attribute).value;
  change.status = name(Quality::good);
  change.detail =
      "not said again for " + format_duration(*catalog_.attribute(attribute)->off_delay);
  agenda_.touch(attribute,
                journal_.write(std::move(change), {{CauseKind::timer, "off_delay", {}}, {}}));
  image_.derive(catalog_.table().device_of(attribute));
}

void Ages::grow_old(AttributeId attribute) {
  const AttributeState& state = image_.at(attribute);
  if (!state.value.has_value()) return;
  Change change = about(ChangeKind::state, catalog_.table().path(attribute));
  change.value = change.previous = state.value;
  change.status = name(Quality::stale);
  change.detail = "not heard for " + format_duration(*catalog_.attribute(attribute)->max_age);
  agenda_.touch(attribute,
                journal_.write(std::move(change), {{CauseKind::timer, "max_age", {}}, {}}));
}

void Ages::look_again() {
  if (std::exchange(generation_, catalog_.generation()) == catalog_.generation()) return;
  for (auto& [attribute, age] : ages_) arm(attribute, age);
}

void Ages::forget(const std::vector<DeviceId>& devices) {
  for (const DeviceId& id : devices) {
    const auto device = catalog_.table().find_device(id.text());
    if (!device) continue;
    for (const AttributeId attribute : catalog_.table().attributes_of(*device)) {
      if (ages_.erase(attribute) == 0) continue;
      const AttributePath& path = catalog_.table().path(attribute);
      timers_.cancel(TimerKind::max_age, path.text(), journal_.out());
      std::erase(dirty_, attribute);
      gone_.push_back(path);
    }
  }
}

std::vector<Write> Ages::take_rows() {
  std::vector<Write> rows;
  for (const AttributePath& path : std::exchange(gone_, {}))
    rows.push_back({row_of(path, ""), true});
  for (const AttributeId attribute : std::exchange(dirty_, {})) {
    Age& age = ages_[attribute];
    age.dirty = false;
    rows.push_back(
        {row_of(catalog_.table().path(attribute), std::to_string(age.heard.count())), false});
  }
  return rows;
}

}  // namespace attune::core
