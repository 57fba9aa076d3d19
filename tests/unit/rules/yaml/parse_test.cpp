#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "devices/model/limits.h"
#include "rules/yaml/yaml.h"

namespace attune::yaml {
namespace {

/// The first finding as `line:column code message`, or "fine".
std::string finding(const std::string& text) {
  Issues issues;
  const auto document = parse("f.yaml", text, issues);
  EXPECT_EQ(document.has_value(), issues.empty());
  if (issues.empty()) return "fine";
  const Issue& issue = issues.front();
  EXPECT_EQ(issue.place.file, "f.yaml");
  EXPECT_FALSE(issue.hint.empty()) << issue.message;
  return std::to_string(issue.place.line) + ":" + std::to_string(issue.place.column) + " " +
         issue.code + " " + issue.message;
}

Document read(const std::string& text) {
  Issues issues;
  auto document = parse("f.yaml", text, issues);
  EXPECT_TRUE(document) << render(issues);
  return document ? std::move(*document) : Document{};
}

std::string repeated(const std::string& text, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) out += text;
  return out;
}

TEST(YamlDoor, KeepsTheOrderKindAndPlaceOfEverything) {
  const Document document = read("b: 1\na: [x, 'y']\nc:\n");
  ASSERT_EQ(document.root.kind, NodeKind::map);
  ASSERT_EQ(document.root.entries.size(), 3u);
  EXPECT_EQ(document.root.entries[0].key.text, "b");
  const Node* list = document.root.find("a");
  ASSERT_NE(list, nullptr);
  ASSERT_EQ(list->items.size(), 2u);
  EXPECT_EQ(list->items[0].place, (SourcePlace{"f.yaml", 2, 5, 1}));
  EXPECT_EQ(list->items[1].place, (SourcePlace{"f.yaml", 2, 9, 1}));
  EXPECT_TRUE(list->items[1].quoted);
  EXPECT_EQ(document.root.find("c")->kind, NodeKind::null);
  EXPECT_EQ(document.root.find("c")->place.line, 3);
  EXPECT_EQ(document.root.find("d"), nullptr);
}

TEST(YamlDoor, OnlyUnquotedTrueAndFalseAreBooleans) {
  const Document document = read("[true, false, 'true', yes, on, no, off, TRUE, ~]");
  const auto& items = document.root.items;
  EXPECT_EQ(items[0].as_bool(), true);
  EXPECT_EQ(items[1].as_bool(), false);
  for (std::size_t i = 2; i < items.size(); ++i) EXPECT_FALSE(items[i].as_bool()) << items[i].text;
  EXPECT_EQ(items[3].text, "yes");
  EXPECT_EQ(items[8].kind, NodeKind::null);
}

TEST(YamlDoor, OnlyPlainDecimalsAreNumbers) {
  const Document document = read(
      "[1, -2.5, 1e3, 0, 0.5, '1', 0o17, 1_000, '12:30', .inf, 0x1F, 017, 1e400, .5, 1., +1, -]");
  const auto& items = document.root.items;
  EXPECT_EQ(items[0].as_number(), 1.0);
  EXPECT_EQ(items[1].as_number(), -2.5);
  EXPECT_EQ(items[2].as_number(), 1000.0);
  EXPECT_EQ(items[3].as_number(), 0.0);
  EXPECT_EQ(items[4].as_number(), 0.5);
  for (std::size_t i = 5; i < items.size(); ++i)
    EXPECT_FALSE(items[i].as_number()) << items[i].text;
}

TEST(YamlDoor, AClockTimeIsText) {
  const Document document = read("at: 12:30\n");
  EXPECT_EQ(document.root.find("at")->text, "12:30");
  EXPECT_FALSE(document.root.find("at")->as_number());
}

TEST(YamlDoor, ABlockScalarIsNeverABoolean) {
  const Document document = read("a: |-\n  true\n");
  EXPECT_EQ(document.root.find("a")->text, "true");
  EXPECT_FALSE(document.root.find("a")->as_bool());
}

TEST(YamlDoor, RefusesAliasesAnchorsAndMergeKeysWhereTheyStand) {
  EXPECT_EQ(finding("a: &x 1\nb: *x\n"), "1:4 E109 a YAML anchor");
  EXPECT_EQ(finding("a: &a [*a]\n"), "1:4 E109 a YAML anchor");
  EXPECT_EQ(finding("a: 1\n<<: 2\n"), "2:1 E109 merge keys are not supported");
  EXPECT_EQ(finding("'<<': 2\n"), "fine");
}

TEST(YamlDoor, RefusesABillionLaughsWithoutExpandingThem) {
  std::string text = "a: &a [x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    const std::string before = std::string("*") + static_cast<char>(c - 1);
    text += std::string(1, c) + ": &" + c + " [" + repeated(before + ",", 8) + before + "]\n";
  }
  Issues issues;
  EXPECT_FALSE(parse("f.yaml", text, issues));
  EXPECT_EQ(issues.front().code, "E109");
  EXPECT_LE(issues.size(), 100u);
}

