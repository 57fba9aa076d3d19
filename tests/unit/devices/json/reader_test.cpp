#include "devices/json/reader.h"

#include <gtest/gtest.h>

#include "devices/json/writer.h"

namespace attune::devices::json {
namespace {

/// Why `text` is refused; empty when it is taken.
std::string refusal(std::string_view text, const Limits& limits = kStateLimits) {
  Reader reader;
  return reader.read(text, limits) != nullptr ? "" : std::string(reader.refusal().reason);
}

std::string repeated(std::string_view part, std::size_t times) {
  std::string all;
  for (std::size_t i = 0; i < times; ++i) all += part;
  return all;
}

TEST(JsonReader, WalksChildrenInOrderAndSkipsGrandchildren) {
  Reader reader;
  const Node* root = reader.read(R"({"a":1,"b":{"x":[true,null]},"c":"z"})");
  ASSERT_NE(root, nullptr);
  std::string keys;
  for (const Node& child : *root) keys += child.key;
  EXPECT_EQ(keys, "abc");
  EXPECT_EQ(root->size, 3u);
  EXPECT_EQ(root->find("b")->find("x")->size, 2u);
  EXPECT_EQ(root->text_of("c"), "z");
  EXPECT_EQ(root->find("x"), nullptr);
}

TEST(JsonReader, KeepsWholeNumbersExact) {
  Reader reader;
  const Node* root = reader.read("[9223372036854775807,-9223372036854775808,1.5,-0,1e3]");
  ASSERT_NE(root, nullptr);
  auto at = root->begin();
  EXPECT_EQ((*at).integer, INT64_MAX);
  EXPECT_EQ((*++at).integer, INT64_MIN);
  EXPECT_EQ((*++at).number, 1.5);
  EXPECT_EQ((*++at).number, 0);
  EXPECT_EQ((*++at).number, 1000);
}

TEST(JsonReader, RefusesNumbersThatItCannotHold) {
  for (const char* number : {"1e400", "-1e400", "18446744073709551616", "9223372036854775808",
                             "1e-400", "NaN", "Infinity", "-Infinity", "01", "1.", "+1", "0x1"}) {
    EXPECT_EQ(refusal(number), "json") << number;
    EXPECT_EQ(refusal("{\"a\":" + std::string(number) + "}"), "json") << number;
  }
  EXPECT_EQ(refusal("0.0"), "");
  EXPECT_EQ(refusal("0e-5"), "");
}

TEST(JsonReader, RefusesTwoMembersOfOneName) {
  EXPECT_EQ(refusal(R"({"a":1,"a":2})"), "duplicate");
  EXPECT_EQ(refusal(R"({"a":1,"\u0061":2})"), "duplicate");
  EXPECT_EQ(refusal(R"([{"b":{"a":1,"c":2,"a":1}}])"), "duplicate");
  EXPECT_EQ(refusal(R"({"a":{"a":{"a":1}},"b":{"a":1}})"), "");
  std::string many = "{";
  for (int i = 0; i < 100; ++i) many += "\"k" + std::to_string(i) + "\":1,";
  EXPECT_EQ(refusal(many + "\"k7\":1}"), "duplicate");
  EXPECT_EQ(refusal(many + "\"k\":1}"), "");
}

TEST(JsonReader, RefusesWhatIsTooDeepTooManyTooLong) {
  EXPECT_EQ(refusal(repeated("[", 2000)), "depth");
  EXPECT_EQ(refusal(repeated("[", 2000) + repeated("]", 2000)), "depth");
  EXPECT_EQ(refusal(repeated("[", 32) + repeated("]", 32)), "");
  EXPECT_EQ(refusal(repeated("[", 33) + repeated("]", 33)), "depth");
  EXPECT_EQ(refusal("[" + repeated("1,", 1024) + "1]"), "members");
  EXPECT_EQ(refusal("[" + repeated("1,", 1023) + "1]"), "");
  EXPECT_EQ(refusal("\"" + repeated("x", 16 * 1024) + "\""), "");
  EXPECT_EQ(refusal("\"" + repeated("x", 16 * 1024 + 1) + "\""), "string");
  EXPECT_EQ(refusal("{\"" + repeated("x", 16 * 1024 + 1) + "\":1}"), "string");
  EXPECT_EQ(refusal(repeated(" ", 64 * 1024) + "1"), "size");
}

TEST(JsonReader, DiscoveryMayBeLargeWithinItsOwnBounds) {
  const std::string list = "[" + repeated("1,", 150'000) + "1]";
  EXPECT_EQ(refusal(list), "size");
  EXPECT_EQ(refusal(list, kDiscoveryLimits), "");
  EXPECT_EQ(refusal("[" + repeated("1,", 200'000) + "1]", kDiscoveryLimits), "members");
  EXPECT_EQ(refusal(repeated(" ", 8 * 1024 * 1024) + "1", kDiscoveryLimits), "size");
}

TEST(JsonReader, RefusesWhatIsNoJsonAndSaysWhere) {
  Reader reader;
  for (const char* text :
       {"",        " ",     "{",        "[1,2",        R"({"a":1)", R"({"a")",  R"({"a":})",
        "{'a':1}", "{a:1}", "[1,]",     R"({"a":1,})", "[1 2]",     "tru",      "nul",
        "nullx",   "\"abc", "[1}",      "{]",          "// c\n1",   "1 // c",   "{} {}",
        "1 2",     "[1]]",  "\"a\nb\"", "\"\\ud800\"", "\"\\x\"",   "truefalse"}) {
    EXPECT_EQ(reader.read(text), nullptr) << text;
    EXPECT_EQ(reader.refusal().reason, "json") << text;
    EXPECT_NE(reader.refusal().detail, "") << text;
  }
}

TEST(JsonReader, SaysWhereItStopped) {
  Reader reader;
  const auto place = [&](std::string_view text) {
    EXPECT_EQ(reader.read(text), nullptr) << text;
    const std::string& detail = reader.refusal().detail;
    const std::size_t at = detail.rfind(" at offset ");
    return at == std::string::npos ? detail : detail.substr(at + 11);
  };
  EXPECT_EQ(place(R"({"a":1} x)"), "8");
  EXPECT_EQ(place(R"({"a":1}{"b":2})"), "7");
  EXPECT_EQ(place(R"({"a":1)"), "6");
  EXPECT_EQ(place("[1,2"), "4");
}

TEST(JsonReader, RefusesBytesThatAreNoUtf8) {
  EXPECT_EQ(refusal("\"\xff\""), "utf8");
  EXPECT_EQ(refusal("{\"a\xc3\":1}"), "utf8");
  EXPECT_EQ(refusal("\"\xc0\x80\""), "utf8");
  EXPECT_EQ(refusal(std::string_view("\0", 1)), "json");
  EXPECT_EQ(refusal(std::string_view("{\"a\":1}\0", 8)), "json");
}

TEST(JsonReader, ForgetsTheLastTextWhenItReadsTheNext) {
  Reader reader;
  EXPECT_EQ(reader.read("[1,"), nullptr);
  const Node* root = reader.read("[1]");
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(root->size, 1u);
  EXPECT_EQ(reader.read("{\"a\":1,\"a\":1}"), nullptr);
  EXPECT_EQ(reader.refusal().reason, "duplicate");
}

TEST(JsonReader, TakesEscapesApart) {
  Reader reader;
  const Node* root = reader.read(R"({"a\"b":"\u00fc\n\ud83d\ude00"})");
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(root->text_of("a\"b"), "ü\n\xF0\x9F\x98\x80");
}

TEST(JsonWriter, PutsCommasBetweenWhatNeedsThem) {
  Writer writer;
  writer.begin_object().member("state", "ON").key("color").begin_object();
  writer.member("x", 0.5).member("y", 1).end_object().member("on", true).end_object();
  EXPECT_EQ(writer.take(), R"({"state":"ON","color":{"x":0.5,"y":1},"on":true})");
  EXPECT_TRUE(writer.empty());
}

TEST(JsonWriter, EscapesTheInsideOfAString) {
  EXPECT_EQ(escaped(R"(a"b\)"), R"(a\"b\\)");
}

}  // namespace
}  // namespace attune::devices::json
