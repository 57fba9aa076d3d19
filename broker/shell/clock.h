#pragma once
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "broker/shell/inbox/stamp.h"
#include "devices/model/instant.h"
#include "devices/model/records.h"

/// The shell's clock: turns the machine's two clocks into Instants whose `steady` never runs back.
///
/// Within one boot `steady` follows CLOCK_BOOTTIME. Over a reboot it goes on from the last
/// committed instant by the difference of the wall clocks: never negative, and not at all while
/// the clock is not set yet (a Pi boots in 1970).
///
/// Threading: owned by the loop's thread.
namespace attune::shell {

class Clock {
 public:
  static constexpr std::string_view kSpace = "clock";

  struct Boot {
    std::string id;  ///< the kernel's boot_id
    inbox::Stamp now;
  };
  /// The machine's.
  [[nodiscard]] static Boot this_boot();

  /// `last` is the last committed instant, `blobs` those of kSpace; `read` gives the machine's
  /// clocks.
  Clock(const Boot& boot, const Instant& last, const std::vector<Blob>& blobs,
        std::function<inbox::Stamp()> read);

  [[nodiscard]] Instant now() const { return at(read_()); }
  /// The instant of a stamp of this boot.
  [[nodiscard]] Instant at(const inbox::Stamp& stamp) const;
  [[nodiscard]] inbox::Stamp stamp() const { return read_(); }
  /// Must be committed with the first turn.
  [[nodiscard]] Write write() const;

 private:
  std::function<inbox::Stamp()> read_;
  std::string boot_id_;
  Millis offset_{};  ///< steady = boot + offset
};

}  // namespace attune::shell
