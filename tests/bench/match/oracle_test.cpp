#include <gtest/gtest.h>

#include "tests/bench/match/attuned.h"
#include "tests/bench/match/matched.h"
#ifdef ATTUNE_WITH_CLIPS
#include "tests/bench/match/clips.h"
#endif

// CLIPS matches the same rules by other means: whoever claims there claims here.
namespace attune::bench {
namespace {

#ifdef ATTUNE_WITH_CLIPS

void expect_the_same_claims(const House& house) {
  Attuned attune(house);
  Clips clips(house);
  EXPECT_EQ(attune.claims(), clips.claims());
  std::size_t claims = 0;
  for (const Told& told : house.events) {
    attune.tell(told);
    clips.tell(told);
    const auto here = attune.claims();
    ASSERT_EQ(here, clips.claims()) << "after " << told.path << " = " << to_json(told.value);
    claims += here.size();
  }
  EXPECT_GT(claims, 0u);
}

TEST(ClipsOracle, ClaimsTheSameInRandomHouses) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    expect_the_same_claims(random_house(seed, 40, 120));
  }
}

TEST(ClipsOracle, ClaimsTheSameInTheHouseOfTheBench) {
  const House house = house_of_claims(10, 2);
  expect_the_same_claims(house);
  Matched alone(house);
  Clips clips(house);
  alone.live();
  clips.live();
  EXPECT_EQ(alone.claims(), clips.claims());
}

#else

TEST(ClipsOracle, ClaimsTheSameInRandomHouses) {
  GTEST_SKIP() << "libclips-dev was not there when this was configured";
}

#endif

}  // namespace
}  // namespace attune::bench
