#include "devices/vocabulary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "devices/bands.h"
#include "devices/json/reader.h"
#include "devices/units.h"

namespace attune::devices {
namespace {

using ::testing::ElementsAre;

TEST(Vocabulary, FindsEveryWordOfItsTable) {
  EXPECT_GT(vocabulary_types().size(), 90u);
  for (const auto& [name, type] : vocabulary_types()) {
    const Word* word = find_word(name);
    ASSERT_NE(word, nullptr) << name;
    EXPECT_EQ(word->type, type);
    EXPECT_EQ(word->type == ValueType::enumeration, !word->values.empty() && name != "event")
        << name;
  }
  EXPECT_EQ(find_word("contact"), nullptr);
  EXPECT_EQ(find_word("raw.on"), nullptr);
}

TEST(Vocabulary, TellsEndpointsFromRawPaths) {
  EXPECT_EQ(canonical_part("l2.on"), "on");
  EXPECT_EQ(endpoint_part("l2.on"), "l2");
  EXPECT_EQ(canonical_part("raw.update.state"), "");
  EXPECT_EQ(endpoint_part("raw.update.state"), "");
  EXPECT_EQ(endpoint_part("on"), "");
}

TEST(Vocabulary, ContactsAreRead) {
  EXPECT_FALSE(attributes_of_capability("contact").at(0).writable);
  EXPECT_TRUE(attributes_of_capability("valve").at(2).writable);
}

TEST(Vocabulary, InfersWhatADeviceCanDo) {
  const auto capabilities = [](std::vector<std::pair<const char*, bool>> attributes) {
    std::vector<AttributeInfo> infos;
    for (const auto& [name, writable] : attributes) {
      infos.push_back(canonical_attribute(name, writable));
    }
    return capabilities_of(infos);
  };
  EXPECT_THAT(capabilities({{"on", true}, {"brightness", true}}), ElementsAre("light"));
  EXPECT_THAT(capabilities({{"on", true}}), ElementsAre("switch"));
  EXPECT_THAT(capabilities({{"l1.on", true}, {"l2.on", true}}), ElementsAre("switch"));
  EXPECT_THAT(capabilities({{"open", false}}), ElementsAre("contact"));
  EXPECT_THAT(capabilities({{"open", true}}), ElementsAre("valve"));
  EXPECT_THAT(capabilities({{"position", false}}), ElementsAre());
  EXPECT_THAT(capabilities({{"occupancy", false}, {"battery", false}}),
              ElementsAre("occupancy", "battery"));
}

std::optional<EndOfClaims> end(const char* capability, const char* attribute) {
  DeviceInfo device;
  device.capabilities = {capability};
  return end_of_claims(device, attribute);
}

TEST(Vocabulary, SaysWhatFollowsTheLastClaim) {
  EXPECT_EQ(end("light", "on"), EndOfClaims::restore);
  EXPECT_EQ(end("light", "l2.brightness"), EndOfClaims::restore);
  EXPECT_EQ(end("switch", "on"), EndOfClaims::restore);
  EXPECT_EQ(end("fan", "fan_speed"), EndOfClaims::restore);
  EXPECT_EQ(end("climate", "target_temperature"), EndOfClaims::restore);
  EXPECT_EQ(end("cover", "position"), EndOfClaims::leave);
  EXPECT_EQ(end("cover", "open"), EndOfClaims::leave);
  EXPECT_EQ(end("lock", "lock_state"), EndOfClaims::leave);
  EXPECT_EQ(end("media", "volume"), EndOfClaims::leave);
  EXPECT_EQ(end("valve", "open"), EndOfClaims::off);
  EXPECT_EQ(end("siren", "siren"), EndOfClaims::off);
  EXPECT_EQ(end("siren", "volume"), std::nullopt);
  EXPECT_EQ(end("charger", "charge_current"), EndOfClaims::restore);
  EXPECT_EQ(end("light", "raw.on"), std::nullopt);
  EXPECT_EQ(end("alarm_panel", "alarm_state"), std::nullopt);
}

TEST(Vocabulary, KnowsAnAttributeOfOnesOwnByItsName) {
  EXPECT_TRUE(is_user_attribute("x_turbidity"));
  EXPECT_FALSE(is_user_attribute("x_"));
  EXPECT_FALSE(is_user_attribute("x_Turbidity"));
  EXPECT_FALSE(is_user_attribute("turbidity"));
  EXPECT_FALSE(is_user_attribute("x_" + std::string(70, 'a')));
}

/// A file of ../shared/devices; empty when it is not there.
std::string facts(const std::string& name) {
  std::ifstream in(ATTUNE_SOURCE_DIR "/../shared/devices/" + name);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

constexpr const char* kNoFacts = "the facts of devices are not beside the project";

/// As attune calls it.
std::string type_of(const json::Node& said) {
  const std::string_view type = said.text_of("type");
  if (type == "string") return std::string(name(ValueType::text));
  if (type == "number[2]") return std::string(name(ValueType::numbers));
  return std::string(type);
}

std::string range_of(const Word& word) {
  return word.range ? to_json(Value(std::vector<double>{word.range->min, word.range->max})) : "";
}

TEST(Vocabulary, HasEveryAttributeOfTheFacts) {
  const std::string text = facts("vocabulary.json");
  if (text.empty()) GTEST_SKIP() << kNoFacts;
  json::Reader reader;
  const json::Node* root = reader.read(text, json::kDiscoveryLimits);
  ASSERT_NE(root, nullptr);
  std::size_t count = 0;
  for (const json::Node& said : *root->find("attributes")) {
    const Word* word = find_word(said.key);
    ASSERT_NE(word, nullptr) << said.key;
    ++count;
    EXPECT_EQ(name(word->type), type_of(said)) << said.key;
    EXPECT_EQ(word->unit, said.text_of("unit")) << said.key;
    const json::Node* writable = said.find("w");
    EXPECT_EQ(word->writable, writable != nullptr && writable->number == 1) << said.key;
    const json::Node* open = said.find("open");
    const bool is_open = word->type == ValueType::event || (open != nullptr && open->number == 1);
    EXPECT_EQ(word->open, is_open) << said.key;
    std::string range;
    std::vector<std::string> words;
    if (const json::Node* list = said.find("range")) {
      range = to_json(
          Value(std::vector<double>{list->begin().at->number, (list->begin().at + 1)->number}));
    }
    EXPECT_EQ(range_of(*word), range) << said.key;
    if (const json::Node* list = said.find("values")) {
      for (const json::Node& one : *list) {
        if (one.text != "...") words.emplace_back(one.text);
      }
    }
    EXPECT_EQ(split_words(word->values), words) << said.key;
  }
  EXPECT_EQ(count, vocabulary().size()) << "and no other";
}

TEST(Vocabulary, CutsEveryBandOfTheFacts) {
  const std::string text = facts("vocabulary.json");
  if (text.empty()) GTEST_SKIP() << kNoFacts;
  json::Reader reader;
  const json::Node* root = reader.read(text, json::kDiscoveryLimits);
  std::size_t count = 0;
  for (const json::Node& said : *root->find("bands")) {
    if (said.kind != json::Kind::array) continue;
    const auto scale = std::ranges::find(scales(), said.key, &Scale::name);
    ASSERT_NE(scale, scales().end()) << said.key;
    ++count;
    std::size_t i = 0;
    for (const json::Node& one : said) {
      const json::Node* name = one.begin().at;
      EXPECT_EQ(scale->bands.at(i).name, name->text) << said.key;
      const bool last = std::isinf(scale->bands.at(i).upto);
      EXPECT_TRUE(last || scale->bands.at(i).upto == (name + 2)->number) << said.key << " " << i;
      ++i;
    }
    EXPECT_TRUE(i == 5 || scale->bands.at(i).name.empty()) << said.key;
  }
  EXPECT_EQ(count, scales().size());
}

/// The lines of a table of the facts' page: the cells of each.
std::vector<std::vector<std::string>> table_below(const std::string& page, const char* heading) {
  std::vector<std::vector<std::string>> rows;
  std::istringstream lines(page.substr(std::min(page.find(heading), page.size())));
  std::string line;
  std::getline(lines, line);
  while (std::getline(lines, line) && !line.starts_with("#")) {
    if (!line.starts_with("|") || line.starts_with("|---")) continue;
    std::istringstream cells(line.substr(1));
    std::vector<std::string> row;
    for (std::string cell; std::getline(cells, cell, '|');) row.push_back(cell);
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<std::string> words_in(const std::string& cell) {
  static const std::regex kWord("[a-z][a-z0-9_]*");
  std::vector<std::string> words;
  for (std::sregex_iterator it(cell.begin(), cell.end(), kWord), end; it != end; ++it) {
    words.push_back(it->str());
  }
  return words;
}

TEST(Vocabulary, EveryCapabilityOfTheFactsHasItsAttributes) {
  const std::string page = facts("README.md");
  if (page.empty()) GTEST_SKIP() << kNoFacts;
  const std::map<std::string, std::string> spelt = {{"climate sensors", "climate_sensor"},
                                                    {"air quality", "air_quality"},
                                                    {"power meter", "power_meter"}};
  const auto rows = table_below(page, "### 2.3");
  ASSERT_GT(rows.size(), 15u);
  for (const auto& row : rows) {
    std::string said = row.at(0).substr(1, row.at(0).size() - 2);
    if (said == "capability") continue;
    if (const auto found = spelt.find(said); found != spelt.end()) said = found->second;
    std::string attributes;
    for (const std::string& word : words_in(said)) {
      ASSERT_TRUE(is_capability(word)) << word;
      for (const AttributeInfo& a : attributes_of_capability(word)) attributes += a.name + "|";
    }
    for (const std::string& word : words_in(row.at(1))) {
      if (find_word(word) == nullptr) continue;  // what is said about them
      EXPECT_TRUE(has_word(attributes, word)) << said << " " << word;
    }
  }
}

}  // namespace
}  // namespace attune::devices
