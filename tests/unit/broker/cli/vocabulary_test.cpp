#include "broker/cli/vocabulary.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "broker/cli/json.h"
#include "broker/cli/program.h"
#include "devices/bands.h"
#include "devices/vocabulary.h"
#include "rules/check/influences.h"

/// ATTUNE_UPDATE_GOLDEN=1 writes docs/vocabulary.md anew; the difference is for review, and
/// kVocabularyVersion rises with it.
namespace attune::cli {
namespace {

TEST(VocabularyPage, IsWhatTheProgramPrints) {
  const std::string path = ATTUNE_SOURCE_DIR "/docs/vocabulary.md";
  if (std::getenv("ATTUNE_UPDATE_GOLDEN") != nullptr) std::ofstream(path) << vocabulary_page();
  std::ifstream in(path);
  std::ostringstream page;
  page << in.rdbuf();
  EXPECT_EQ(page.str(), vocabulary_page());
}

TEST(VocabularyPage, SaysItsVersionFirst) {
  EXPECT_EQ(vocabulary_page().find("# Vocabulary\n\nVersion 1."), 0u);
}

/// What `attune vocabulary -o FORMAT` prints.
std::string printed(const std::string& format) {
  std::ostringstream out;
  std::ostringstream err;
  Terminal terminal{out, err, [](const char*) { return std::nullopt; }, [] { return Millis{0}; }};
  EXPECT_EQ(run_program({"vocabulary", "-o", format}, terminal), ExitCode::yes) << err.str();
  return out.str();
}

TEST(VocabularyJson, HoldsEveryTableOfThePage) {
  const auto document = parse_json(printed("json"));
  ASSERT_TRUE(document.ok());
  const Json& root = *document->root;
  EXPECT_EQ(words(root, "version"), std::to_string(devices::kVocabularyVersion));
  EXPECT_EQ(at(root, "attributes").size, devices::vocabulary().size());
  EXPECT_EQ(at(root, "capabilities").size, devices::capabilities().size());
  EXPECT_EQ(at(root, "scales").size, devices::scales().size());
  EXPECT_EQ(at(root, "influences").size, rules::influences().size());
}

TEST(VocabularyJson, SaysOfAWordWhatItMayBe) {
  const std::string json = printed("json");
  const auto expect_in = [&json](const char* part) {
    EXPECT_NE(json.find(part), std::string::npos) << part;
  };
  expect_in(
      R"("brightness":{"type":"number","unit":"%","min":0,"max":100,"writable":true,"scale":"percent"})");
  expect_in(R"("on":{"type":"bool","unit":null,"min":null,"max":null,"writable":true})");
  expect_in(R"("values":["opening","closing","stopped"],"open":false})");
  expect_in(R"("battery":["battery","battery_low",)");
  expect_in(R"("temperature":{"edge":"above","margin":null,"bands":[{"name":"freezing","upto":0})");
  expect_in(R"({"name":"hot","upto":null}]})");
  expect_in(R"({"capability":"light","drives":"on","changes":"illuminance"})");
}

}  // namespace
}  // namespace attune::cli
