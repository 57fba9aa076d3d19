#include "devices/dialects/registry.h"

#include "devices/dialects/attune.h"
#include "devices/dialects/aws_shadow.h"
#include "devices/dialects/esphome.h"
#include "devices/dialects/homeassistant.h"
#include "devices/dialects/homie4.h"
#include "devices/dialects/homie5.h"
#include "devices/dialects/json_mapped.h"
#include "devices/dialects/owntracks.h"
#include "devices/dialects/shelly_gen1.h"
#include "devices/dialects/shelly_gen2.h"
#include "devices/dialects/sparkplug.h"
#include "devices/dialects/statestream.h"
#include "devices/dialects/tasmota.h"
#include "devices/dialects/zigbee2mqtt.h"

namespace attune::devices {

namespace {

using Made = std::unique_ptr<Dialect>;
using Context = DialectContext;

// clang-format off
constexpr DialectRow kDialects[] = {
    {"zigbee2mqtt", "base", [](const Context& c) -> Made { return std::make_unique<Zigbee2Mqtt>(c.catalog, c.options.text("base", "zigbee2mqtt")); }},
    {"json", "", [](const Context& c) -> Made { return std::make_unique<JsonMapped>(c.catalog); }},
    {"attune", "prefix", [](const Context& c) -> Made { return std::make_unique<Attune>(c.catalog, c.options.text("prefix", "attune")); }},
    {"tasmota", "discovery", [](const Context& c) -> Made { return std::make_unique<Tasmota>(c.catalog, c.options.text("discovery", "tasmota/discovery")); }},
    {"shelly_gen2", "prefixes", [](const Context& c) -> Made { return std::make_unique<ShellyGen2>(c); }},
    {"shelly_gen1", "base", [](const Context& c) -> Made { return std::make_unique<ShellyGen1>(c); }},
    {"esphome", "prefix|discovery", [](const Context& c) -> Made { return std::make_unique<EspHome>(c); }},
    {"homie5", "domain", [](const Context& c) -> Made { return std::make_unique<Homie5>(c.catalog, c.options.text("domain", "homie")); }},
    {"homie4", "base", [](const Context& c) -> Made { return std::make_unique<Homie4>(c.catalog, c.options.text("base", "homie")); }},
    {"sparkplug_b", "", [](const Context& c) -> Made { return std::make_unique<Sparkplug>(c.catalog); }},
    {"aws_shadow", "", [](const Context& c) -> Made { return std::make_unique<AwsShadow>(c.catalog); }},
    {"owntracks", "base|home", [](const Context& c) -> Made { return std::make_unique<OwnTracks>(c); }},
    {"statestream", "base|domains", [](const Context& c) -> Made { return std::make_unique<Statestream>(c); }},
    {"homeassistant", "prefix", [](const Context& c) -> Made { return std::make_unique<HomeAssistant>(c); }},
};
// clang-format on

}  // namespace

std::span<const DialectRow> dialect_table() {
  return kDialects;
}

}  // namespace attune::devices
