#include "rules/cel/value.h"

#include <gtest/gtest.h>

#include <limits>

namespace attune::cel {
namespace {

TEST(Datum, FitsTwoRegisters) {
  EXPECT_EQ(sizeof(Datum), 16u);
}

TEST(Datum, NumbersCompareAcrossKindsByValue) {
  EXPECT_TRUE(equal(make(std::int64_t{1}), make(1.0)));
  EXPECT_TRUE(equal(make(std::uint64_t{1}), make(1.0)));
  EXPECT_TRUE(equal(make(std::int64_t{1}), make(std::uint64_t{1})));
  EXPECT_EQ(compare(make(std::int64_t{-1}), make(std::uint64_t{0})), Order::less);
  EXPECT_EQ(compare(make(std::numeric_limits<std::uint64_t>::max()), make(std::int64_t{-1})),
            Order::greater);
  EXPECT_EQ(compare(make(2.5), make(std::int64_t{2})), Order::greater);
}

TEST(Datum, NaNHasNoOrderAndEqualsNothing) {
  const Datum nan = make(std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(compare(nan, make(1.0)), Order::none);
  EXPECT_EQ(compare(make(std::int64_t{1}), nan), Order::none);
  EXPECT_FALSE(equal(nan, nan));
}

TEST(Datum, OtherKindsDiffer) {
  EXPECT_FALSE(equal(make_text("1"), make(std::int64_t{1})));
  EXPECT_FALSE(equal(make_null(), make(false)));
  EXPECT_FALSE(equal(make_text("a"), make_text("a", Kind::bytes)));
}

TEST(Map, FindsKeysByValueAndRefusesRepeats) {
  Arena arena;
  const Datum map = arena.map({{make(std::int64_t{2}), make(true)}, {make_text("a"), make(false)}});
  ASSERT_TRUE(map.is(Kind::map));
  EXPECT_NE(find(*map.map, make(2.0)), nullptr);
  EXPECT_NE(find(*map.map, make(std::uint64_t{2})), nullptr);
  EXPECT_NE(find(*map.map, make_text("a")), nullptr);
  EXPECT_EQ(find(*map.map, make(2.5)), nullptr);
  EXPECT_EQ(find(*map.map, make_null()), nullptr);
  EXPECT_TRUE(arena.map({{make(std::int64_t{0}), make(1.0)}, {make(std::uint64_t{0}), make(1.0)}})
                  .is(Kind::error));
  EXPECT_TRUE(arena.map({{make(1.5), make(1.0)}}).is(Kind::error));
}

}  // namespace
}  // namespace attune::cel
