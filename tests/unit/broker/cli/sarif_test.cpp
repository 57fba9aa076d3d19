#include "broker/cli/sarif.h"

#include <gtest/gtest.h>

namespace attune::cli {
namespace {

TEST(Sarif, NamesRuleLevelPlaceAndWhatToDo) {
  const Issue issue = {Severity::error, "C401",         {"rules d/ac.yaml", 9, 5, 4},
                       "both claim",    "    want: {}", "give one another priority"};
  const std::string text = sarif({issue});
  for (const char* part : {
           R"("version":"2.1.0")", R"("id":"C401")", R"("ruleId":"C401","ruleIndex":0)",
           R"("level":"error")", R"("uri":"rules%20d/ac.yaml")",
           R"("startLine":9,"startColumn":5,"endColumn":9)",
           R"x("text":"both claim (give one another priority)")x"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
}

TEST(Sarif, CountsColumnsInCodePoints) {
  const Issue issue = {Severity::warning, "W904", {"a.yaml", 1, 5, 2}, "x", "é: é", ""};
  EXPECT_NE(sarif({issue}).find(R"("startColumn":4,"endColumn":5)"), std::string::npos)
      << sarif({issue});
}

TEST(Sarif, OfNothingIsARunWithoutResults) {
  EXPECT_NE(sarif({}).find(R"("results":[])"), std::string::npos);
}

}  // namespace
}  // namespace attune::cli
