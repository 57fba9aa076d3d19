#include "devices/habit.h"

#include <algorithm>
#include <cmath>

namespace attune::devices {

namespace {

constexpr Millis kMemory = std::chrono::hours(3 * 24);
constexpr int kMemoryPeriods = 32;
constexpr Millis kProvenTime = std::chrono::hours(24);
constexpr double kShareMin = 0.6;
constexpr int kSmoothing = 8;
constexpr std::uint32_t kGapsKept = 1'000'000;

bool fits(Millis gap, Millis period) {
  return gap * 3 >= period * 2 && gap * 2 <= period * 3;
}

}  // namespace

Millis patience_of(Millis period, Millis deviation) {
  constexpr Millis kSlack{5'000};
  const Millis jitter = std::max(deviation * 4, period / 4);
  return std::max(Habit::kPatienceMin, period * 3 + jitter + kSlack);
}

void Habit::learn(Millis gap, Millis now) {
  Memory& m = memory_;
  if (now > m.doubted_at + kDoubtLife) m.doubted = m.doubted_at = Millis(0);
  if (gap < kGapMin) return;
  m.total += gap;
  vote(std::min(gap, kGapMax * 2));
  if (m.total <= std::max(kMemory, m.period * kMemoryPeriods)) return;
  m.total /= 2;
  m.in_favour /= 2;
  m.score /= 2;
}

/// Boyer and Moore's vote: who holds most of the time is the candidate in the end.
void Habit::vote(Millis gap) {
  Memory& m = memory_;
  if (m.period.count() != 0 && fits(gap, m.period)) {
    const Millis away = gap - m.period;
    m.period += away / kSmoothing;
    m.deviation += (std::chrono::abs(away) - m.deviation) / kSmoothing;
    m.score += gap;
    m.in_favour += gap;
    m.gaps = std::min(m.gaps + 1, kGapsKept);
    return;
  }
  m.score -= gap;
  if (m.score.count() > 0 || gap > kGapMax) return;
  m.period = gap;
  m.deviation = gap / kSmoothing;
  m.score = m.in_favour = gap;
  m.gaps = 1;
}

void Habit::learn_after_silence(Millis gap, Millis now) {
  const auto expected = patience();
  if (expected && gap > *expected * kOutageFactor) return;  // it was away: no word about its habit
  Memory& m = memory_;
  if (expected && gap > *expected) {
    m.doubted = std::min(std::max(m.doubted, gap), kGapMax);
    m.doubted_at = now;
  }
  learn(gap, now);
}

std::optional<Millis> Habit::period() const {
  const Memory& m = memory_;
  if (m.gaps < kGapsMin || m.in_favour < kTimeMin) return std::nullopt;
  const double share =
      static_cast<double>(m.in_favour.count()) / static_cast<double>(m.total.count());
  if (share < kShareMin + 1 / std::sqrt(static_cast<double>(m.gaps))) return std::nullopt;
  return m.period;
}

std::optional<Millis> Habit::patience() const {
  const auto known = period();
  if (!known) return std::nullopt;
  return std::max(patience_of(*known, memory_.deviation), memory_.doubted * 3 / 2);
}

bool Habit::is_proven() const {
  return period().has_value() && memory_.in_favour >= kProvenTime;
}

}  // namespace attune::devices
