#include "tests/unit/rules/small_house.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "devices/vocabulary.h"

namespace attune::rules {

namespace {

using Names = std::vector<std::string>;

std::optional<Default> default_for(const DeviceInfo& device, std::string_view attribute) {
  const auto end = devices::end_of_claims(device, attribute);
  if (!end) return std::nullopt;
  if (*end == devices::EndOfClaims::restore) return Default{Default::Kind::restore, {}};
  if (*end == devices::EndOfClaims::leave) return Default{Default::Kind::leave, {}};
  return Default{Default::Kind::value, Value(false)};
}

struct Plan {
  std::string id, area;
  Names capabilities, tags, written, read;
};

const std::vector<Plan> kPlans = {
    {"hall_motion", "hall", {"occupancy"}, {"indoor"}, {}, {"occupancy", "illuminance"}},
    {"hall_lamp", "hall", {"light"}, {"indoor"}, {"on", "brightness", "color_temp"}, {}},
    {"desk_lamp", "study", {"light"}, {"indoor"}, {"on", "brightness"}, {}},
    {"aquarium_lamp", "living", {"light"}, {"aquarium"}, {"on", "brightness"}, {}},
    {"ceiling", "living", {"light"}, {"indoor"}, {"on", "brightness"}, {"color_mode"}},
    {"strip", "living", {"light"}, {"indoor"}, {"on", "brightness", "color_xy", "effect"}, {}},
    {"tv", "living", {"media"}, {}, {"playback", "volume"}, {}},
    {"blind", "living", {"cover"}, {"sunny"}, {"position"}, {"movement"}},
    {"living", "living", {"climate_sensor"}, {}, {}, {"temperature", "humidity"}},
    {"ac", "living", {"climate"}, {}, {"hvac_mode", "target_temperature"}, {"power"}},
    {"thermostat", "bath", {"climate"}, {}, {"target_temperature"}, {"temperature"}},
    {"bath_fan", "bath", {"switch"}, {}, {"on"}, {"power"}},
    {"bath", "bath", {"climate_sensor"}, {}, {}, {"temperature", "humidity"}},
    {"main_valve", "cellar", {"valve"}, {}, {"open"}, {}},
    {"pump", "cellar", {"switch"}, {}, {"on"}, {"power"}},
    {"leak_kitchen", "kitchen", {"leak"}, {}, {}, {"leak"}},
    {"leak_bath", "bath", {"leak"}, {}, {}, {"leak"}},
    {"window", "living", {"contact"}, {"window"}, {}, {"open"}},
    {"front_lock", "hall", {"lock"}, {}, {"lock_state"}, {}},
    {"wall", "hall", {"switch"}, {}, {"l1.on", "l2.on"}, {}},
    {"bell", "hall", {"button"}, {}, {}, {"event"}},
    {"anna", "", {"person"}, {}, {}, {"home"}},
    {"ben", "", {"person"}, {}, {}, {"home"}},
};

DeviceInfo build(const Plan& plan) {
  DeviceInfo device;
  device.id = DeviceId(plan.id);
  device.name = device.label = plan.id;
  device.area = plan.area;
  device.tags = plan.tags;
  device.capabilities = plan.capabilities;
  for (const auto& name : plan.written) {
    device.attributes.push_back(devices::canonical_attribute(name, true));
  }
  for (const auto& name : plan.read) {
    device.attributes.push_back(devices::canonical_attribute(name, false));
  }
  std::sort(device.attributes.begin(), device.attributes.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  return device;
}

}  // namespace

SmallHouse::SmallHouse() {
  for (const Plan& plan : kPlans) devices.emplace(DeviceId(plan.id), build(plan));
  // Something of the maker's own: no vocabulary says what follows a claim on it.
  AttributeInfo own{"raw.mode", ValueType::text, {}, {}, {}, true, {}};
  auto& attributes = devices.at(DeviceId("strip")).attributes;
  attributes.push_back(std::move(own));  // the last by name, too
}

Surroundings SmallHouse::surroundings() {
  return {devices, table, devices::vocabulary_types(), default_for};
}

Loaded SmallHouse::load(const std::string& text) {
  return rules::load({{"rules.yaml", "version: 1\n" + text}}, surroundings());
}

AttributeId SmallHouse::id(const std::string& path) const {
  const auto parsed = parse_path(path);
  return table.find(parsed->device.text(), parsed->attribute).value();
}

std::string first_finding(const std::string& text) {
  SmallHouse house;
  const Loaded loaded = house.load(text);
  if (loaded.issues.empty()) return "fine";
  const Issue& issue = loaded.issues.front();
  return std::to_string(issue.place.line - 1) + ":" + std::to_string(issue.place.column) + " " +
         issue.code + " " + issue.message;
}

TEST(SmallHouse, HasItsAttributesInOrder) {
  const SmallHouse house;
  for (const auto& [id, device] : house.devices) {
    EXPECT_TRUE(std::is_sorted(device.attributes.begin(), device.attributes.end(),
                               [](const auto& a, const auto& b) { return a.name < b.name; }))
        << id.text();
  }
}

TEST(SmallHouse, LoadsRulesThatDoNothing) {
  SmallHouse house;
  const Loaded loaded = house.load("");
  ASSERT_TRUE(loaded.set) << render(loaded.issues);
  EXPECT_TRUE(loaded.set->rules.empty());
  EXPECT_EQ(loaded.set->files.size(), 1u);
}

}  // namespace attune::rules
