#include "broker/shell/demo/guest.h"

#include <array>

namespace attune::demo {

namespace {

constexpr std::array kGuests = {
    GuestFixture{"porch_light", "tasmota", Quirk::none, tasmota_light},
    GuestFixture{"freezer_plug", "tasmota", Quirk::flaky, tasmota_plug},
    GuestFixture{"garage_light", "shelly_gen2", Quirk::none, shelly_relay},
    GuestFixture{"gate_lamp", "shelly_gen2", Quirk::liar, shelly_relay},
    GuestFixture{"shellyplusht-cellar", "shelly_gen2", Quirk::sleeper, shelly_climate},
    GuestFixture{"greenhouse", "homie5", Quirk::doubler, homie_greenhouse},
    GuestFixture{"terrace", "homeassistant", Quirk::none, homeassistant_lamp},
};

}  // namespace

std::span<const GuestFixture> guests() {
  return kGuests;
}

}  // namespace attune::demo
