#include "devices/dialects/device_classes.h"

#include <gtest/gtest.h>

#include "devices/vocabulary.h"

namespace attune::devices {
namespace {

TEST(DeviceClasses, AnOpenDoorIsOn) {
  EXPECT_EQ(told_by("door"), "open");
  EXPECT_EQ(told_by("moisture"), "leak");
}

TEST(DeviceClasses, OneWordMeansDifferentThingsOfASensorAndABinarySensor) {
  EXPECT_EQ(measured_by("battery"), "battery");
  EXPECT_EQ(told_by("battery"), "battery_low");
  EXPECT_EQ(measured_by("gas"), "gas_volume");
  EXPECT_EQ(told_by("gas"), "gas");
}

TEST(DeviceClasses, TheUnknownHasNoAttribute) {
  EXPECT_EQ(measured_by(""), "");
  EXPECT_EQ(told_by("running"), "");
}

TEST(DeviceClasses, EveryNameIsCanonical) {
  for (const char* name :
       {"temperature", "humidity", "pm25", "carbon_dioxide", "signal_strength"}) {
    EXPECT_NE(find_word(measured_by(name)), nullptr) << name;
  }
  for (const char* name : {"window", "smoke", "presence", "plug", "tamper"}) {
    EXPECT_NE(find_word(told_by(name)), nullptr) << name;
  }
}

}  // namespace
}  // namespace attune::devices
