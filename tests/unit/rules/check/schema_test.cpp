#include "rules/check/schema.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "rules/sections/keys.h"

namespace attune::rules {
namespace {

std::size_t count(const std::string& text, char c) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), c));
}

TEST(Schema, IsOneObjectThatClosesWhatItOpens) {
  const std::string text = schema();
  EXPECT_TRUE(text.starts_with("{\"$schema\":"));
  EXPECT_TRUE(text.ends_with("}}"));
  EXPECT_EQ(count(text, '{'), count(text, '}'));
}

TEST(Schema, HasEveryKeyThatTheLoaderReads) {
  const std::string text = schema();
  for (const KeyTable& table : {file_keys(), rule_keys(), setting_keys(), test_step_keys()}) {
    for (const Key& key : table.keys) {
      const std::string entry = "\"" + std::string(key.text) + "\":";
      EXPECT_EQ(text.find(entry) != std::string::npos, key.built) << table.of << "." << key.text;
    }
  }
}

TEST(Schema, RefersOnlyToWhatItDefines) {
  const std::string text = schema();
  const std::string reference = "\"$ref\":\"#/$defs/";
  for (std::size_t at = text.find(reference); at != std::string::npos;
       at = text.find(reference, at + 1)) {
    const std::size_t from = at + reference.size();
    const std::string name = text.substr(from, text.find('"', from) - from);
    EXPECT_NE(text.find("\"" + name + "\":{"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace attune::rules
