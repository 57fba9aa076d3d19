#include <gtest/gtest.h>

#include <string>

#include "rules/yaml/yaml.h"

namespace attune::yaml {
namespace {

/// Line and column in `source` where the text of key `k` says `word`.
std::string where(const std::string& source, const std::string& word) {
  Issues issues;
  const auto document = parse("f.yaml", source, issues);
  if (!document) return render(issues);
  const Node* node = document->root.find("k");
  const std::size_t offset = node->text.find(word);
  if (offset == std::string::npos) return "not in: " + node->text;
  const SourcePlace place = document->locate(*node, offset, word.size());
  return std::to_string(place.line) + ":" + std::to_string(place.column) + "+" +
         std::to_string(place.length);
}

TEST(Locate, PlainScalars) {
  EXPECT_EQ(where("k: a.b < 'x'\n", "a.b"), "1:4+3");
  EXPECT_EQ(where("k: a.b < 'x'\n", "<"), "1:8+1");
  EXPECT_EQ(where("{k: a <  9}\n", "9"), "1:10+1");
}

TEST(Locate, PlainScalarsOverSeveralLines) {
  EXPECT_EQ(where("k: one\n  two\n   three\n", "two"), "2:3+3");
  EXPECT_EQ(where("k: one\n  two\n   three\n", "three"), "3:4+5");
  EXPECT_EQ(where("k: one   \n\n\n  two\n", "two"), "4:3+3");
  EXPECT_EQ(where("k:\n  one\n  two\n", "two"), "3:3+3");
  EXPECT_EQ(where("k: one\r\n  two\r\n", "two"), "2:3+3");
}

TEST(Locate, SingleQuotes) {
  EXPECT_EQ(where("k: 'a < b'\n", "<"), "1:7+1");
  EXPECT_EQ(where("k: 'it''s < b'\n", "<"), "1:11+1");
  EXPECT_EQ(where("k: 'one\n  two'\n", "two"), "2:3+3");
  EXPECT_EQ(where("k: '|x'\n", "x"), "1:6+1");
}

TEST(Locate, DoubleQuotesWithEscapes) {
  EXPECT_EQ(where("k: \"a < b\"\n", "<"), "1:7+1");
  EXPECT_EQ(where("k: \"\\\"a\\\" < b\"\n", "<"), "1:11+1");
  EXPECT_EQ(where("k: \"\\u00e9\\x41\\U0001F4A1 < b\"\n", "<"), "1:26+1");
  EXPECT_EQ(where("k: \"\\L\\P\\t < b\"\n", "<"), "1:12+1");
  EXPECT_EQ(where("k: \"one \\\n    two\"\n", "two"), "2:5+3");
  EXPECT_EQ(where("k: \"one\n\n  two\"\n", "two"), "3:3+3");
}

TEST(Locate, LiteralBlocks) {
  EXPECT_EQ(where("k: |\n  one\n  two\n", "one"), "2:3+3");
  EXPECT_EQ(where("k: |\n  one\n  two\n", "two"), "3:3+3");
  EXPECT_EQ(where("k: |-  # why\n\n    one\n      two\n\n    three\n", "two"), "4:7+3");
  EXPECT_EQ(where("k: |-\n\n    one\n      two\n\n    three\n", "three"), "6:5+5");
  EXPECT_EQ(where("k: |2\n    one\n  two\n", "one"), "2:5+3");
  EXPECT_EQ(where("k: |2\n    one\n  two\n", "two"), "3:3+3");
  EXPECT_EQ(where("k: |\r\n  one\r\n  two\r\n", "two"), "3:3+3");
}

TEST(Locate, FoldedBlocks) {
  EXPECT_EQ(where("k: >\n  one\n  two\n", "two"), "3:3+3");
  EXPECT_EQ(where("k: >\n  one\n\n  two\n  three\n", "two"), "4:3+3");
  EXPECT_EQ(where("k: >\n  one\n\n\n  two\n  three\n", "three"), "6:3+5");
  EXPECT_EQ(where("k: >\n  one\n    more\n  two\n", "more"), "3:5+4");
  EXPECT_EQ(where("k: >\n  one\n    more\n  two\n", "two"), "4:3+3");
}

TEST(Locate, BeyondTheTextIsItsEnd) {
  Issues issues;
  const auto document = parse("f.yaml", "k: abc\n", issues);
  ASSERT_TRUE(document);
  const SourcePlace place = document->locate(*document->root.find("k"), 99, 99);
  EXPECT_EQ(place, (SourcePlace{"f.yaml", 1, 7, 1}));
}

TEST(Locate, AMapIsWhereItBegins) {
  Issues issues;
  const auto document = parse("f.yaml", "k: {a: 1}\n", issues);
  ASSERT_TRUE(document);
  EXPECT_EQ(document->locate(*document->root.find("k"), 5), (SourcePlace{"f.yaml", 1, 4, 1}));
}

}  // namespace
}  // namespace attune::yaml