TEST(YamlDoor, RefusesTagsAlsoThoseThatWereMeantAsNot) {
  EXPECT_EQ(finding("a: !!binary aGk=\n"), "1:4 E108 a YAML tag");
  EXPECT_EQ(finding("a: !foo {b: 1}\n"), "1:4 E108 a YAML tag");
  EXPECT_EQ(finding("when: !x && y\n"), "1:7 E108 a YAML tag");
  EXPECT_EQ(finding("when: !x.on\n"), "1:7 E108 a YAML tag");
  EXPECT_EQ(finding("when: ! x\n"), "1:7 E108 a YAML tag");
  EXPECT_EQ(finding("r: {when: persons.all(p, !p.home)}\n"), "1:26 E108 a YAML tag");
}

TEST(YamlDoor, NamesBothLinesOfADuplicateKey) {
  EXPECT_EQ(finding("a: 1\nb: 2\na: 3\n"), "3:1 E102 duplicate key 'a', first on line 1");
  EXPECT_EQ(finding("a: {b: 1, 'b': 2}\n"), "1:12 E102 duplicate key 'b', first on line 1");
}

TEST(YamlDoor, CollectsWhatIsWrongInsteadOfStopping) {
  Issues issues;
  EXPECT_FALSE(parse("f.yaml", "a: !x 1\nb: &y 2\na: 3\n", issues));
  EXPECT_EQ(issues.size(), 3u);
}

TEST(YamlDoor, RefusesASecondDocument) {
  EXPECT_EQ(finding("---\na: 1\n"), "fine");
  EXPECT_EQ(finding("a: 1\n---\nb: 2\n"), "2:1 E113 a second document");
}

TEST(YamlDoor, DepthIsRefusedAtItsPlaceHoweverDeep) {
  EXPECT_EQ(finding(repeated("[", 64) + repeated("]", 64)), "fine");
  EXPECT_EQ(finding(repeated("[", 65) + repeated("]", 65)), "1:65 E111 nested more than 64 deep");
  for (const int depth : {500, 2'000, 100'000}) {
    EXPECT_NE(finding(repeated("[", depth)), "fine") << depth;
    EXPECT_NE(finding(repeated("{a: ", depth)), "fine") << depth;
    EXPECT_EQ(finding(repeated("[", depth) + repeated("]", depth)),
              "1:65 E111 nested more than 64 deep");
    EXPECT_EQ(finding(repeated("- ", depth) + "x\n"), "1:129 E111 nested more than 64 deep");
    EXPECT_NE(finding(repeated("? ", depth) + "x\n"), "fine");
  }
}

