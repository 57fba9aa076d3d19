#include "rules/cel/program.h"

#include <gtest/gtest.h>

#include "rules/cel/parser.h"
#include "tests/unit/rules/cel/house.h"

/// The language by itself, as other implementations have it: without attune's additions.
namespace attune::cel {
namespace {

/// `true`, `false`, `unknown`, `error: why`, or the first finding's code.
std::string result_of(std::string_view source, Checking checking = Checking::typed) {
  testing_house::House house;
  house.names.integer_literals_fit_doubles = false;
  const Declarations none;
  std::vector<Finding> findings;
  const auto program =
      compile_program(source, {house.names, none, Expect::any, checking, true}, findings);
  if (!program) return findings.at(0).code;
  Arena arena;
  const Datum d = program->evaluate(house, arena);
  if (d.is(Kind::boolean)) return d.boolean ? "true" : "false";
  if (d.is(Kind::error)) return "error: " + std::string(d.view());
  return std::string(type_name(d.kind));
}

class Holds : public testing::TestWithParam<const char*> {};

TEST_P(Holds, IsTrue) {
  EXPECT_EQ(result_of(GetParam()), "true") << GetParam();
}

INSTANTIATE_TEST_SUITE_P(
    Numbers, Holds,
    testing::Values("7 / 2 == 3 && -7 / 2 == -3 && -7 % 2 == -1", "7.0 / 2.0 == 3.5",
                    "1.0 / 0.0 > 1.0e308", "0x10 == 16 && 7u + 1u == 8u", "dyn(1) == 1.0",
                    "1 < 2.5 && 3u > 2", "int(3.99) == 3 && int('-7') == -7",
                    "double('1.5') == 1.5 && string(2.5) == '2.5'", "math.greatest(1, 3, 2) == 3",
                    "math.least([2.5, 1.5]) == 1.5", "math.round(-1.5) == -2.0",
                    "math.abs(-3) == 3 && math.sign(-2.5) == -1.0", "math.isNaN(0.0 / 0.0)",
                    "math.bitAnd(6, 3) == 2 && math.bitShiftLeft(1, 70) == 0"));

INSTANTIATE_TEST_SUITE_P(
    Texts, Holds,
    testing::Values("size('Straße') == 6 && 'Straße'.size() == 6", "'äb'.charAt(0) == 'ä'",
                    "'tacocat'.indexOf('a', 2) == 5 && 'a'.indexOf('x') == -1",
                    "'tacocat'.lastIndexOf('a') == 5", "'a,b,c'.split(',', 2) == ['a', 'b,c']",
                    "'äöü'.split('') == ['ä', 'ö', 'ü']", "'aaa'.replace('a', 'b', 2) == 'bba'",
                    "'ab'.replace('', '-') == '-a-b-'", "'hello'.substring(1, 3) == 'el'",
                    "' x '.trim() == 'x' && 'Ab'.lowerAscii() == 'ab'",
                    "['a', 'b'].join('-') == 'a-b'",
                    "'grey'.matches('gr(a|e)y') && !'x'.matches('^y')", "'äb'.reverse() == 'bä'",
                    "'%s: %.1f %d %x'.format(['t', 21.46, 3, 255]) == 't: 21.5 3 ff'",
                    "r'\\n' == '\\\\n' && '\\u00e4' == 'ä' && '''a'b''' == \"a'b\"",
                    "strings.quote('a\"b') == '\"a\\\\\"b\"'"));

INSTANTIATE_TEST_SUITE_P(
    Collections, Holds,
    testing::Values(
        "[1, 2.0, 'x'].exists(e, e == 'x')", "{1: 'a', 'b': 2}['b'] == 2",
        "[1, 2] + [3] == [1, 2, 3]", "2 in [1, 2] && 'k' in {'k': 1}",
        "[1, 2, 3].all(e, 6 / (2 - e) == 6) == false", "[1, 2, 3].map(e, e > 1, e * 2) == [4, 6]",
        "[3, 4].exists(i, v, i == 1 && v == 4)", "[1, 1].exists_one(e, e == 1) == false",
        "{'a': 1}.transformMap(k, v, v + 1) == {'a': 2}", "has({'a': 1}.a) && !has({'a': 1}.b)",
        "cel.bind(x, [1, 2], x + x) == [1, 2, 1, 2]", "[7][dyn(0.0)] == 7",
        "{'a': 1}.?b.orValue(5) == 5 && [1][?0].value() == 1",
        "optional.of(2).optMap(x, x + 1).value() == 3", "[?optional.none(), 1] == dyn([1])"));

INSTANTIATE_TEST_SUITE_P(
    Times, Holds,
    testing::Values(
        "timestamp('2026-01-15T18:00:00Z') + duration('90m') == timestamp('2026-01-15T19:30:00Z')",
        "timestamp('2026-01-15T18:00:00Z').getMonth() == 0",
        "timestamp('2026-01-15T18:00:00Z').getDate() == 15",
        "timestamp('2026-07-15T23:00:00Z').getDate('Europe/Berlin') == 16",
        "duration('1h') - duration('61m') < duration('0s')",
        "duration('90s').getMinutes() == 1 && int(timestamp(5)) == 5"));

INSTANTIATE_TEST_SUITE_P(Logic, Holds,
                         testing::Values("1 / 0 > 1 || true", "!(false && 1 / 0 > 1)",
                                         "true ? true : 1 / 0 > 1",
                                         "type(1) == int && type([]) == list", "!!true"));

TEST(Program, ErrorsAreResults) {
  EXPECT_EQ(result_of("9223372036854775807 + 1"), "error: integer overflow");
  EXPECT_EQ(result_of("-(-9223372036854775808)"), "error: integer overflow");
  EXPECT_EQ(result_of("-9223372036854775808 / -1"), "error: integer overflow");
  EXPECT_EQ(result_of("-9223372036854775808 % -1 == 0"), "true");
  EXPECT_EQ(result_of("0u - 1u"), "error: integer overflow");
  EXPECT_EQ(result_of("5 % 0"), "error: modulus by zero");
  EXPECT_EQ(result_of("[1][1]"), "error: the list has no element of that index");
  EXPECT_EQ(result_of("{'a': 1}['b']"), "error: no such key");
  EXPECT_EQ(result_of("{1: 1, 1u: 2}"), "error: a map has the same key twice");
  EXPECT_EQ(result_of("int(9.3e18)"), "error: range: the number does not fit");
  EXPECT_EQ(result_of("[3, 2, 1, 0].filter(n, 12 / n > 4)"), "error: division by zero");
  EXPECT_EQ(result_of("dyn('x') + 1"), "error: no such overload");
}

TEST(Program, ArithmeticNeverMixesKindsWithoutTheExtension) {
  EXPECT_EQ(result_of("1 + 2.0"), "E203");
  EXPECT_EQ(result_of("hall.temperature * 2"), "E203");
  EXPECT_EQ(result_of("1 == 1.0"), "E203");
  EXPECT_EQ(result_of("[1]['a']"), "E203");
  EXPECT_EQ(result_of("'a'.matches('(')"), "E203");
}

TEST(Program, WithoutCheckingWhatDoesNotFitIsAnError) {
  EXPECT_EQ(result_of("1.0 == 1", Checking::dynamic), "true");
  EXPECT_EQ(result_of("nothing || true", Checking::dynamic), "true");
  EXPECT_EQ(result_of("false && 32", Checking::dynamic), "false");
  EXPECT_EQ(result_of("!0", Checking::dynamic), "error: a value that is neither true nor false");
  EXPECT_EQ(result_of("'a'.nothing()", Checking::dynamic), "error: there is no function 'nothing'");
}

TEST(Program, ConstantsAreComputedOnce) {
  testing_house::House house;
  const Declarations none;
  std::vector<Finding> findings;
  Memory memory;
  const ExprPtr root = parse("{'a': [1, 2]}.a[1] + 3 == 5", findings);
  ASSERT_TRUE(root);
  Checker checker(house.names, none, Checking::typed, findings);
  checker.check(*root, Expect::boolean);
  const Emitted emitted = emit(*root, house.names, memory, findings);
  ASSERT_NE(emitted.root->constant(), nullptr);
  EXPECT_TRUE(emitted.root->constant()->boolean);
}

TEST(Program, AnUnknownOutweighsAnErrorInStrictCalls) {
  EXPECT_EQ(result_of("hall.silent == (1 / 0 > 1)"), "unknown");
  EXPECT_EQ(result_of("math.greatest(1 / 0, hall.count) > 0"), "error: division by zero");
}

}  // namespace
}  // namespace attune::cel
