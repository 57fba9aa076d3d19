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

std::string_view own(const char* scale, const std::vector<Cut>& cuts, double value,
                     std::string_view before = "") {
  return band(*find_scale(scale), cuts, value, before);
}

TEST(Bands, CutsOfOnesOwnAreLeftLikeThoseOfEverybody) {
  const std::vector<Cut> cuts = {{"off", 0}, {"dim", 30}, {"bright", 100}};
  EXPECT_EQ(own("percent", cuts, 0), "off");
  EXPECT_EQ(own("percent", cuts, 30), "dim");
  EXPECT_EQ(own("percent", cuts, 31, "dim"), "dim");
  EXPECT_EQ(own("percent", cuts, 33, "dim"), "bright");
  EXPECT_EQ(own("percent", cuts, 29, "bright"), "bright");
  EXPECT_EQ(own("percent", cuts, 27, "bright"), "dim");
  EXPECT_EQ(own("percent", cuts, 0, "dim"), "off");
  EXPECT_EQ(own("percent", cuts, 101), "bright");
  EXPECT_EQ(own("percent", cuts, 50, "medium"), "bright");  // a word of the scale before
  EXPECT_EQ(own("percent", {}, 50), "medium");
}

TEST(Bands, AnEdgeOfOnesOwnBelongsWhereTheScaleSaysSo) {
  const std::vector<Cut> cuts = {{"less", 20}, {"more", 1e9}};
  EXPECT_EQ(own("battery", cuts, 20), "less");
  EXPECT_EQ(own("pm25", cuts, 20), "less");
  EXPECT_EQ(own("temperature", cuts, 20), "more");
  EXPECT_EQ(own("humidity", cuts, 20), "more");
  EXPECT_EQ(own("co2", cuts, 20), "more");
}

TEST(Bands, OneEdgeAloneIsLeftByTheSmallestSpanThatEverybodyHas) {
  const std::vector<Cut> cuts = {{"cold", 18}, {"warm", 1e9}};  // 2 % of 6 degrees
  EXPECT_EQ(own("temperature", cuts, 18.1, "cold"), "cold");
  EXPECT_EQ(own("temperature", cuts, 18.2, "cold"), "warm");
  EXPECT_EQ(own("temperature", cuts, 17.9, "warm"), "warm");
  EXPECT_EQ(own("temperature", cuts, 17.8, "warm"), "cold");
}

TEST(Bands, AnEdgeBelowWhereTheScaleBeginsIsLeftLikeAnyOther) {
  const std::vector<Cut> cuts = {{"exported", -100}, {"little", 100}, {"much", 1e9}};
  EXPECT_EQ(own("power", cuts, -150), "exported");
  EXPECT_EQ(own("power", cuts, -97, "exported"), "exported");
  EXPECT_EQ(own("power", cuts, -96, "exported"), "little");
  EXPECT_EQ(own("power", cuts, -103, "little"), "little");
}

TEST(Bands, AnAttributeIsSaidOnTheScaleOfItsKind) {
  EXPECT_EQ(scale_of("brightness")->name, "percent");
  EXPECT_EQ(scale_of("l2.fan_speed")->name, "percent");
  EXPECT_EQ(scale_of("battery")->name, "battery");
  EXPECT_EQ(scale_of("soil.temperature")->name, "temperature");
  for (const char* none : {"percent", "on", "target_temperature", "raw.power", "x_power", ""}) {
    EXPECT_EQ(scale_of(none), nullptr) << none;
  }
}

TEST(Bands, UnknownScaleOrWordIsNoTrap) {
  EXPECT_EQ(band("loudness", 1, ""), "");
  EXPECT_EQ(band("percent", 50, "bright"), "medium");
}

}  // namespace
}  // namespace attune::devices
