#include "broker/shell/config/fields.h"

#include <gtest/gtest.h>

#include <functional>

namespace attune::config {
namespace {

TEST(Size, CountsInPowersOf1024) {
  EXPECT_EQ(parse_size("17"), 17u);
  EXPECT_EQ(parse_size("64KiB"), 65'536u);
  EXPECT_EQ(parse_size("1TiB"), 1ull << 40);
}

TEST(Size, RefusesWhatNoMachineHas) {
  EXPECT_EQ(parse_size("99999999999TiB"), std::nullopt);
  EXPECT_EQ(parse_size("99999999999999999999"), std::nullopt);
  EXPECT_EQ(parse_size("-1"), std::nullopt);
  EXPECT_EQ(parse_size("1MB"), std::nullopt);
  EXPECT_EQ(parse_size("MiB"), std::nullopt);
  EXPECT_EQ(parse_size(""), std::nullopt);
}

/// Reads one map, and gives the findings.
Issues read(const std::string& text, const std::function<void(Fields&)>& reader) {
  Issues issues;
  const auto document = yaml::parse("f.yaml", text, issues);
  if (!document) return issues;
  Fields fields(*document, document->root, "the test", issues);
  reader(fields);
  return issues;
}

TEST(Fields, LeaveTheDefaultWhereTheValueIsWrong) {
  Millis duration{7};
  const Issues issues = read("a: later\n", [&](Fields& f) { f.duration("a", duration); });
  EXPECT_EQ(issues.size(), 1u);
  EXPECT_EQ(duration, Millis{7});
}

TEST(Fields, ListTheKnownKeysWhenNoneIsNear) {
  const Issues issues = read("qqqqqqqq: 1\n", [](Fields& f) {
    f.take("alpha");
    f.finish();
  });
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].hint, "known keys: alpha");
}

TEST(Fields, AListMayBeOneTextAlone) {
  std::vector<std::string> texts;
  EXPECT_TRUE(read("a: one\n", [&](Fields& f) { f.texts("a", texts); }).empty());
  EXPECT_EQ(texts, std::vector<std::string>{"one"});
  EXPECT_TRUE(read("a: [x, y]\n", [&](Fields& f) { f.texts("a", texts); }).empty());
  EXPECT_EQ(texts, (std::vector<std::string>{"x", "y"}));
}

TEST(Fields, AMapWhereATextBelongsIsAnError) {
  std::string text = "kept";
  const Issues issues = read("a: {b: c}\n", [&](Fields& f) { f.text("a", text); });
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].code, "E111");
  EXPECT_EQ(text, "kept");
}

TEST(Fields, AgesCountYearsAndMayBeForever) {
  std::optional<Millis> age;
  EXPECT_TRUE(read("a: 1y30d\n", [&](Fields& f) { f.age("a", age); }).empty());
  EXPECT_EQ(age, std::chrono::hours(24 * 395));
  EXPECT_TRUE(read("a: forever\n", [&](Fields& f) { f.age("a", age); }).empty());
  EXPECT_FALSE(age.has_value());
  EXPECT_EQ(read("a: 5000y\n", [&](Fields& f) { f.age("a", age); }).size(), 1u);
  EXPECT_EQ(read("a: y\n", [&](Fields& f) { f.age("a", age); }).size(), 1u);
}

}  // namespace
}  // namespace attune::config
