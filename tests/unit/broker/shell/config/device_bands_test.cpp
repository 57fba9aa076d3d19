#include "broker/shell/config/device_bands.h"

#include <gtest/gtest.h>

#include <cmath>

#include "broker/shell/config/devices_file.h"

namespace attune::config {
namespace {

LoadedDevices cut(const std::string& bands) {
  return parse_devices("bands.yaml", "version: 1\ndevices:\n  lamp: {bands: " + bands + "}\n");
}

Issue only_issue(const std::string& bands) {
  const LoadedDevices loaded = cut(bands);
  EXPECT_EQ(loaded.issues.size(), 1u) << bands << "\n" << render(loaded.issues);
  return loaded.issues.empty() ? Issue{} : loaded.issues.front();
}

TEST(DeviceBands, ADeviceCutsItsLevelItself) {
  const LoadedDevices loaded = cut("{percent: {off: 0, dim: 30, bright: 100}}");
  EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
  const auto& cuts = loaded.file.entries.at(0).bands.at("percent");
  ASSERT_EQ(cuts.size(), 3u);
  EXPECT_EQ(cuts[1].name, "dim");
  EXPECT_EQ(cuts[1].upto, 30);
}

TEST(DeviceBands, EveryScaleOfTheVocabularyMayBeCut) {
  for (const devices::Scale& scale : devices::scales()) {
    const std::string name(scale.name);
    const std::string last = std::isinf(scale.top) ? "above" : "100";
    const LoadedDevices loaded = cut("{" + name + ": {less: 18.5, more: " + last + "}}");
    EXPECT_TRUE(loaded.issues.empty()) << render(loaded.issues);
    const auto& cuts = loaded.file.entries.at(0).bands.at(name);
    ASSERT_EQ(cuts.size(), 2u) << name;
    EXPECT_EQ(cuts[0].upto, 18.5) << name;
    EXPECT_EQ(cuts[1].upto, scale.top) << name;
  }
}

TEST(DeviceBands, WhatDoesNotAscendToTheEndOfItsScaleIsRefused) {
  for (const char* bands : {"{percent: {off: 0, dim: 30}}", "{percent: {a: 100}}", "{percent: {}}",
                            "{percent: {a: 50, b: 50, c: 100}}", "{percent: {a: x, b: 100}}",
                            "{percent: {a: 0, b: 101}}", "{percent: {a: 0, b: above}}",
                            "{lux: {a: 1, b: 100}}", "{co2: {a: above, b: above}}",
                            "{temperature: {a: -61, b: above}}", "{temperature: [1, 2]}"}) {
    EXPECT_TRUE(has_errors(cut(bands).issues)) << bands;
  }
}

TEST(DeviceBands, OneMistakeIsOneIssue) {
  for (const char* bands :
       {"{percent: 5}", "{percent: [1, 2]}", "{percent: {}}", "{lux: {a: 1}}",
        "{co2: {good: 5000000, bad: above}}", "{co2: {good: above, bad: above}}",
        "{percent: {a: 30, b: 20, c: 100}}", "{percent: {'': 30, c: 100}}"}) {
    (void)only_issue(bands);
  }
}

TEST(DeviceBands, ALastBandWithAnEdgeIsToldWhatToWrite) {
  const Issue open = only_issue("{temperature: {cold: 18, warm: 30}}");
  EXPECT_EQ(open.message, "the last band reaches everything that is left");
  EXPECT_EQ(open.hint, "write warm: above");
  EXPECT_EQ(open.place.line, 3);
  EXPECT_EQ(open.place.column, 48);
  EXPECT_EQ(only_issue("{battery: {low: 18, full: 90}}").hint, "write full: 100");
}

}  // namespace
}  // namespace attune::config