TEST(YamlDoor, IndentationDepthIsRefusedAtItsPlace) {
  std::string text;
  for (int i = 0; i < 1'000; ++i) text += std::string(static_cast<std::size_t>(i), ' ') + "a:\n";
  EXPECT_EQ(finding(text), "65:65 E111 nested more than 64 deep");
}

TEST(YamlDoor, RefusesTooManyNodesAndTooManyBytes) {
  EXPECT_EQ(finding("[" + repeated("1,", 99'990) + "1]"), "fine");
  EXPECT_NE(finding("[" + repeated("1,", 100'001) + "1]").find("E111"), std::string::npos);
  EXPECT_EQ(finding(std::string(limits::kYamlBytesMax + 1, '#')), "1:1 E111 bigger than 1 MiB");
}

TEST(YamlDoor, BytesThatAreNoTextAreRefusedWhereTheyStand) {
  EXPECT_EQ(finding("a: \xff\n"), "1:4 E112 not valid UTF-8");
  EXPECT_EQ(finding("a: 1\nb: \xc3\n"), "2:4 E112 not valid UTF-8");
  EXPECT_EQ(finding("a: \xed\xa0\x80\n"), "1:4 E112 not valid UTF-8");
  EXPECT_EQ(finding(std::string("a: \0b\n", 6)), "1:4 E112 a control character");
  EXPECT_EQ(finding("a: \x04\n"), "1:4 E112 a control character");
  EXPECT_EQ(finding("a: \"\\N\"\n"), "1:4 E112 an escape that makes no valid UTF-8");
  EXPECT_EQ(finding("a: b\rc: d\n"), "1:5 E112 a control character");
  EXPECT_EQ(finding("a: \xc3\xa9 \xe2\x82\xac \xf0\x9f\x92\xa1\n"), "fine");
}

TEST(YamlDoor, TabsDoNotIndent) {
  EXPECT_EQ(finding("a:\n\tb: 1\n"), "2:1 E112 a tab cannot indent");
  EXPECT_EQ(finding("a:\n  \tb: 1\n"), "2:3 E112 a tab cannot indent");
  EXPECT_EQ(finding("a: 1\t# tab before a comment\n\t\nb: 2\n"), "fine");
}

TEST(YamlDoor, AcceptsByteOrderMarkAndWindowsLineEnds) {
  const Document document = read(
      "\xEF\xBB\xBF"
      "a: 1\r\nb: x\r\n");
  EXPECT_EQ(document.root.find("a")->place, (SourcePlace{"f.yaml", 1, 4, 1}));
  EXPECT_EQ(document.root.find("b")->text, "x");
  EXPECT_EQ(document.root.find("b")->place.line, 2);
}

TEST(YamlDoor, AnEmptyFileIsAnEmptyMap) {
  for (const char* text : {"", "\n\n", "# nothing\n", "---\n", "~\n"}) {
    const Document document = read(text);
    EXPECT_EQ(document.root.kind, NodeKind::map) << text;
    EXPECT_TRUE(document.root.entries.empty());
  }
}

TEST(YamlDoor, SyntaxErrorsLeadToTheMistake) {
  EXPECT_EQ(finding("a: b: c\n"), "1:5 E101 a ':' cannot stand here");
  EXPECT_NE(finding("a: {b: 1\nc: 2\n").find("E101 this { has no end"), std::string::npos);
  EXPECT_EQ(finding("a: 'b\n"), "1:4 E101 this quote is never closed");
  EXPECT_EQ(finding("a: \"b\\\""), "1:8 E101 this quote is never closed");
  EXPECT_EQ(finding("a: 'b''c'\n"), "fine");
  EXPECT_EQ(finding("a: \"b\\\"c\"\n"), "fine");
  EXPECT_NE(finding("a: 1\n b: 2\n").find("E101"), std::string::npos);
  EXPECT_NE(finding("a: @b\n").find("E101 a text cannot begin"), std::string::npos);
  EXPECT_NE(finding("? [a]\n: b\n").find("E114 a key must be a text"), std::string::npos);
}

TEST(YamlDoor, AnIssueShowsItsLine) {
  Issues issues;
  EXPECT_FALSE(parse("f.yaml", "a: 1\nwhen: !x\n", issues));
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].source_line, "when: !x");
}

TEST(YamlDoor, AFileThatCannotBeReadIsAnIssue) {
  Issues issues;
  EXPECT_FALSE(parse_file("/nonexistent/f.yaml", issues));
  EXPECT_FALSE(parse_file(std::filesystem::temp_directory_path().string(), issues));
  ASSERT_EQ(issues.size(), 2u);
  EXPECT_EQ(issues[0].code, "E100");
  EXPECT_EQ(issues[1].code, "E100");
}

TEST(YamlDoor, ReadsAFileAndRefusesABigOne) {
  const auto folder =
      std::filesystem::temp_directory_path() / ("attune-yaml-" + std::to_string(::getpid()));
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "a.yaml") << "a: 1\n";
  std::ofstream(folder / "big.yaml") << std::string(limits::kYamlBytesMax + 1, '#');
  Issues issues;
  const auto document = parse_file((folder / "a.yaml").string(), issues);
  ASSERT_TRUE(document) << render(issues);
  EXPECT_EQ(document->file, (folder / "a.yaml").string());
  EXPECT_FALSE(parse_file((folder / "big.yaml").string(), issues));
  ASSERT_EQ(issues.size(), 1u);
  EXPECT_EQ(issues[0].code, "E111");
  std::filesystem::remove_all(folder);
}

TEST(DidYouMean, FindsTheNearestWordAndNothingFar) {
  const std::vector<std::string> known = {"when", "while", "want", "until", "off_delay"};
  EXPECT_EQ(nearest("wehn", known), "when");
  EXPECT_EQ(nearest("whiel", known), "while");
  EXPECT_EQ(nearest("off_dely", known), "off_delay");
  EXPECT_EQ(nearest("Until", known), "until");
  EXPECT_EQ(nearest("temperature", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

}  // namespace
}  // namespace attune::yaml
