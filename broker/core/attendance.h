#pragma once
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "broker/core/agenda.h"
#include "broker/core/drive.h"
#include "broker/core/journal.h"
#include "broker/core/timers.h"
#include "devices/catalog.h"
#include "devices/liveness.h"

/// Which devices are there: by what they and their bridges say, and by their silence.
///
/// Silence counts only while attune listens: after a minute without the broker everybody has all
/// the time again that they usually take.
///
/// Determinism: a function of the events. What is remembered changes in memory at once and leaves
/// with the next commit (take_rows), together with the inbox position of the message that changed
/// it; so a start after `kill -9` knows exactly what is behind that position. One exception: of a
/// device that nothing is expected of yet, Options::habits_kept_every.
namespace attune::core {

class Attendance {
 public:
  static constexpr std::string_view kSpace = "liveness";  ///< of its blobs: one for each device
  static constexpr Millis kAbsenceMin{60'000};            ///< shorter ones are none

  Attendance(const devices::Catalog& catalog, Image& image, Drive& drive, Timers& timers,
             Journal& journal, Agenda& agenda, Millis habits_kept_every)
      : catalog_(catalog),
        image_(image),
        drive_(drive),
        timers_(timers),
        journal_(journal),
        agenda_(agenda),
        habits_kept_every_(habits_kept_every) {}

  /// Before the first step; `at` is the last moment that is known of the time before. Rows that
  /// cannot be read are left out.
  void restore(const std::vector<Blob>& blobs, const Instant& at);

  /// Before the readings of the message are taken.
  void take(const MessageArrived& message);
  void link_changed(bool up);
  void fire(const Timer& timer);
  /// What is known of devices may have changed: they may have another nature.
  void look_again();
  /// It left: nothing is expected of it any more.
  void forget(const std::vector<DeviceId>& devices);
  /// What changed since the last call.
  [[nodiscard]] std::vector<Write> take_rows();

  /// Null: never heard of.
  [[nodiscard]] const devices::Liveness* find(DeviceIndex device) const;
  [[nodiscard]] devices::Nature nature(DeviceIndex device) const;
  /// Since when its silence counts, as wall time. Empty: it does not.
  [[nodiscard]] std::optional<Millis> heard_wall(DeviceIndex device, const Instant& now) const;

 private:
  struct Seat {
    bool taken = false;  ///< something is known
    bool dirty = false;
    Millis kept{};  ///< Instant::steady of its row
    devices::Liveness liveness;
    std::optional<Millis> armed;  ///< its timer: at its deadline, or before
  };

  Seat& seat(DeviceIndex device);
  void restore_word(DeviceIndex device);
  void listen();
  void say(const devices::AvailabilityReport& report, bool alone, const MessageArrived& message);
  void hear(DeviceIndex device, const MessageArrived& message);
  void mark(DeviceIndex device);
  void settle(DeviceIndex device, const devices::Nature& nature, const Because& because,
              std::string detail);
  void arm(DeviceIndex device, const devices::Nature& nature);
  void touch_all(DeviceIndex device, const Because& because);
  [[nodiscard]] std::string silence_text(const devices::Liveness& liveness, Millis now) const;

  const devices::Catalog& catalog_;
  Image& image_;
  Drive& drive_;
  Timers& timers_;
  Journal& journal_;
  Agenda& agenda_;
  const Millis habits_kept_every_;
  std::vector<Seat> seats_;  // by DeviceIndex
  std::vector<DeviceIndex> dirty_;
  std::vector<DeviceId> gone_;      // rows to erase
  std::vector<DeviceIndex> heard_;  // of one message
  std::uint64_t generation_ = 0;    // of the catalog, when it was last looked at
  bool listening_ = false;
  Millis deaf_since_{};
};

}  // namespace attune::core
