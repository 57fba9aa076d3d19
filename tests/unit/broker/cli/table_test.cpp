#include "broker/cli/table.h"

#include <gtest/gtest.h>

#include <sstream>

namespace attune::cli {
namespace {

std::string printed(const Table& table) {
  std::ostringstream out;
  table.print(out);
  return out.str();
}

TEST(Table, AlignsColumnsAndLeavesNoBlanksAtTheEnd) {
  Table table({"NAME", "N", "X"});
  table.row({"a", "1"});
  table.row({"longer", "22", ""});
  EXPECT_EQ(printed(table),
            "NAME    N   X\n"
            "a       1\n"
            "longer  22\n");
}

TEST(Table, CountsCharactersAndNotBytes) {
  Table table({"A", "B"});
  table.row({"Küche", "x"});
  table.row({"abcde", "y"});
  EXPECT_EQ(printed(table), "A      B\nKüche  x\nabcde  y\n");
}

TEST(Table, EscapesWhatCouldMoveTheCursor) {
  Table table({"A"});
  table.row({"\x1b[2J\nevil\xe2\x80\xae"});
  EXPECT_EQ(printed(table), "A\n\\u{1b}[2J\\u{a}evil\\u{202e}\n");
}

TEST(Table, CutsACellThatWouldPushTheOthersOff) {
  Table table({"A", "B"});
  std::string wide;
  for (int i = 0; i < 300; ++i) wide += "ü";
  table.row({wide, wide});
  table.row({std::string(64, 'a'), "x"});
  std::string cut, last;
  for (int i = 0; i < 63; ++i) cut += "ü";
  for (int i = 0; i < 159; ++i) last += "ü";
  EXPECT_EQ(printed(table), "A" + std::string(65, ' ') + "B\n" + cut + "…  " + last + "…\n" +
                                std::string(64, 'a') + "  x\n");
}

TEST(Pairs, AreNotCut) {
  std::ostringstream out;
  print_pairs(out, {{"label", std::string(300, 'a')}});
  EXPECT_EQ(out.str(), "label  " + std::string(300, 'a') + "\n");
}

TEST(Pairs, AlignTheirValues) {
  std::ostringstream out;
  print_pairs(out, {{"id", "a"}, {"label", "B c"}});
  EXPECT_EQ(out.str(), "id     a\nlabel  B c\n");
}

}  // namespace
}  // namespace attune::cli
