#include "rules/cel/parser.h"

#include <gtest/gtest.h>

namespace attune::cel {
namespace {

/// `code@offset+length message`, or nothing.
std::string error_of(const std::string& source) {
  std::vector<Finding> findings;
  if (parse(source, findings)) return "";
  if (findings.size() != 1) return "not one finding";
  const Finding& f = findings[0];
  return f.code + "@" + std::to_string(f.offset) + "+" + std::to_string(f.length) + " " + f.message;
}

std::string repeated(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

TEST(Parser, TakesWhatEveryImplementationMust) {
  EXPECT_EQ(error_of("true" + repeated(" || true", 100)), "");
  EXPECT_EQ(error_of("1" + repeated(" + 1", 31)), "");
  EXPECT_EQ(error_of(repeated("true ? 1 : ", 24) + "2"), "");
  EXPECT_EQ(error_of(repeated("int(", 12) + "7" + repeated(")", 12)), "");
  EXPECT_EQ(error_of(repeated("(", 32) + "7" + repeated(")", 32)), "");
  EXPECT_EQ(error_of(repeated("!", 32) + "true"), "");
}

TEST(Parser, RefusesWhatIsTooDeepOrTooLong) {
  const std::string deep = "E204";
  EXPECT_EQ(error_of(repeated("(", 20000 / 2) + "7").substr(0, 4), deep);
  EXPECT_EQ(error_of(repeated("!", 10000) + "true").substr(0, 4), deep);
  EXPECT_EQ(error_of(repeated("[", 10000)).substr(0, 4), deep);
  EXPECT_EQ(error_of("a" + repeated(".b", 5000)).substr(0, 4), deep);
  EXPECT_EQ(error_of("a" + repeated("[0]", 5000)).substr(0, 4), deep);
  EXPECT_EQ(error_of("1" + repeated(" + 1", 200)).substr(0, 4), deep);
  EXPECT_EQ(error_of(std::string(17000, ' ') + "1").substr(0, 4), deep);
}

TEST(Parser, PointsAtTheErrorInBytes) {
  EXPECT_EQ(error_of("a &&"), "E201@4+1 the expression ends too early");
  EXPECT_EQ(error_of("a = 3"), "E201@2+1 this character has no meaning here");
  EXPECT_EQ(error_of("(a"), "E201@2+1 a ')' is missing here");
  EXPECT_EQ(error_of("a or b"), "E201@2+2 'or' does not fit here");
  EXPECT_EQ(error_of("x == 'open"), "E201@5+1 this string has no end");
  EXPECT_EQ(error_of("plug.1.on"), "E201@4+2 '.1' does not fit here");
  EXPECT_EQ(error_of("12ab"), "E201@0+4 this is neither a number nor a name");
  EXPECT_EQ(error_of("while"), "E201@0+5 'while' is a reserved word");
  EXPECT_EQ(error_of("9223372036854775808"),
            "E201@0+19 the number 9223372036854775808 does not fit");
  EXPECT_EQ(error_of("'\\ud800'"), "E201@0+8 a wrong escape in this string");
  EXPECT_EQ(error_of("\xFF"), "E201@0+1 the expression is not UTF-8");
  EXPECT_EQ(error_of("g.all(1, true)"), "E201@6+1 the variable of all is a simple name");
  EXPECT_EQ(error_of("has(a)"), "E201@0+3 has() takes one field: has(map.key)");
}

TEST(Parser, TheLeastIntIsANumber) {
  std::vector<Finding> findings;
  const ExprPtr expr = parse("-9223372036854775808", findings);
  ASSERT_TRUE(expr);
  EXPECT_EQ(std::get<std::int64_t>(expr->value), std::numeric_limits<std::int64_t>::min());
}

TEST(Parser, OperatorsBindAsInC) {
  std::vector<Finding> findings;
  const ExprPtr expr = parse("a || b && c == d + e * -f", findings);
  ASSERT_TRUE(expr);
  std::string path;
  for (const Expr* at = expr.get(); !at->children.empty(); at = at->children.back().get()) {
    path += at->text + " ";
  }
  EXPECT_EQ(path, "_||_ _&&_ _==_ _+_ _*_ -_ ");
}

TEST(Parser, CommentsAreSpace) {
  EXPECT_EQ(error_of("a // the hall\n && b"), "");
}

}  // namespace
}  // namespace attune::cel
