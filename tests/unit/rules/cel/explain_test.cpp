#include "rules/cel/explain.h"

#include <gmock/gmock.h>

#include "tests/unit/rules/cel/house.h"

namespace attune::cel {
namespace {

using testing::ElementsAre;

class Explain : public testing::Test {
 protected:
  Explained explained(const std::string& source) {
    std::vector<Finding> findings;
    const auto expression = compile(source, house_.names, Expect::boolean, findings);
    EXPECT_TRUE(expression) << source;
    return expression ? explain(*expression, house_) : Explained();
  }
  /// The texts of what is in the way, each with its truth.
  std::vector<std::string> blamed(const std::string& source, bool wanted = true) {
    const Explained whole = explained(source);
    std::vector<std::string> texts;
    for (const Explained* part : in_the_way(whole, wanted)) {
      texts.push_back(part->text + " is " + std::string(name(part->truth)));
    }
    return texts;
  }
  testing_house::House house_;
};

TEST_F(Explain, OfAnAndTheFirstFalsePartIsInTheWay) {
  EXPECT_THAT(blamed("hall.occupancy && hall.temperature > 30 && hall.count > 5"),
              ElementsAre("hall.temperature > 30 is false"));
  EXPECT_THAT(blamed("hall.occupancy && hall.temperature > 3"), ElementsAre());
}

TEST_F(Explain, AFalsePartBeforeAnUnknownOne) {
  EXPECT_THAT(blamed("hall.silent && hall.count > 5"), ElementsAre("hall.count > 5 is false"));
  EXPECT_THAT(blamed("hall.silent && hall.count > 2"), ElementsAre("hall.silent is unknown"));
}

TEST_F(Explain, OfAnOrAllPartsAreInTheWay) {
  EXPECT_THAT(
      blamed("bath.leak || hall.silent || hall.count == 9"),
      ElementsAre("bath.leak is false", "hall.silent is unknown", "hall.count == 9 is false"));
}

TEST_F(Explain, NotTurnsTheQuestionRound) {
  EXPECT_THAT(blamed("!(hall.occupancy || bath.leak)"), ElementsAre("hall.occupancy is true"));
  EXPECT_THAT(blamed("!(hall.occupancy && cellar.leak)"),
              ElementsAre("hall.occupancy is true", "cellar.leak is true"));
}

TEST_F(Explain, ATrueEndIsExplainedByWhatIsMissingForFalse) {
  EXPECT_THAT(blamed("hall.occupancy && cellar.leak", false),
              ElementsAre("hall.occupancy is true", "cellar.leak is true"));
}

TEST_F(Explain, TextsKeepTheirBrackets) {
  EXPECT_THAT(blamed("hall.occupancy && (hall.temperature + 1.0) * 2.0 > 100.0"),
              ElementsAre("(hall.temperature + 1.0) * 2.0 > 100.0 is false"));
  EXPECT_THAT(blamed("(leaks.all(s, s.leak)) && hall.occupancy"),
              ElementsAre("leaks.all(s, s.leak) is false"));
  EXPECT_THAT(blamed("hall.mode in ['off', 'cool'] && hall.occupancy"),
              ElementsAre("hall.mode in ['off', 'cool'] is false"));
}

TEST_F(Explain, AVarIsExplainedByItsOwnParts) {
  house_.names.vars["busy"].source = "hall.occupancy && hall.count > 7";
  EXPECT_THAT(blamed("cellar.leak && busy"), ElementsAre("hall.count > 7 is false"));
}

TEST_F(Explain, APartKnowsWhatItReads) {
  const Explained whole = explained("hall.occupancy && leaks.all(s, s.leak)");
  ASSERT_EQ(whole.operands.size(), 2U);
  EXPECT_THAT(whole.operands[1].reads,
              ElementsAre(house_.id("bath", "leak"), house_.id("cellar", "leak")));
}

TEST_F(Explain, AConditionOfOnePartIsItsOwnExplanation) {
  EXPECT_THAT(blamed("hall.count > 5"), ElementsAre("hall.count > 5 is false"));
  EXPECT_EQ(explained("hall.count / 0 > 1").error, "division by zero");
}

}  // namespace
}  // namespace attune::cel
