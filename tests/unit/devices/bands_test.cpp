#include "devices/bands.h"

#include <gtest/gtest.h>

#include <vector>

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

TEST(Bands, CutsOfOnesOwnAreLeftLikeThoseOfEverybody) {
  const std::vector<Cut> cuts = {{"off", 0}, {"dim", 30}, {"bright", 100}};
  EXPECT_EQ(band(cuts, 0, ""), "off");
  EXPECT_EQ(band(cuts, 30, ""), "dim");
  EXPECT_EQ(band(cuts, 31, "dim"), "dim");
  EXPECT_EQ(band(cuts, 33, "dim"), "bright");
  EXPECT_EQ(band(cuts, 29, "bright"), "bright");
  EXPECT_EQ(band(cuts, 27, "bright"), "dim");
  EXPECT_EQ(band(cuts, 0, "dim"), "off");
  EXPECT_EQ(band(cuts, 101, ""), "bright");
  EXPECT_EQ(band(cuts, 50, "medium"), "bright");  // a word of the scale before
  EXPECT_EQ(band(std::vector<Cut>{}, 50, ""), "");
}

TEST(Bands, UnknownScaleOrWordIsNoTrap) {
  EXPECT_EQ(band("loudness", 1, ""), "");
  EXPECT_EQ(band("percent", 50, "bright"), "medium");
}

}  // namespace
}  // namespace attune::devices
