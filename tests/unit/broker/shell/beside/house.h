#pragma once
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "broker/core/core.h"
#include "broker/shell/config/surroundings.h"
#include "devices/vocabulary.h"
#include "rules/load.h"

/// A core with a lamp, a sensor and settings of every kind, for tests of what is shown of it.
namespace attune::beside {

inline constexpr const char* kHouseRules = R"(version: 1
settings:
  house: {label: House, values: [home, away], initial: home}
  guests: {type: bool, initial: false}
  warmth: {label: Warmth, type: number, unit: Cel, min: 15, max: 25, initial: 21}
  wake: {label: Wake up, type: time, initial: "06:30"}
  bath: {label: Bath, type: schedule, unit: Cel, initial: {mon-sun: {"05:30": 22, "22:00": 17}}}
rules:
  hall_light:
    label: Light in the hall
    because: somebody is in the dark hall
    when: hall_motion.occupancy
    want: {hall_lamp.on: true, hall_lamp.brightness: 80}
  tried_out: {enabled: shadow, when: hall_motion.occupancy, want: {hall_lamp.on: false}}
)";

struct House {
  House() {
    describe("hall_lamp", "Hall lamp", {"brightness", "on"}, true);
    describe("hall_motion", "Hall motion", {"occupancy"}, false);
    core = std::make_unique<core::Core>(catalog, core::Options{});
    core::Restored nothing;
    nothing.next = Revision{1};
    core->restore(std::move(nothing));
    load(kHouseRules);
    step(core::LinkChanged{true});
  }

  void describe(const char* id, const char* label, const std::vector<std::string>& attributes,
                bool writable) {
    DeviceInfo info;
    info.id = DeviceId(id);
    info.name = id;
    info.label = label;
    info.dialect = "zigbee2mqtt";
    if (writable) info.capabilities = {"light"};
    for (const auto& name : attributes) {
      info.attributes.push_back(devices::canonical_attribute(name, writable));
    }
    catalog.describe(std::move(info));
  }

  void load(const std::string& text) {
    auto loaded = rules::load({{"house.yaml", text}}, config::surroundings(catalog));
    ASSERT_TRUE(loaded.set) << render(loaded.issues);
    step(core::RulesLoaded{loaded.set});
  }

  std::vector<Change> step(decltype(core::Event::what) what) {
    core::Outcome outcome;
    core->step({now, std::move(what)}, outcome);
    for (const auto& reply : outcome.replies) replies.push_back(reply);
    return std::move(outcome.changes);
  }

  std::vector<Change> say(const char* path, Value value) {
    devices::Decoded decoded;
    decoded.readings.push_back({catalog.table().intern(*parse_path(path)), std::move(value)});
    return step(core::MessageArrived{Arrival::live, "t", &decoded});
  }

  Instant now{*parse_utc("2026-01-15T18:00:00"), Millis(1'000)};
  devices::Catalog catalog;
  std::unique_ptr<core::Core> core;
  std::vector<core::Reply> replies;
};

}  // namespace attune::beside
