#include "tests/unit/rules/cel/house.h"

#include <gtest/gtest.h>

namespace attune::cel::testing_house {

House::House() {
  add("hall", "temperature", ValueType::number, 21.5);
  add("hall", "count", ValueType::integer, 3);
  add("hall", "occupancy", ValueType::boolean, true);
  add("hall", "silent", ValueType::boolean, Value());
  add("hall", "mode", ValueType::enumeration, "heat", {"off", "heat", "cool"});
  add("hall", "color", ValueType::numbers, std::vector<double>{0.25, 0.5});
  add("wall", "l2.on", ValueType::boolean, true);
  add("wall", "1.on", ValueType::boolean, false);
  add("bath", "leak", ValueType::boolean, false);
  add("cellar", "leak", ValueType::boolean, true);
  names.devices["bath"].label = "Bath";
  names.devices["cellar"].label = "Cellar";
  names.devices["cellar"].area = "ground";
  names.devices["cellar"].tags = {"wet", "dark"};
  names.groups["leaks"] = {"bath", "cellar"};
  names.groups["mixed"] = {"cellar", "hall"};
  names.groups["nobody"] = {};
  names.vocabulary = {{"brightness", ValueType::number}, {"home", ValueType::boolean}};
  names.vars["setp"].source = "{'heat': 20, 'cool': 25}";
  names.vars["warm"].source = "hall.temperature > setp.heat";
  names.vars["broken"].source = "hal.temperature > 3";
  names.vars["round_a"].source = "round_b && true";
  names.vars["round_b"].source = "round_a && true";
}

void House::add(const std::string& device, const std::string& attribute, ValueType type,
                Value value, std::vector<std::string> values) {
  Device& entry = names.devices[device];
  entry.id = device;
  entry.attributes[attribute] =
      Attribute{static_cast<AttributeId>(values_.size()), type, std::move(values)};
  values_.push_back(std::move(value));
}

const Value& House::value(AttributeId attribute) const {
  return values_.at(index(attribute));
}

AttributeId House::id(std::string_view device, std::string_view attribute) const {
  return names.devices.find(device)->second.attributes.find(attribute)->second.id;
}

void House::set(std::string_view device, std::string_view attribute, Value value) {
  values_.at(index(id(device, attribute))) = std::move(value);
}

void House::add_large_group(const std::string& name, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string device = name + std::to_string(i);
    add(device, "on", ValueType::boolean, false);
    names.groups[name].push_back(device);
  }
}

TEST(House, KnowsItsDevices) {
  House house;
  house.set("hall", "count", 7);
  EXPECT_EQ(house.value(house.id("hall", "count")), Value(7));
}

}  // namespace attune::cel::testing_house
