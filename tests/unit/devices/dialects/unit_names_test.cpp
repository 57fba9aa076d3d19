#include "devices/dialects/unit_names.h"

#include <gtest/gtest.h>

#include "devices/units.h"

namespace attune::devices {
namespace {

TEST(UnitNames, WhatPeopleWriteHasItsCode) {
  EXPECT_EQ(ucum_code("°C"), "Cel");
  EXPECT_EQ(ucum_code("°F"), "[degF]");
  EXPECT_EQ(ucum_code("kWh"), "kW.h");
  EXPECT_EQ(ucum_code(" lux "), "lx");
}

TEST(UnitNames, BothLettersMuMeanTheSame) {
  EXPECT_EQ(ucum_code("\u00b5g/m\u00b3"), "ug/m3");
  EXPECT_EQ(ucum_code("\u03bcg/m\u00b3"), "ug/m3");
}

TEST(UnitNames, PrefixesDifferByCase) {
  EXPECT_EQ(ucum_code("mW"), "mW");
  EXPECT_EQ(ucum_code("MW"), "MW");
  EXPECT_EQ(ucum_code("KW"), "");
}

TEST(UnitNames, TheUnknownHasNone) {
  EXPECT_EQ(ucum_code(""), "");
  EXPECT_EQ(ucum_code("  "), "");
  EXPECT_EQ(ucum_code("bananas"), "");
}

TEST(UnitNames, CodesConvert) {
  EXPECT_TRUE(convert(ucum_code("°F"), "Cel"));
  EXPECT_TRUE(convert(ucum_code("Wh"), "kW.h"));
  EXPECT_TRUE(convert(ucum_code("mbar"), "hPa"));
  EXPECT_TRUE(convert(ucum_code("mph"), "m/s"));
}

TEST(UnitNames, ACodeIsWrittenAsPeopleDo) {
  EXPECT_EQ(written_unit("Cel"), "°C");
  EXPECT_EQ(written_unit("kW.h"), "kWh");
  EXPECT_EQ(written_unit("lx"), "lx");
  EXPECT_EQ(written_unit("ug/m3"), "µg/m³");
  EXPECT_EQ(written_unit("HH:MM"), "");
  EXPECT_EQ(written_unit(""), "");
}

}  // namespace
}  // namespace attune::devices
