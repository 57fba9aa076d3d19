#include "devices/model/hybrid_clock.h"

#include <algorithm>
#include <charconv>

namespace attune {

namespace {

constexpr Millis kClockIsSet = std::chrono::hours(24 * 365 * 50);  // 2019: before it nobody set it
constexpr char kCounterMark = '#';

}  // namespace

std::string text(const HybridTime& time) {
  std::string out = format_utc(time.wall);
  if (time.counter != 0) out += kCounterMark + std::to_string(time.counter);
  return out;
}

std::optional<HybridTime> parse_hybrid(std::string_view text) {
  const std::size_t mark = text.find(kCounterMark);
  const auto wall = parse_utc(text.substr(0, mark));
  if (!wall) return std::nullopt;
  HybridTime time{*wall, 0};
  if (mark == std::string_view::npos) return time;
  const std::string_view count = text.substr(mark + 1);
  const char* end = count.data() + count.size();
  const auto read = std::from_chars(count.data(), end, time.counter);
  if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return time;
}

void HybridClock::restore(const HybridTime& last) {
  last_ = std::max(last_, last);
}

HybridTime HybridClock::tick(Millis wall) {
  if (wall > last_.wall) {
    last_ = {wall, 0};
  } else if (++last_.counter == 0) {
    ++last_.wall;  // another node may have counted to the end
  }
  return last_;
}

Status HybridClock::receive(const HybridTime& other, Millis wall) {
  const bool is_set = wall >= kClockIsSet;
  const Millis ours = is_set ? wall : last_.wall;
  if (other.wall - ours > kAheadMax) {
    return Error{"clock_ahead", "its clock says " + text(other) + ", ours " + format_utc(ours) +
                                    ": more than 5 s ahead"};
  }
  if (is_set) last_ = std::max(last_, other);
  return {};
}

}  // namespace attune
