#include "devices/json/values.h"

#include <gtest/gtest.h>

namespace attune::devices::json {
namespace {

Value value(std::string_view text) {
  Reader reader;
  const Node* root = reader.read(text, kStateLimits);
  EXPECT_NE(root, nullptr) << text;
  return root == nullptr ? Value() : value_of(*root);
}

TEST(JsonValues, AreScalarsAndListsOfNumbers) {
  EXPECT_EQ(value("true"), Value(true));
  EXPECT_EQ(value("-7"), Value(-7));
  EXPECT_EQ(value("7.5"), Value(7.5));
  EXPECT_EQ(value("\"heat\""), Value("heat"));
  EXPECT_EQ(value("[0.3, 1]"), Value(std::vector<double>{0.3, 1}));
  EXPECT_EQ(value("[]"), Value(std::vector<double>{}));
}

TEST(JsonValues, AreNoneOfWhatNoAttributeCanBe) {
  for (const char* text : {"null", "{}", "{\"a\":1}", "[1,\"a\"]", "[[1]]", "[null]"}) {
    EXPECT_FALSE(value(text).has_value()) << text;
  }
}

TEST(JsonValues, AreWrittenAsTheyWereRead) {
  const std::string text = R"({"a":[1,2.5,"x",null,{"b":{}},[]],"c":true})";
  Reader reader;
  const Node* root = reader.read(text, kStateLimits);
  ASSERT_NE(root, nullptr);
  Writer out;
  append(out, *root);
  EXPECT_EQ(out.take(), text);
}

}  // namespace
}  // namespace attune::devices::json
