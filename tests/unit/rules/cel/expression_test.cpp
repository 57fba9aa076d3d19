#include "rules/cel/expression.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/rules/cel/house.h"

namespace attune::cel {
namespace {

using testing_house::House;

Truth truth_of(const House& house, std::string_view source) {
  std::vector<Finding> findings;
  const auto expression = compile(source, house.names, Expect::boolean, findings);
  EXPECT_TRUE(expression) << source << ": " << (findings.empty() ? "" : findings[0].message);
  return expression ? expression->truth(house) : Truth::error;
}

/// `code: message (hint)` of every finding, one a line.
std::string findings_of(const House& house, std::string_view source,
                        Expect expect = Expect::boolean) {
  std::vector<Finding> findings;
  (void)compile(source, house.names, expect, findings);
  std::string out;
  for (const auto& f : findings) {
    out += f.code + ": " + f.message + (f.hint.empty() ? "" : " (" + f.hint + ")") + "\n";
  }
  return out;
}

std::optional<Value> value_of(const House& house, std::string_view source,
                              Expect expect = Expect::any, std::string* message = nullptr) {
  std::vector<Finding> findings;
  const auto expression = compile(source, house.names, expect, findings);
  EXPECT_TRUE(expression) << source << ": " << (findings.empty() ? "" : findings[0].message);
  return expression ? expression->value(house, message) : std::nullopt;
}

TEST(Expression, ComparesAttributesWithConstants) {
  const House house;
  EXPECT_EQ(truth_of(house, "hall.temperature > 21"), Truth::yes);
  EXPECT_EQ(truth_of(house, "21 < hall.temperature"), Truth::yes);
  EXPECT_EQ(truth_of(house, "hall.temperature > 21.5"), Truth::no);
  EXPECT_EQ(truth_of(house, "hall.temperature == 21.5 && hall.mode == 'heat'"), Truth::yes);
  EXPECT_EQ(truth_of(house, "'heat' != hall.mode"), Truth::no);
  EXPECT_EQ(truth_of(house, "hall.occupancy"), Truth::yes);
  EXPECT_EQ(truth_of(house, "!hall.occupancy || hall.count == 3"), Truth::yes);
  EXPECT_EQ(truth_of(house, "hall.mode in ['heat', 'cool']"), Truth::yes);
}

TEST(Expression, AnAttributeNeverReportedIsUnknownAndNotFalse) {
  const House house;
  EXPECT_EQ(truth_of(house, "hall.silent"), Truth::unknown);
  EXPECT_EQ(truth_of(house, "!hall.silent"), Truth::unknown);
  EXPECT_EQ(truth_of(house, "hall.silent == true"), Truth::unknown);
  EXPECT_EQ(truth_of(house, "hall.silent ? true : false"), Truth::unknown);
}

TEST(Expression, LogicAbsorbsUnknownsAndErrorsFromEitherSide) {
  const House house;
  EXPECT_EQ(truth_of(house, "hall.silent && false"), Truth::no);
  EXPECT_EQ(truth_of(house, "false && hall.silent"), Truth::no);
  EXPECT_EQ(truth_of(house, "hall.silent || true"), Truth::yes);
  EXPECT_EQ(truth_of(house, "1 / (hall.count - 3) > 0 || true"), Truth::yes);
  EXPECT_EQ(truth_of(house, "1 / (hall.count - 3) > 0 && hall.silent"), Truth::unknown);
  EXPECT_EQ(truth_of(house, "1 / (hall.count - 3) > 0"), Truth::error);
}

TEST(Expression, AnErrorSaysWhatWentWrong) {
  const House house;
  std::vector<Finding> findings;
  const auto e = compile("1 / (hall.count - 3) > 0", house.names, Expect::boolean, findings);
  ASSERT_TRUE(e);
  std::string message;
  EXPECT_EQ(e->truth(house, &message), Truth::error);
  EXPECT_EQ(message, "division by zero");
}

TEST(Expression, AnIntLiteralBesideADoubleIsADouble) {
  const House house;
  EXPECT_EQ(value_of(house, "hall.temperature * 2"), Value(43.0));
  EXPECT_EQ(value_of(house, "2 * (1 + hall.temperature)"), Value(45.0));
  EXPECT_EQ(value_of(house, "math.least(20, hall.temperature)"), Value(20.0));
  EXPECT_EQ(value_of(house, "hall.occupancy ? 15 : 80", Expect::number), Value(15.0));
  EXPECT_EQ(value_of(house, "hall.occupancy ? 15 : hall.temperature"), Value(15.0));
  EXPECT_EQ(value_of(house, "hall.count + 1"), Value(4));
  EXPECT_EQ(truth_of(house, "hall.temperature - 2 * 3 == 15.5"), Truth::yes);
}

TEST(Expression, ReadsListsEveryAttributeOnce) {
  const House house;
  std::vector<Finding> findings;
  const auto e = compile("hall.occupancy && leaks.exists(s, s.leak) || hall.occupancy", house.names,
                         Expect::boolean, findings);
  ASSERT_TRUE(e);
  const std::vector<AttributeId> wanted = {house.id("bath", "leak"), house.id("cellar", "leak"),
                                           house.id("hall", "occupancy")};
  std::vector<AttributeId> sorted = wanted;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_TRUE(std::equal(e->reads().begin(), e->reads().end(), sorted.begin(), sorted.end()));
}

TEST(Expression, EndpointsAreReadByNameAndByQuotedName) {
  const House house;
  EXPECT_EQ(truth_of(house, "wall.l2.on"), Truth::yes);
  EXPECT_EQ(truth_of(house, "wall.`1`.on"), Truth::no);
}

TEST(Expression, GroupsAreListsOfDevices) {
  const House house;
  EXPECT_EQ(truth_of(house, "leaks.exists(s, s.leak)"), Truth::yes);
  EXPECT_EQ(truth_of(house, "leaks.all(s, s.leak)"), Truth::no);
  EXPECT_EQ(value_of(house, "leaks.filter(s, s.leak).map(s, s.label).join(', ')"), Value("Cellar"));
  EXPECT_EQ(truth_of(house, "leaks.exists(s, s.area == 'ground' && 'wet' in s.tags)"), Truth::yes);
  EXPECT_EQ(truth_of(house, "leaks.exists_one(s, s.id == 'bath')"), Truth::yes);
}

TEST(Expression, AMemberWithoutTheAttributeIsUnknown) {
  const House house;
  EXPECT_EQ(truth_of(house, "mixed.exists(m, m.leak)"), Truth::yes);
  EXPECT_EQ(truth_of(house, "mixed.all(m, !m.leak)"), Truth::no);
  EXPECT_EQ(truth_of(house, "mixed.all(m, m.leak)"), Truth::unknown);
}

TEST(Expression, AMacroOverNobodyIsUnknown) {
  const House house;
  EXPECT_EQ(truth_of(house, "nobody.all(p, !p.home)"), Truth::unknown);
  EXPECT_EQ(truth_of(house, "nobody.exists(p, p.home)"), Truth::unknown);
  EXPECT_EQ(truth_of(house, "size(nobody) == 0"), Truth::yes);
}

TEST(Expression, VarsAreCheckedInPlace) {
  House house;
  EXPECT_EQ(truth_of(house, "hall.temperature > setp.heat + 0.5"), Truth::yes);
  EXPECT_EQ(truth_of(house, "warm && hall.occupancy"), Truth::yes);
  EXPECT_EQ(findings_of(house, "broken"),
            "E301: in the var 'broken': there is no device, group or var 'hal' (did you mean "
            "'hall'?)\n");
  EXPECT_EQ(findings_of(house, "round_a"),
            "E203: in the var 'round_a': in the var 'round_b': the var 'round_a' is defined by "
            "itself (vars may not go round in a circle)\n");
}

TEST(Expression, FindingsHaveCodesAndHints) {
  const House house;
  EXPECT_EQ(findings_of(house, "hal.occupancy"),
            "E301: there is no device, group or var 'hal' (did you mean 'hall'?)\n");
  EXPECT_EQ(findings_of(house, "hall.ocupancy"),
            "E302: hall has no attribute 'ocupancy' (did you mean 'occupancy'?)\n");
  EXPECT_EQ(findings_of(house, "hall.brightness > 3"),
            "W301: hall has not shown 'brightness' yet (it is unknown until it does)\n");
  EXPECT_EQ(findings_of(house, "hall.mode == 'heet'"),
            "E303: 'heet' is never a value of 'mode' (did you mean 'heat'?)\n");
  EXPECT_EQ(findings_of(house, "hall.mode in ['off', 'x']"),
            "E303: 'x' is never a value of 'mode' (its values are off, heat, cool)\n");
  EXPECT_EQ(findings_of(house, "hall.mode < 3"),
            "E203: '<' needs two numbers, got string and int\n");
  EXPECT_EQ(findings_of(house, "hall.temperature"),
            "E203: a condition is true or false, this is a double\n");
  EXPECT_EQ(findings_of(house, "hall.mode.startWith('h')"),
            "E202: there is no function 'startWith' (did you mean 'startsWith'?)\n");
  EXPECT_EQ(findings_of(house, "hall.occupancy and hall.silent"),
            "E201: 'and' does not fit here (write '&&' for and)\n");
  EXPECT_EQ(findings_of(house, "hall.count * hall.temperature > 3"),
            "E203: '*' does not go with int and double (convert the int with double(...))\n");
}

TEST(Expression, AWrongWordInAVarIsFoundWhereItIsUsed) {
  House house;
  house.names.vars["wanted"].source = "'heet'";
  EXPECT_EQ(findings_of(house, "hall.occupancy && hall.mode == wanted"),
            "E303: 'heet' is never a value of 'mode' (did you mean 'heat'?)\n");
}

TEST(Expression, LongChainsOfVarsAreRefused) {
  House house;
  for (int i = 0; i < 1000; ++i) {
    house.names.vars["c" + std::to_string(i)].source = "c" + std::to_string(i + 1) + " || true";
  }
  EXPECT_NE(findings_of(house, "c0").find("vars are nested deeper than 16 levels"),
            std::string::npos);
}

TEST(Expression, AVarThatIsUsedTwiceDoublesTheCost) {
  House house;
  house.names.vars["d0"].source = "hall.temperature";
  for (int i = 1; i <= 15; ++i) {
    const std::string before = "d" + std::to_string(i - 1);
    house.names.vars["d" + std::to_string(i)].source = before + " + " + before + " + " + before;
  }
  EXPECT_EQ(findings_of(house, "d15 > 3").substr(0, 4), "E204");
}

TEST(Expression, GroupsOfNumbersOfBothKindsAreDoubles) {
  House house;
  house.set("hall", "count", 3);
  EXPECT_EQ(truth_of(house, "[hall].exists(h, h.count > 2.5 && h.temperature > 21)"), Truth::yes);
}

TEST(Expression, AFindingPointsAtItsPlace) {
  const House house;
  std::vector<Finding> findings;
  const std::string source = "hall.occupancy && wall.l9.onn";
  EXPECT_FALSE(compile(source, house.names, Expect::boolean, findings));
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(source.substr(findings[0].offset, findings[0].length), "l9.onn");
}

TEST(Expression, CostIsBoundedWithTheFigure) {
  House house;
  house.add_large_group("lamps", 100);
  EXPECT_EQ(findings_of(house, "lamps.exists(a, lamps.exists(b, a.id != b.id))"), "");
  const std::string refused =
      findings_of(house, "lamps.exists(a, lamps.exists(b, lamps.exists(c, a.id != c.id)))");
  EXPECT_EQ(refused,
            "E204: the expression may cost 6020201 units, more than 100000 (a macro inside a macro "
            "multiplies: use smaller groups)\n");
}

TEST(Expression, DoublingTextsAreRefusedByTheirCost) {
  const House house;
  std::string source = "a0";
  for (int i = 40; i > 0; --i) {
    const std::string before = "a" + std::to_string(i - 1);
    source =
        "cel.bind(a" + std::to_string(i) + ", " + before + " + " + before + ", " + source + ")";
  }
  EXPECT_NE(findings_of(house, "cel.bind(a0, 'x', " + source + ") == ''"), "");
}

TEST(Expression, ValuesAreWhatAttributesCanHave) {
  const House house;
  EXPECT_EQ(value_of(house, "hall.mode"), Value("heat"));
  EXPECT_EQ(value_of(house, "[0.3, 1]"), Value(std::vector<double>{0.3, 1.0}));
  EXPECT_EQ(value_of(house, "hall.silent"), std::nullopt);
  std::string message;
  EXPECT_EQ(value_of(house, "hall.temperature / 0", Expect::number, &message), std::nullopt);
  EXPECT_EQ(message, "the number is not finite");
}

}  // namespace
}  // namespace attune::cel
