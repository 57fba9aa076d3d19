#include "rules/cel/signal.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "rules/cel/program.h"
#include "tests/unit/rules/cel/house.h"

namespace attune::cel {
namespace {

using testing_house::House;

class Book final : public SignalBook {
 public:
  AttributeId take(Signal signal) override {
    const auto [at, fresh] =
        ids_.emplace(signal.text, static_cast<AttributeId>(1'000 + ids_.size()));
    signal.id = at->second;
    if (fresh) taken.push_back(std::move(signal));
    return at->second;
  }
  [[nodiscard]] std::vector<std::string_view> rules() const override {
    return {"hall_light", "movie"};
  }
  [[nodiscard]] std::string texts() const {
    std::string out;
    for (const Signal& signal : taken) out += signal.text + "\n";
    return out;
  }

  std::vector<Signal> taken;

 private:
  std::map<std::string, AttributeId> ids_;
};

struct SignalHouse : House {
  SignalHouse() {
    names.signals = &book;
    for (const char* id : {"sun", "local"}) names.devices[id].id = id;
  }
  /// The signals that an expression makes, or its first finding.
  std::string signals(std::string_view source, Expect expect = Expect::boolean) {
    std::vector<Finding> findings;
    const auto expression = compile(source, names, expect, findings);
    if (!findings.empty()) return findings[0].code + ": " + findings[0].message;
    return expression ? book.texts() : "nothing";
  }
  Book book;
};

TEST(SignalExpressions, ASignalIsReadLikeAnAttribute) {
  SignalHouse house;
  std::vector<Finding> findings;
  const auto expression = compile("true_for(hall.occupancy, '5m') && hall.temperature > 20",
                                  house.names, Expect::boolean, findings);
  ASSERT_TRUE(expression) << findings[0].message;
  ASSERT_EQ(house.book.taken.size(), 1u);
  const Signal& signal = house.book.taken[0];
  EXPECT_EQ(signal.kind, SignalKind::true_for);
  EXPECT_EQ(signal.window, std::chrono::minutes(5));
  EXPECT_EQ(signal.inner.at(0).source(), "hall.occupancy");
  EXPECT_EQ(expression->reads().size(), 2u);
  EXPECT_EQ(expression->reads().back(), signal.id);
}

TEST(SignalExpressions, EqualOnesAreOne) {
  SignalHouse house;
  EXPECT_EQ(
      house.signals("true_for(hall.occupancy&&warm, '60s') || "
                    "true_for( hall.occupancy && hall.temperature > setp.heat , '1m')"),
      "true_for(hall.occupancy && (hall.temperature > {'heat': 20, 'cool': 25}.heat), '1m')\n");
}

TEST(SignalExpressions, EachMemberOfAGroupHasItsOwn) {
  SignalHouse house;
  EXPECT_EQ(house.signals("leaks.exists(w, true_for(w.leak, '60s'))"),
            "true_for(bath.leak, '1m')\ntrue_for(cellar.leak, '1m')\n");
}

TEST(SignalExpressions, AMemberWithoutTheAttributeIsUnknown) {
  SignalHouse house;
  EXPECT_EQ(house.signals("mixed.exists(w, true_for(w.leak, '60s') || known(w.leak))"),
            "true_for(cellar.leak, '1m')\nknown(cellar.leak)\n");
  EXPECT_EQ(house.signals("mixed.exists(w, true_for(w.lek, '60s'))").substr(0, 5), "E302:");
}

TEST(SignalExpressions, ASignalOfASignalStandsAfterIt) {
  SignalHouse house;
  EXPECT_EQ(house.signals("true_for(avg(hall.temperature * 2, '5m') > 3, '10m')"),
            "avg(hall.temperature * 2, '5m')\n"
            "true_for(avg(hall.temperature * 2, '5m') > 3, '10m')\n");
}

TEST(SignalExpressions, TheTwoSidesOfAMovingComparisonMayBeExchanged) {
  SignalHouse house;
  EXPECT_EQ(house.signals("3 > sun.elevation && duration('10m') <= seen_ago(hall.count)"),
            "sun.elevation < 3\nseen_ago(hall.count) >= '10m'\n");
  EXPECT_EQ(house.book.taken[0].compare, Compare::less);
  EXPECT_EQ(house.book.taken[1].compare, Compare::greater_equal);
}

TEST(SignalExpressions, ClocksAndOthersHaveTheirTypes) {
  SignalHouse house;
  EXPECT_EQ(
      house.signals("weekday == 'sat' && local.hour >= 7 && sun.up && "
                    "math.abs(sun.azimuth - 180.0) < 70 && past(hall.mode, '1h') == 'heat' "
                    "&& wanted(wall.l2.on) && diverged(wall.l2.on) && active('movie') && "
                    "active('movie[hall]') && between('22:00', '06:30')"),
      "weekday\nlocal.hour\nsun.up\nsun.azimuth\npast(hall.mode, '1h')\nwanted(wall.l2.on)\n"
      "diverged(wall.l2.on)\nactive('movie')\nactive('movie[hall]')\nbetween('22:00', '06:30')\n");
}

TEST(SignalExpressions, WhatDoesNotFitIsSaid) {
  SignalHouse house;
  const std::vector<std::pair<std::string, std::string>> wrong = {
      {"true_for(hall.temperature, '5m')", "E203: a condition is true or false, this is a double"},
      {"true_for(hall.occupancy, '8d')",
       "E203: 'true_for' needs a duration of more than nothing and at most 7d"},
      {"true_for(hall.occupancy, 5)",
       "E203: 'true_for' needs a duration of more than nothing and at most 7d"},
      {"true_for(hall.occupancy)", "E203: 'true_for' takes 2 arguments, got 1"},
      {"known(hall.temperature > 3)", "E203: 'known' takes an attribute, and no other expression"},
      {"avg(hall.occupancy, '5m') > 3", "E203: a number is wanted here, this is a bool"},
      {"avg(hall.temperature, '1ms') > 3", "E203: 'avg' needs a window of a second at least"},
      {"active('movi')", "E307: there is no rule 'movi'"},
      {"active('movie[nobody]')", "E307: rule 'movie' has no member 'nobody'"},
      {"active('movi[hall]')", "E307: there is no rule 'movi[hall]'"},
      {"active(hall.mode)", "E203: 'active' needs the id of a rule in quotes"},
      {"between('25:00', '06:30')", "E303: '25:00' is no time of day"},
      {"weekday == 'saturday'", "E303: 'saturday' is never a value of 'weekday'"},
      {"rises(hall.occupancy)", "E203: 'rises' is a moment, and no condition"},
      {"[1, 2].exists(n, true_for(hall.count > n, '5m'))",
       "E203: 'true_for' may depend on one member of a group, and on no other variable of a macro"},
  };
  for (const auto& [source, finding] : wrong) EXPECT_EQ(house.signals(source), finding) << source;
}

TEST(SignalExpressions, TheCostOfWhatIsInsideCounts) {
  SignalHouse house;
  house.add_large_group("lamps", 900);
  std::vector<Finding> findings;
  (void)compile("lamps.exists(l, true_for(lamps.all(o, !o.on) && l.on, '5m'))", house.names,
                Expect::boolean, findings);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].code, "E204") << findings[0].message;
}

TEST(SignalExpressions, ManyMembersInsideManyMembersAreRefused) {
  SignalHouse house;
  house.add_large_group("lamps", 200);
  std::vector<Finding> findings;
  (void)compile("lamps.all(a, true_for(a.on && lamps.all(b, true_for(b.on, '1m')), '2m'))",
                house.names, Expect::boolean, findings);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].code, "E204") << findings[0].message;
}

TEST(SignalExpressions, AnEdgeIsAConditionWithADirection) {
  SignalHouse house;
  std::vector<Finding> findings;
  const auto edge = compile_edge("falls(active('movie') && hall.occupancy)", house.names, findings);
  ASSERT_TRUE(edge);
  EXPECT_EQ(edge->direction, Edge::Direction::falls);
  EXPECT_EQ(edge->condition.reads().size(), 2u);
  EXPECT_EQ(compile_edge("hall.occupancy", house.names, findings)->direction,
            Edge::Direction::level);
  EXPECT_FALSE(compile_edge("rises(hall.temperature)", house.names, findings));
  EXPECT_EQ(findings.at(0).code, "E203");
}

TEST(SignalExpressions, WithoutABookThereAreNone) {
  House house;
  std::vector<Finding> findings;
  EXPECT_FALSE(compile("true_for(hall.occupancy, '5m')", house.names, Expect::boolean, findings));
  EXPECT_EQ(findings.at(0).code, "E202");
}

}  // namespace
}  // namespace attune::cel
