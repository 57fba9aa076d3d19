#include "broker/core/combine.h"

#include <gtest/gtest.h>

#include "broker/core/claims.h"

namespace attune::core {
namespace {

Claim point(std::string source, double value, Level level) {
  Claim claim;
  claim.source = std::move(source);
  claim.value = value;
  claim.priority = static_cast<Priority>(level);
  return claim;
}

Claim range(std::string source, Value min, Value max, Level level) {
  Claim claim = point(std::move(source), 0, level);
  claim.value = Value();
  claim.min = std::move(min);
  claim.max = std::move(max);
  return claim;
}

AttributeInfo number_info(ValueType type = ValueType::number) {
  AttributeInfo info;
  info.name = "target_temperature";
  info.type = type;
  return info;
}

std::vector<Claim> ordered(std::vector<Claim> claims) {
  Claims array;
  for (Claim& claim : claims) array.put(AttributeId{}, std::move(claim));
  return array.on(AttributeId{});
}

Value wanted(std::vector<Claim> claims, const Value& reported = 20.0) {
  const AttributeInfo info = number_info();
  return combine(ordered(std::move(claims)), &info, reported).value;
}

TEST(Combine, ARangeBindsItsOwnPriorityAndThoseBelow) {
  EXPECT_EQ(wanted({point("plan", 5, Level::schedule), range("frost", 7.0, {}, Level::mode)}),
            Value(7.0));
  EXPECT_EQ(wanted({point("plan", 5, Level::mode), range("frost", 7.0, {}, Level::mode)}),
            Value(7.0));
  EXPECT_EQ(wanted({point("plan", 5, Level::equipment), range("frost", 7.0, {}, Level::mode)}),
            Value(5.0));
}

TEST(Combine, OfTwoRangesThatExcludeEachOtherTheHigherStays) {
  EXPECT_EQ(wanted({point("plan", 20, Level::schedule), range("cold", {}, 16.0, Level::mode),
                    range("warm", 18.0, 24.0, Level::comfort)}),
            Value(16.0));
  EXPECT_EQ(wanted({point("plan", 30, Level::schedule), range("cold", {}, 20.0, Level::mode),
                    range("warm", 18.0, 24.0, Level::comfort)}),
            Value(20.0));
}

TEST(Combine, WithoutAValueRangesClampWhatIsReported) {
  EXPECT_EQ(wanted({range("frost", 7.0, {}, Level::mode)}, 5.0), Value(7.0));
  EXPECT_EQ(wanted({range("frost", 7.0, {}, Level::mode)}, 7.0), Value());
  EXPECT_EQ(wanted({range("frost", 7.0, {}, Level::mode)}, Value()), Value());
}

TEST(Combine, ShadowAndBlockedClaimsDoNotCount) {
  Claim shadow = point("plan", 5, Level::mode);
  shadow.shadow = true;
  Claim blocked = range("frost", 7.0, {}, Level::mode);
  blocked.blocked = "interlock:x";
  const auto claims = ordered({shadow, blocked, point("low", 3, Level::schedule)});
  const AttributeInfo info = number_info();
  EXPECT_EQ(combine(claims, &info, 20.0).value, Value(3.0));
  EXPECT_EQ(name(standing(claims, claims[0])), "blocked");
  EXPECT_EQ(name(standing(claims, claims[1])), "held");
  EXPECT_EQ(name(standing(claims, claims[2])), "shadow");
}

TEST(Combine, TheWinnerIsWhoWantsAValueAndTheRangeAboveItBounds) {
  const auto claims =
      ordered({point("airing", 5, Level::equipment), range("frost", 7.0, {}, Level::life_safety),
               range("weak", 9.0, {}, Level::comfort)});
  EXPECT_EQ(deciding(claims)->source, "airing");
  EXPECT_EQ(name(standing(claims, claims[0])), "bounds");
  EXPECT_EQ(name(standing(claims, claims[2])), "waiting");
}

TEST(Claims, ATieGoesToWhoBecameActiveLastAndThenToTheName) {
  Claim early = point("b", 1, Level::comfort);
  Claim late = point("c", 2, Level::comfort);
  late.since.steady = Millis(5);
  EXPECT_EQ(ordered({early, late}).front().source, "c");
  EXPECT_EQ(ordered({late, early}).front().source, "c");
  Claim same = point("a", 3, Level::comfort);
  EXPECT_EQ(ordered({early, same}).front().source, "a");
  Claim higher = point("z", 4, Level::mode);
  EXPECT_EQ(ordered({late, higher}).front().source, "z");
}

TEST(Combine, AWholeNumberStaysWholeAndInside) {
  const AttributeInfo info = number_info(ValueType::integer);
  EXPECT_EQ(clamp(&info, Value(std::int64_t{3}), {6.5, 20}), Value(std::int64_t{7}));
  EXPECT_EQ(clamp(&info, Value(std::int64_t{30}), {6.5, 20.5}), Value(std::int64_t{20}));
}

TEST(Combine, RangesReadAsPeopleSayThem) {
  EXPECT_EQ(wish_text(range("a", 7.0, {}, Level::mode)), "at least 7");
  EXPECT_EQ(wish_text(range("a", {}, 9.5, Level::mode)), "at most 9.5");
  EXPECT_EQ(wish_text(range("a", 7.0, 9.0, Level::mode)), "7 to 9");
  EXPECT_EQ(wish_text(point("a", 21, Level::mode)), "21");
}

}  // namespace
}  // namespace attune::core
