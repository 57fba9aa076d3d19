#include "rules/cel/time.h"

#include <gtest/gtest.h>

#include <limits>

namespace attune::cel {
namespace {

TEST(CelTime, TimestampsReadBack) {
  for (const char* text : {"1970-01-01T00:00:00Z", "2026-01-15T18:00:00.5Z", "0001-01-01T00:00:00Z",
                           "9999-12-31T23:59:59.999999999Z", "2024-02-29T12:00:00.000000001Z"}) {
    const Datum t = parse_timestamp(text);
    ASSERT_TRUE(t.is(Kind::timestamp)) << text;
    EXPECT_EQ(format_timestamp(t), text);
  }
  EXPECT_EQ(format_timestamp(parse_timestamp("2026-01-15T18:00:00+02:00")), "2026-01-15T16:00:00Z");
}

TEST(CelTime, WhatIsNoTimestampIsAnError) {
  for (const char* text : {"", "2026-01-15", "2026-02-30T00:00:00Z", "2026-01-15T24:00:00Z",
                           "2026-01-15T18:00:00", "2026-01-15T18:00:00.Z", "10000-01-01T00:00:00Z",
                           "2026-01-15T18:00:00+2:00", "2026-01-15T18:00:00Zx"}) {
    EXPECT_TRUE(parse_timestamp(text).is(Kind::error)) << text;
  }
}

TEST(CelTime, DurationsAreSumsOfUnits) {
  EXPECT_EQ(parse_duration_text("1h30m").integer, 5'400'000'000'000);
  EXPECT_EQ(parse_duration_text("-1.5s").integer, -1'500'000'000);
  EXPECT_EQ(parse_duration_text("1ms2us3ns").integer, 1'002'003);
  EXPECT_EQ(format_seconds(parse_duration_text("-1.5s")), "-1.5s");
  EXPECT_EQ(format_seconds(parse_duration_text("7ns")), "0.000000007s");
  for (const char* text : {"", "5", "5d", "s", "1h-5m", ".", "9999999999h", "1e3s"}) {
    EXPECT_TRUE(parse_duration_text(text).is(Kind::error)) << text;
  }
}

TEST(CelTime, ASpokenDurationIsWrittenAsInARuleFile) {
  const auto spoken = [](std::int64_t nanos) { return format_spoken(make_duration(nanos)); };
  constexpr std::int64_t second = 1'000'000'000;
  EXPECT_EQ(spoken(1200 * second), "20m");
  EXPECT_EQ(spoken(5400 * second), "1h30m");
  EXPECT_EQ(spoken(2 * 86'400 * second + 5 * second), "2d5s");
  EXPECT_EQ(spoken(90 * second + 999'999'999), "1m30s");
  EXPECT_EQ(spoken(600'000'000), "600ms");
  EXPECT_EQ(spoken(-90 * second), "-1m30s");
  EXPECT_EQ(spoken(0), "0ms");
  EXPECT_EQ(spoken(std::numeric_limits<std::int64_t>::min()), "-106751d23h47m16s");
}

TEST(CelTime, ZonesAreNamesOrOffsets) {
  const Datum noon = parse_timestamp("2026-07-15T12:00:00Z");
  EXPECT_EQ(calendar(noon, "UTC")->hour, 12);
  EXPECT_EQ(calendar(noon, "Europe/Berlin")->hour, 14);
  EXPECT_EQ(calendar(noon, "-08:00")->hour, 4);
  EXPECT_EQ(calendar(noon, "02:00")->hour, 14);
  EXPECT_EQ(calendar(noon, "UTC")->weekday, 3);
  EXPECT_FALSE(calendar(noon, "Mars/Olympus"));
  EXPECT_FALSE(calendar(noon, "+99:00"));
}

}  // namespace
}  // namespace attune::cel
