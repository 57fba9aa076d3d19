#pragma once
#include <string_view>
#include <vector>

#include "broker/shell/demo/fixtures.h"
#include "broker/shell/demo/random.h"
#include "devices/model/instant.h"

/// One day of the people who live in the simulated home, as a list of what happens.
namespace attune::demo {

/// What happens at one moment of the day.
struct Happening {
  enum class What : std::uint8_t {
    move,   ///< `who` goes to `to`
    sleep,  ///< `who` lies down in `to`
    open,   ///< the contact `who`
    close,
    draw,  ///< the plug `who` draws `amount` watts
    wet,   ///< the leak sensor `who`
    dry,
    ring,    ///< the doorbell
    flip,    ///< the lamp `who`, by hand
    press,   ///< the button `who`
    unplug,  ///< `who` loses contact with its bridge
    plug_in
  };
  Millis at{};  ///< since midnight
  What what = What::move;
  std::string_view who;  ///< a fixture's name
  Room to = Room::outside;
  double amount = 0;
};

inline constexpr Millis kDay = std::chrono::hours(24);

/// Ascending by time. Anna works away from home, Ben in the office upstairs; around noon nobody
/// is in. Times differ by some minutes from day to day.
[[nodiscard]] std::vector<Happening> plan_day(Random& random);

}  // namespace attune::demo
