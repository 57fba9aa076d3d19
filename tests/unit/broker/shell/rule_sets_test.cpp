#include "broker/shell/rule_sets.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

namespace attune::shell {
namespace {

using Files = std::vector<rules::SourceFile>;

class RuleSetsTest : public testing::Test {
 protected:
  RuleSetsTest() { EXPECT_TRUE(store->recover().ok()); }
  /// Answers how many rows were written.
  std::size_t run(std::uint64_t from, const Files& files, std::uint64_t floor = 0) {
    store::Turn turn;
    turn.writes = sets.add(Revision{from}, files, Revision{floor});
    EXPECT_TRUE(store->commit(turn).ok());
    return turn.writes.size();
  }
  [[nodiscard]] std::string text_at(std::uint64_t revision) const {
    const auto files = RuleSets::files_at(*store, Revision{revision});
    if (!files) return files.error().code;
    std::string text;
    for (const auto& file : *files) text += file.path + "=" + file.text + ";";
    return text;
  }
  [[nodiscard]] std::size_t texts() const {
    return store->blobs(std::string(RuleSets::kFileSpace))->size();
  }

  std::unique_ptr<store::MemoryStore> store = store::make_memory_store();
  RuleSets sets;
};

TEST_F(RuleSetsTest, GivesTheFilesThatRanAtARevision) {
  run(5, {{"a.yaml", "1"}, {"b.yaml", "x"}});
  run(9, {{"a.yaml", "2"}, {"b.yaml", "x"}});
  run(20, {{"b.yaml", "x"}});
  EXPECT_EQ(text_at(4), "compacted");
  EXPECT_EQ(text_at(5), "a.yaml=1;b.yaml=x;");
  EXPECT_EQ(text_at(8), "a.yaml=1;b.yaml=x;");
  EXPECT_EQ(text_at(9), "a.yaml=2;b.yaml=x;");
  EXPECT_EQ(text_at(1'000), "b.yaml=x;");
}

TEST_F(RuleSetsTest, KeepsATextOnceAndASetThatRunsAlreadyNotAtAll) {
  run(5, {{"a.yaml", "1"}, {"b.yaml", "x"}});
  EXPECT_EQ(run(7, {{"b.yaml", "x"}, {"a.yaml", "1"}}), 0u);
  run(9, {{"a.yaml", "2"}, {"b.yaml", "x"}});
  EXPECT_EQ(texts(), 3u);
}

TEST_F(RuleSetsTest, KeepsEachOfThoseThatTakeTurnsAtOneRevision) {
  run(5, {{"a.yaml", "1"}});
  run(5, {{"a.yaml", "2"}, {"b.yaml", "x"}});
  run(5, {{"a.yaml", "2"}, {"c.yaml", "y"}});
  EXPECT_EQ(text_at(5), "a.yaml=2;c.yaml=y;");
  EXPECT_EQ(text_at(6), "a.yaml=2;c.yaml=y;");
  const auto undone = sets.previous(*store);
  ASSERT_TRUE(undone.ok()) << undone.error().message;
  ASSERT_EQ(undone->size(), 2u);
  EXPECT_EQ(undone->at(1).path, "b.yaml");
  EXPECT_EQ(undone->at(1).text, "x") << "no text is written over another one's";
  run(5, *undone);
  const auto again = sets.previous(*store);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(again->at(1).path, "c.yaml") << "a second undo undoes the first";
  store = store->reopen();
  ASSERT_TRUE(store->recover().ok());
  sets = RuleSets();
  ASSERT_TRUE(sets.restore(*store).ok());
  EXPECT_EQ(text_at(7), "a.yaml=2;b.yaml=x;");
  EXPECT_EQ(sets.revisions(), (std::vector{Revision{5}}));
  run(9, {{"a.yaml", "3"}});
  EXPECT_EQ(text_at(8), "a.yaml=2;b.yaml=x;");
}

TEST_F(RuleSetsTest, HasNothingBeforeTheFirst) {
  run(5, {{"a.yaml", "1"}});
  EXPECT_EQ(sets.previous(*store).error().code, "no_previous");
}

TEST_F(RuleSetsTest, KnowsAfterARestartWhatRan) {
  run(5, {{"a.yaml", "1"}});
  store = store->reopen();
  ASSERT_TRUE(store->recover().ok());
  sets = RuleSets();
  ASSERT_TRUE(sets.restore(*store).ok());
  EXPECT_EQ(run(70'000, {{"a.yaml", "1"}}), 0u);
  run(70'001, {{"a.yaml", "2"}});
  EXPECT_EQ(text_at(70'000), "a.yaml=1;");
  EXPECT_EQ(text_at(70'001), "a.yaml=2;");
}

TEST_F(RuleSetsTest, ForgetsWhatIsNeitherNewNorToldOfByTheLog) {
  const std::string common = "the same in all";
  for (std::uint64_t i = 1; i <= 60; ++i) {
    run(i * 10, {{"a.yaml", std::to_string(i)}, {"b.yaml", common}}, 25);
  }
  EXPECT_EQ(sets.revisions().front(), Revision{20});  // it ran at 26, which the log still holds
  EXPECT_EQ(text_at(19), "compacted");
  EXPECT_EQ(text_at(26), "a.yaml=2;b.yaml=" + common + ";");
  run(610, {{"a.yaml", "61"}, {"b.yaml", common}}, 10'000);
  EXPECT_EQ(sets.revisions().size(), RuleSets::kKept);
  EXPECT_EQ(texts(), RuleSets::kKept + 1);
  EXPECT_EQ(text_at(610), "a.yaml=61;b.yaml=" + common + ";");
}

TEST_F(RuleSetsTest, ASetWithoutARuleIsASetToo) {
  run(5, {{"a.yaml", "1"}});
  run(8, {});
  EXPECT_EQ(text_at(8), "");
}

}  // namespace
}  // namespace attune::shell
