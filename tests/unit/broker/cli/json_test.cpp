#include "broker/cli/json.h"

#include <gtest/gtest.h>

namespace attune::cli {
namespace {

TEST(Answers, ReadMembersAndSayDashForWhatIsNotThere) {
  const auto document = parse_json(R"({"a":{"b":[1,2.5,true,null,"x y"]},"n":null})");
  ASSERT_TRUE(document.ok());
  const Json& root = *document->root;
  EXPECT_EQ(words(at(root, "a"), "b"), R"([1,2.5,true,null,"x y"])");
  EXPECT_EQ(words(root, "n"), "-");
  EXPECT_EQ(words(root, "none"), "-");
  EXPECT_EQ(words(at(root, "none"), "below"), "-");
}

TEST(Answers, WriteBackWhatTheyRead) {
  const std::string text = R"({"a":[],"b":{},"c":[{"d":"\"\\"},-0.5]})";
  const auto document = parse_json(text);
  ASSERT_TRUE(document.ok());
  EXPECT_EQ(to_text(*document->root), text);
}

TEST(Answers, HoldAWholeFleet) {
  std::string text = "{";
  for (int i = 0; i < 20'000; ++i) {
    text += (i == 0 ? "\"d" : ",\"d") + std::to_string(i) + "\":{\"value\":true}";
  }
  const auto document = parse_json(text + "}");
  ASSERT_TRUE(document.ok()) << document.error().message;
  EXPECT_EQ(document->root->size, 20'000u);
}

TEST(Answers, RefuseWhatIsNoJson) {
  EXPECT_FALSE(parse_json("").ok());
  EXPECT_FALSE(parse_json("{\"a\":}").ok());
  EXPECT_FALSE(parse_json("<html>").ok());
}

}  // namespace
}  // namespace attune::cli
