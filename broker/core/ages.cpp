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
    if (info == nullptr || !info->max_age) continue;
    const auto [at, is_first] = ages_.try_emplace(reading.attribute);
    // What is retained is of no known age: it gets one, once.
    if (!is_new && !is_first) continue;
    Age& age = at->second;
    age.heard = journal_.now().steady;
    if (!std::exchange(age.dirty, true)) dirty_.push_back(reading.attribute);
    arm(reading.attribute, age);
  }
}

void Ages::arm(AttributeId attribute, Age& age) {
  const AttributeInfo* info = catalog_.attribute(attribute);
  std::optional<Millis> due;
  if (info != nullptr && info->max_age && !image_.is_too_old(attribute)) {
    due = age.heard + *info->max_age;
  }
  if (due == age.armed || (due && age.armed && *age.armed <= *due)) return;
  const std::string path = catalog_.table().path(attribute).text();
  if (due) {
    timers_.arm(TimerKind::max_age, path, *due, journal_.out());
  } else {
    timers_.cancel(TimerKind::max_age, path, journal_.out());
  }
  age.armed = due;
}

void Ages::fire(const Timer& timer) {
  const auto path = parse_path(timer.subject);
  const auto attribute = catalog_.table().find(path->device.text(), path->attribute);
  if (!attribute) return;
  const auto known = ages_.find(*attribute);
  const AttributeInfo* info = catalog_.attribute(*attribute);
  if (known == ages_.end() || info == nullptr || !info->max_age) return;
  Age& age = known->second;
  age.armed.reset();
  if (journal_.now().steady < age.heard + *info->max_age) return arm(*attribute, age);
  const AttributeState& state = image_.at(*attribute);
  if (!state.value.has_value()) return;
  Change change = about(ChangeKind::state, *path);
  change.value = change.previous = state.value;
  change.status = name(Quality::stale);
  change.detail = "not heard for " + format_duration(*info->max_age);
  agenda_.touch(*attribute,
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
