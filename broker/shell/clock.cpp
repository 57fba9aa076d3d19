#include "broker/shell/clock.h"

#include <algorithm>
#include <charconv>
#include <fstream>

namespace attune::shell {

namespace {

constexpr Millis kClockIsSet = std::chrono::hours(24 * 365 * 50);  // 2019: before it nobody set it

/// The offset that this boot began with, when `blobs` hold it.
std::optional<Millis> known_offset(const std::string& boot_id, const std::vector<Blob>& blobs) {
  for (const Blob& blob : blobs) {
    if (blob.key != boot_id) continue;
    std::int64_t millis = 0;
    const char* end = blob.bytes.data() + blob.bytes.size();
    const auto read = std::from_chars(blob.bytes.data(), end, millis);
    if (read.ec == std::errc() && read.ptr == end) return Millis(millis);
  }
  return std::nullopt;
}

Millis slept(const Instant& last, const inbox::Stamp& now) {
  if (now.wall < kClockIsSet || last.wall < kClockIsSet) return Millis(0);
  return std::max(Millis(0), now.wall - last.wall);
}

}  // namespace

Clock::Boot Clock::this_boot() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string id;
  std::getline(file, id);
  return {id.empty() ? "unknown" : id, inbox::stamp_now()};
}

Clock::Clock(const Boot& boot, const Instant& last, const std::vector<Blob>& blobs,
             std::function<inbox::Stamp()> read)
    : read_(std::move(read)), boot_id_(boot.id) {
  const auto known = known_offset(boot.id, blobs);
  offset_ = known ? *known : last.steady + slept(last, boot.now) - boot.now.boot;
}

Instant Clock::at(const inbox::Stamp& stamp) const {
  return {stamp.wall, stamp.boot + offset_};
}

Write Clock::write() const {
  return {Blob{std::string(kSpace), boot_id_, std::to_string(offset_.count())}, false};
}

}  // namespace attune::shell
