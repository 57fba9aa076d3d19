#pragma once
#include <memory>
#include <optional>
#include <string_view>

#include "devices/model/instant.h"

/// A time zone: from the clock of the world to the one on the wall, and back.
///
/// Determinism: as the zone files of the system say, which are read once, when it is made.
namespace attune::cel {

/// What a clock on the wall shows.
struct LocalTime {
  int year = 1970, month = 1, day = 1;  ///< month and day count from 1
  int hour = 0, minute = 0, second = 0;
  int weekday = 4;  ///< 0: Sunday
  friend bool operator==(const LocalTime&, const LocalTime&) = default;
};

/// Value type; copies share the rules of the zone.
class Zone {
 public:
  Zone();  ///< UTC
  /// `name`: an IANA name. Empty: there is no such zone.
  [[nodiscard]] static std::optional<Zone> find(std::string_view name);

  [[nodiscard]] LocalTime at(Millis wall) const;
  /// The moment at which the clock shows this; fields may exceed their range, and carry (day 32 is
  /// the next month's first). A time that the clock skips is the first moment after it; one that
  /// it shows twice is the first of the two.
  [[nodiscard]] Millis moment(const LocalTime& local) const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace attune::cel
