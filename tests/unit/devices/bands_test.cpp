#include "devices/bands.h"

#include <gtest/gtest.h>

namespace attune::devices {
namespace {

TEST(Bands, CutPercentAsPeopleSay) {
  EXPECT_EQ(band("percent", 0, ""), "off");
  EXPECT_EQ(band("percent", 0.4, ""), "low");
  EXPECT_EQ(band("percent", 33.3, ""), "low");
  EXPECT_EQ(band("percent", 34, ""), "low");
  EXPECT_EQ(band("percent", 66.7, ""), "medium");
  EXPECT_EQ(band("percent", 70, ""), "medium");
  EXPECT_EQ(band("percent", 75, ""), "medium");
  EXPECT_EQ(band("percent", 75.1, ""), "high");
  EXPECT_EQ(band("percent", 100, ""), "high");
}

TEST(Bands, AreLeftOnlyPastTheirEdge) {
  EXPECT_EQ(band("percent", 75.5, "medium"), "medium");
  EXPECT_EQ(band("percent", 77, "medium"), "high");
  EXPECT_EQ(band("percent", 74, "high"), "high");
  EXPECT_EQ(band("percent", 73, "high"), "medium");
  EXPECT_EQ(band("percent", 20, "high"), "low");
}

TEST(Bands, NothingIsExact) {
  EXPECT_EQ(band("percent", 0, "low"), "off");
  EXPECT_EQ(band("percent", 0.4, "off"), "low");
  EXPECT_EQ(band("percent", 0.4, "low"), "low");
}

TEST(Bands, OtherScalesUseTheSmallerSpanBesideAnEdge) {
  EXPECT_EQ(band("illuminance", 1000, ""), "bright");
  EXPECT_EQ(band("illuminance", 990, "bright"), "bright");
  EXPECT_EQ(band("illuminance", 980, "bright"), "normal");
  EXPECT_EQ(band("temperature", 15.9, "comfortable"), "comfortable");
  EXPECT_EQ(band("temperature", 15.7, "comfortable"), "cold");
  EXPECT_EQ(band("temperature", -40, ""), "freezing");
  EXPECT_EQ(band("battery", 10, ""), "critical");
  EXPECT_EQ(band("power", 2000, ""), "high");
}

TEST(Bands, UnknownScaleOrWordIsNoTrap) {
  EXPECT_EQ(band("loudness", 1, ""), "");
  EXPECT_EQ(band("percent", 50, "bright"), "medium");
}

}  // namespace
}  // namespace attune::devices
