#include "broker/shell/http/target.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace attune::http {
namespace {

TEST(Target, IsTakenApartAndDecoded) {
  const auto target = parse_target("/api/v1/devices/hall_lamp/l2.on?match=a%2Ab+c&since=12&flag");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments,
            (std::vector<std::string>{"api", "v1", "devices", "hall_lamp", "l2.on"}));
  EXPECT_EQ(target->query.at("match"), "a*b c");
  EXPECT_EQ(target->query.at("since"), "12");
  EXPECT_EQ(target->query.at("flag"), "");
}

TEST(Target, AnEncodedSlashStaysInsideItsSegment) {
  const auto target = parse_target("/devices/a%2Fb");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->segments, (std::vector<std::string>{"devices", "a/b"}));
}

TEST(Target, TheRootHasNoSegments) {
  const auto target = parse_target("/");
  ASSERT_TRUE(target);
  EXPECT_TRUE(target->segments.empty());
}

TEST(Target, RefusesWhatTwoReadersCouldReadDifferently) {
  for (const char* text :
       {"",     "a",       "//",         "/a//b",    "/a/",        "/a/../b", "/a/%2e%2e/b",
        "/.",   "/a#b",    "/%",         "/%4",      "/%zz",       "/a%00b",  "/a%0d%0ab",
        "/%ff", "/%c0%80", "/%ed%a0%80", "/a?b=%1b", "/a?b=1&b=2", "/a?%ff=1"}) {
    const auto target = parse_target(text);
    EXPECT_FALSE(target.ok()) << text;
  }
}

}  // namespace
}  // namespace attune::http
