#include "rules/cel/types.h"

#include <gtest/gtest.h>

namespace attune::cel {
namespace {

TEST(Types, ReadBack) {
  for (const char* name : {"int", "list(map(string, list(double)))", "$T", "optional_type(dyn)",
                           "map($K, $V)", "tuple(int, uint)"}) {
    EXPECT_EQ(text(parse_type(name)), name);
  }
}

TEST(Types, ParametersStandForOneType) {
  Bindings bindings;
  EXPECT_TRUE(assignable(parse_type("list($T)"), parse_type("list(int)"), bindings));
  EXPECT_TRUE(assignable(parse_type("$T"), parse_type("int"), bindings));
  EXPECT_FALSE(assignable(parse_type("$T"), parse_type("string"), bindings));
  EXPECT_EQ(text(substitute(parse_type("map($T, $U)"), bindings)), "map(int, dyn)");
}

TEST(Types, DynFitsEverywhere) {
  Bindings bindings;
  EXPECT_TRUE(assignable(parse_type("int"), parse_type("dyn"), bindings));
  EXPECT_TRUE(assignable(parse_type("list(int)"), parse_type("list(dyn)"), bindings));
  EXPECT_FALSE(assignable(parse_type("list(int)"), parse_type("list(string)"), bindings));
}

TEST(Types, JoinKeepsWhatIsCommon) {
  EXPECT_EQ(text(join(parse_type("list(int)"), parse_type("list(string)"))), "list(dyn)");
  EXPECT_EQ(text(join(parse_type("int"), parse_type("double"))), "dyn");
}

}  // namespace
}  // namespace attune::cel
