#include "devices/units.h"

#include <gtest/gtest.h>

namespace attune::devices {
namespace {

double converted(const char* from, const char* to, double value) {
  const auto conversion = convert(from, to);
  EXPECT_TRUE(conversion.has_value()) << from << " -> " << to;
  return conversion ? without_noise(conversion->apply(value)) : 0;
}

TEST(Units, LeadToCanonicalOnes) {
  EXPECT_EQ(converted("[degF]", "Cel", 212), 100);
  EXPECT_EQ(converted("[degF]", "Cel", 70.7), 21.5);
  EXPECT_EQ(converted("K", "Cel", 273.15), 0);
  EXPECT_EQ(converted("mV", "V", 3025), 3.025);
  EXPECT_EQ(converted("W.h", "kW.h", 2067.124), 2.067124);
  EXPECT_EQ(converted("W.min", "kW.h", 60000), 1);
  EXPECT_EQ(converted("mW.h", "kW.h", 5e6), 5);
  EXPECT_EQ(converted("kPa", "hPa", 101.3), 1013);
  EXPECT_EQ(converted("cm", "m", 150), 1.5);
  EXPECT_EQ(converted("km/h", "m/s", 36), 10);
  EXPECT_EQ(converted("L", "m3", 12), 0.012);
  EXPECT_EQ(converted("[ppm]", "[ppb]", 0.5), 500);
}

TEST(Units, UndoLeadsBack) {
  const auto conversion = convert("[degF]", "Cel");
  EXPECT_NEAR(conversion->undo(21.5), 70.7, 1e-9);
}

TEST(Units, OfDifferentKindsDoNotConvert) {
  EXPECT_FALSE(convert("V", "m3"));
  EXPECT_FALSE(convert("W", "kW.h"));
  EXPECT_FALSE(convert("furlong", "m"));
  EXPECT_TRUE(convert("furlong", "furlong"));
}

}  // namespace
}  // namespace attune::devices
