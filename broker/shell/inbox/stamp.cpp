#include "broker/shell/inbox/stamp.h"

#include <time.h>

#include <algorithm>

namespace attune::inbox {
namespace {

Millis read_clock(clockid_t clock) noexcept {
  timespec now{};
  clock_gettime(clock, &now);
  return Millis(std::int64_t{now.tv_sec} * 1'000 + now.tv_nsec / 1'000'000);
}

}  // namespace

Stamp stamp_now() noexcept {
  return {read_clock(CLOCK_REALTIME), read_clock(CLOCK_BOOTTIME)};
}

Millis elapsed(const Stamp& before, const Stamp& after) noexcept {
  if (after.boot >= before.boot) return after.boot - before.boot;
  return std::max(after.wall - before.wall, Millis(0));
}

}  // namespace attune::inbox
