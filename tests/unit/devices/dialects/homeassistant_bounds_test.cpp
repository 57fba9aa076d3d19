#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "devices/dialects/homeassistant.h"
#include "tests/unit/devices/wire.h"

/// How much a configuration of Home Assistant's discovery may say.
namespace attune::devices {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A configuration; `'` stands for `"`.
void tell(Wire& house, const std::string& place, std::string config) {
  for (char& c : config) c = c == '\'' ? '"' : c;
  house.hear("homeassistant/" + place + "/config", config, true);
}

/// A device's configuration with so many sensors; `shared` stands beside them.
std::string device_of(int count, const std::string& shared = "") {
  std::string all = "{'dev':{'ids':'x'},'o':{'name':'y'}," + shared + "'cmps':{";
  for (int i = 0; i < count; ++i) {
    const std::string name = "c" + std::to_string(i);
    all += "'" + name + "':{'p':'sensor','name':'" + name +
           "','stat_t':'s','val_tpl':" + "'{{ value_json." + name +
           " }}','dev_cla':'temperature','unit_of_meas':'°C'},";
  }
  all.back() = '}';
  return all + "}";
}

TEST(HomeAssistantBounds, TenThousandEntitiesAreRefusedAndCounted) {
  Wire house;
  tell(house, "device/x", device_of(10'000));
  EXPECT_THAT(house.rejected(), ElementsAre("members"));
  EXPECT_THAT(house.decoded.rejections[0].detail, HasSubstr("10000 components, at most 1024"));
  EXPECT_TRUE(house.catalog.devices().empty());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < HomeAssistant::kEntitiesPerDeviceMax + 88; ++i) {
    tell(house, "sensor/n" + std::to_string(i), "{'state_topic':'s','dev':{'ids':'x'}}");
    refused += house.rejected() == std::vector<std::string>{"device_limit"} ? 1U : 0U;
  }
  EXPECT_EQ(refused, 88u);
}

TEST(HomeAssistantBounds, ADeviceMayHaveAsManyComponentsAsAttributes) {
  Wire house;
  const std::string config = device_of(1'000);
  ASSERT_GT(config.size(), 100'000u);
  tell(house, "device/x", config);
  EXPECT_THAT(house.rejected(), IsEmpty());
  house.hear("s", R"({"c0":20,"c999":21})");
  EXPECT_EQ(house.value("x.c999.temperature"), Value(21.0));
}

TEST(HomeAssistantBounds, WhatComponentsShareMayNotGrowBeyondBoundsWithThem) {
  Wire house;
  std::string shared;
  for (int i = 0; i < 20; ++i) {
    shared += "'x" + std::to_string(i) + "':'" + std::string(10'000, 'x') + "',";
  }
  tell(house, "device/x", device_of(10, shared));
  EXPECT_THAT(house.rejected(), IsEmpty());
  tell(house, "device/y", device_of(1'000, shared));
  EXPECT_THAT(house.rejected(), ElementsAre("size"));
}

}  // namespace
}  // namespace attune::devices
