#pragma once
#include <cstdint>
#include <optional>

#include "devices/habit.h"
#include "devices/model/device.h"
#include "devices/model/instant.h"

/// Whether one device lives: what it or its bridge says, and how long it has been silent.
/// docs/liveness.md has the diagram of the states, and the reasons.
///
/// Threading: values. Determinism: pure; times are Instant::steady.
namespace attune::devices {

/// How far a silence has gone.
enum class Silence : std::uint8_t {
  none,      ///< as usual
  quiet,     ///< longer than usual of one that sleeps by a battery
  worrying,  ///< longer than it should be: suspect
  gone,      ///< so long that it counts as offline, though nobody said so
};
inline constexpr Silence kLastSilence = Silence::gone;

/// What is to be expected of a device beside its habit.
struct Nature {
  bool sleeps = false;  ///< lives on a battery
  LivenessTerms terms;  ///< of a devices file
};
/// By its attributes, and what a devices file says.
[[nodiscard]] Nature nature_of(const DeviceInfo& info);

/// After how long a silence it becomes what; empty: it does not.
struct Patience {
  std::optional<Millis> quiet, worrying, gone;
};

/// What is remembered of a device; rows keep it.
struct LivenessMemory {
  Availability said = Availability::unknown;  ///< by it or its bridge
  bool vouched = false;                       ///< `said` is a word about this device alone
  Silence silence = Silence::none;            ///< what it was last found to be
  std::optional<Millis> heard;                ///< from when on its silence counts
  bool exact = false;                         ///< it spoke then; else we began to listen
  std::optional<Millis> promised;             ///< it said that it is heard within
  Habit::Memory habit;
  friend bool operator==(const LivenessMemory&, const LivenessMemory&) = default;
};

class Liveness {
 public:
  /// Messages that follow within a quarter of its period are one, and the first of them counts: so
  /// much earlier a silence may be found, and so seldom a row is written. Within these bounds; the
  /// lower one without a period, since what comes at random would look regular through a wide mesh.
  static constexpr Millis kBurstMin{5'000};
  static constexpr Millis kBurstMax{30'000};
  static constexpr Millis kSleepsAtMost = std::chrono::hours(25);  ///< without a habit: then quiet
  static constexpr Millis kQuietAtMost = std::chrono::hours(7 * 24);  ///< the same: then worrying

  Liveness() = default;
  explicit Liveness(const LivenessMemory& memory) : memory_(memory), habit_(memory.habit) {}
  [[nodiscard]] LivenessMemory memory() const;

  /// A word about it. `alone`: about no other device, and with nothing else in the message.
  void say(Availability availability, bool alone);
  /// It promised not to be silent for longer.
  void promise(Millis patience) { memory_.promised = patience; }
  /// It said something live. False: nothing of this changed.
  bool hear(Millis now, const Nature& nature);
  /// Until now nobody could hear it: its silence begins anew.
  void listen_anew(Millis now);
  /// Time has passed. True when it is now something else than before.
  bool look(Millis now, const Nature& nature);

  [[nodiscard]] Availability state() const;
  /// Its state follows from its silence.
  [[nodiscard]] bool is_silent() const;
  /// When look() is due; empty: never by time alone.
  [[nodiscard]] std::optional<Millis> deadline(const Nature& nature) const;
  [[nodiscard]] Patience patience(const Nature& nature) const;
  [[nodiscard]] const Habit& habit() const { return habit_; }
  [[nodiscard]] std::optional<Millis> heard() const { return memory_.heard; }

 private:
  [[nodiscard]] Millis burst() const;

  LivenessMemory memory_;  // but its habit
  Habit habit_;
};

}  // namespace attune::devices
