#pragma once
#include <cstdint>
#include <optional>

#include "devices/model/instant.h"

/// How often a device speaks by itself, learned from the gaps between its messages.
///
/// A device that reports by a clock spends nearly all of its time in gaps of one length; one that
/// reports events does not. So each gap counts by its length, a burst weighs nothing, and a length
/// is a period when it holds a clear majority of the time (a majority vote, weighted). Gaps that
/// come at random, as those of a motion sensor, hold at most 42 % within one window, whatever their
/// rate.
///
///   window    2/3 to 3/2 of the candidate; gaps under 5 s are part of a burst
///   learned   8 gaps in the window and 10 minutes of them, with a share of the time of at least
///             0.6 + 1 / sqrt(gaps in the window)
///   memory    3 days, or 32 periods where that is longer: then everything counts half
///   patience  3 periods, and for jitter 4 mean deviations or a quarter period, whichever is
///             greater, and 5 s; at least 2 minutes
///   doubt     one that was longer silent than its patience, by less than 4 times, and came back by
///             itself, gets 1.5 times that silence for 7 days
///
/// Threading: a value. Determinism: pure.
namespace attune::devices {

class Habit {
 public:
  static constexpr Millis kGapMin{5'000};
  static constexpr Millis kGapMax = std::chrono::hours(26);  ///< a longer one is no period
  static constexpr std::uint32_t kGapsMin = 8;
  static constexpr Millis kTimeMin = std::chrono::minutes(10);
  static constexpr Millis kPatienceMin = std::chrono::minutes(2);
  static constexpr Millis kDoubtLife = std::chrono::hours(7 * 24);
  static constexpr int kOutageFactor = 4;  ///< of its patience: longer, and it was away

  /// All that is known; rows keep it (store/FORMAT.md).
  struct Memory {
    Millis period{};         ///< the candidate, smoothed; 0: none
    Millis deviation{};      ///< mean distance from it
    Millis score{};          ///< of the vote
    Millis in_favour{};      ///< time in its window
    Millis total{};          ///< time in all gaps
    std::uint32_t gaps = 0;  ///< in its window
    Millis doubted{};        ///< the longest silence that meant nothing; 0: none
    Millis doubted_at{};     ///< Instant::steady
    friend bool operator==(const Memory&, const Memory&) = default;
  };

  Habit() = default;
  explicit Habit(const Memory& memory) : memory_(memory) {}
  [[nodiscard]] const Memory& memory() const { return memory_; }

  /// It spoke again after `gap`, at `now` (steady).
  void learn(Millis gap, Millis now);
  /// The same, though its patience was over.
  void learn_after_silence(Millis gap, Millis now);

  /// Empty: none is learned.
  [[nodiscard]] std::optional<Millis> period() const;
  /// The silence that means nothing; empty: none is learned.
  [[nodiscard]] std::optional<Millis> patience() const;
  /// Whether the period held for a day: then a long silence means that it is gone.
  [[nodiscard]] bool is_proven() const;

 private:
  void vote(Millis gap);

  Memory memory_;
};

/// What is expected of one whose period is known for certain.
[[nodiscard]] Millis patience_of(Millis period, Millis deviation);

}  // namespace attune::devices
