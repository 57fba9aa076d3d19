#include "broker/core/attendance_rows.h"

#include <charconv>

namespace attune::core {

namespace {

constexpr char kFormat = '1';
constexpr std::int64_t kTimeMax = std::int64_t{1} << 53U;  // sums of some of it are still times

/// Numbers in decimal, each with a blank before it.
class Numbers {
 public:
  explicit Numbers(std::string_view text) : left_(text) {}
  std::int64_t next(std::int64_t min, std::int64_t max) {
    std::int64_t out = 0;
    require(!left_.empty() && left_.front() == ' ');
    if (!ok_) return min;
    left_.remove_prefix(1);
    const auto read = std::from_chars(left_.data(), left_.data() + left_.size(), out);
    require(read.ec == std::errc() && out >= min && out <= max);
    if (!ok_) return min;
    left_.remove_prefix(static_cast<std::size_t>(read.ptr - left_.data()));
    return out;
  }
  Millis time() { return Millis(next(0, kTimeMax)); }
  std::optional<Millis> maybe_time() {
    const std::int64_t read = next(-1, kTimeMax);
    return read < 0 ? std::nullopt : std::optional(Millis(read));
  }
  void require(bool holds) { ok_ = ok_ && holds; }
  [[nodiscard]] bool ended() const { return ok_ && left_.empty(); }

 private:
  std::string_view left_;
  bool ok_ = true;
};

void put(std::string& out, std::int64_t number) {
  out += ' ';
  out += std::to_string(number);
}

void put(std::string& out, const std::optional<Millis>& time) {
  put(out, time ? time->count() : -1);
}

}  // namespace

std::string pack(const devices::LivenessMemory& memory) {
  std::string out(1, kFormat);
  put(out, static_cast<std::int64_t>(memory.said));
  put(out, static_cast<std::int64_t>(memory.silence));
  put(out, (memory.vouched ? 2 : 0) + (memory.exact ? 1 : 0));
  put(out, memory.heard);
  put(out, memory.promised);
  const devices::Habit::Memory& habit = memory.habit;
  for (const Millis time : {habit.period, habit.deviation, habit.score, habit.in_favour,
                            habit.total, habit.doubted, habit.doubted_at}) {
    put(out, time.count());
  }
  put(out, static_cast<std::int64_t>(habit.gaps));
  return out;
}

std::optional<devices::LivenessMemory> unpack_liveness(std::string_view bytes) {
  if (bytes.empty() || bytes.front() != kFormat) return std::nullopt;
  Numbers numbers(bytes.substr(1));
  devices::LivenessMemory memory;
  constexpr auto kLastSaid = static_cast<std::int64_t>(Availability::sleeping);
  memory.said = static_cast<Availability>(numbers.next(0, kLastSaid));
  memory.silence = static_cast<devices::Silence>(
      numbers.next(0, static_cast<std::int64_t>(devices::kLastSilence)));
  const std::int64_t flags = numbers.next(0, 3);
  memory.vouched = (flags & 2) != 0;
  memory.exact = (flags & 1) != 0;
  memory.heard = numbers.maybe_time();
  memory.promised = numbers.maybe_time();
  devices::Habit::Memory& habit = memory.habit;
  for (Millis* time : {&habit.period, &habit.deviation}) *time = numbers.time();
  habit.score = Millis(numbers.next(-kTimeMax, kTimeMax));
  for (Millis* time : {&habit.in_favour, &habit.total, &habit.doubted, &habit.doubted_at}) {
    *time = numbers.time();
  }
  habit.gaps = static_cast<std::uint32_t>(numbers.next(0, 1'000'000));
  numbers.require(habit.period <= devices::Habit::kGapMax * 2 && habit.in_favour <= habit.total);
  return numbers.ended() ? std::optional(memory) : std::nullopt;
}

}  // namespace attune::core
