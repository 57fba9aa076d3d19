#include "broker/shell/rule_folder.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "tests/support/process.h"

/// The folder of rules: changed whole or not at all.
namespace attune::shell {
namespace {

namespace fs = std::filesystem;
using Files = RuleFolder::Files;

class RuleFolderTest : public testing::Test {
 protected:
  RuleFolderTest() {
    fs::create_directories(rules());
    fs::create_directories(state());
    write("a.yaml", "one");
    write("b.yaml", "two");
  }
  [[nodiscard]] std::string rules() const { return scratch_.path() + "/rules.d"; }
  [[nodiscard]] std::string state() const { return scratch_.path() + "/state"; }
  [[nodiscard]] std::string path(const std::string& name) const { return rules() + "/" + name; }
  [[nodiscard]] RuleFolder folder() const { return RuleFolder({rules()}, state()); }
  void write(const std::string& name, const std::string& text) const {
    support::write_file(path(name), text);
  }
  [[nodiscard]] Files now() const {
    Issues issues;
    Files files = rules::read_files(rules(), issues);
    EXPECT_TRUE(issues.empty()) << render(issues);
    return files;
  }
  /// `a.yaml=one b.yaml=two`, as a reload would read it.
  [[nodiscard]] static std::string text_of(const Files& files) {
    std::string text;
    for (const auto& file : files) {
      text += (text.empty() ? "" : " ") + file_name(file.path) + "=" + file.text;
    }
    return text;
  }
  [[nodiscard]] std::string after(const api::RulesEdit& edit) const {
    const auto files = folder().edited(now(), edit);
    return files ? text_of(*files) : files.error().code;
  }
  [[nodiscard]] std::size_t hidden() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(rules())) {
      count += entry.path().filename().string().starts_with(".");
    }
    return count;
  }
  [[nodiscard]] bool has_plan() const { return fs::exists(state() + "/rules.plan"); }

  support::ScratchFolder scratch_;
};

api::RulesEdit put(std::vector<rules::SourceFile> files, bool whole = false) {
  api::RulesEdit edit;
  edit.put = std::move(files);
  edit.whole = whole;
  return edit;
}

TEST_F(RuleFolderTest, AFileIsAddedOrReplacedAndAFolderIsAll) {
  EXPECT_EQ(after(put({{"b.yaml", "new"}})), "a.yaml=one b.yaml=new");
  EXPECT_EQ(after(put({{"ab.yml", "new"}})), "a.yaml=one ab.yml=new b.yaml=two");
  EXPECT_EQ(after(put({{"c.yaml", "new"}}, true)), "c.yaml=new");
  api::RulesEdit remove;
  remove.remove = {"a.yaml"};
  EXPECT_EQ(after(remove), "b.yaml=two");
}

TEST_F(RuleFolderTest, NamesLeadNowhereElse) {
  for (const char* name : {"", ".yaml", "../a.yaml", "x/a.yaml", "/etc/a.yaml", "a.txt", "a",
                           "a.yaml/", "-a.yaml", ".a.yaml", "a\n.yaml", "\xC3\xA4.yaml"}) {
    EXPECT_EQ(after(put({{name, "x"}})), "file") << name;
  }
  EXPECT_EQ(after(put({{std::string(96, 'a') + ".yaml", "x"}})), "file");
  EXPECT_EQ(after(put({{"c.yaml", "x"}, {"c.yaml", "y"}})), "file");
  api::RulesEdit remove;
  remove.remove = {"../state"};
  EXPECT_EQ(after(remove), "file");
}

TEST_F(RuleFolderTest, WithoutAFolderThereIsNoPlaceForANewFile) {
  const RuleFolder nowhere({}, state());
  EXPECT_EQ(nowhere.edited({}, put({{"a.yaml", "x"}})).error().code, "no_folder");
}

TEST_F(RuleFolderTest, WritesReplacesAndRemovesAndLeavesNothingBehind) {
  const Files wanted = *folder().edited(now(), put({{"a.yaml", "new"}, {"c.yaml", "three"}}, true));
  ASSERT_TRUE(folder().write(now(), wanted).ok());
  EXPECT_EQ(text_of(now()), "a.yaml=new c.yaml=three");
  EXPECT_EQ(hidden(), 0u);
  EXPECT_FALSE(has_plan());
}

TEST_F(RuleFolderTest, KeepsTheModeOfWhatItReplaces) {
  fs::permissions(path("a.yaml"), fs::perms::owner_read | fs::perms::owner_write);
  const Files wanted = *folder().edited(now(), put({{"a.yaml", "new"}}));
  ASSERT_TRUE(folder().write(now(), wanted).ok());
  EXPECT_EQ(fs::status(path("a.yaml")).permissions(),
            fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(RuleFolderTest, AFileThatCannotBeStagedLeavesAllAsTheyWere) {
  fs::create_directories(path(".attune-b.yaml.new/x"));
  const Files wanted = *folder().edited(now(), put({{"a.yaml", "new"}, {"b.yaml", "new"}}));
  const Status written = folder().write(now(), wanted);
  ASSERT_FALSE(written.ok());
  EXPECT_EQ(written.error().code, "folder");
  EXPECT_EQ(text_of(now()), "a.yaml=one b.yaml=two");
  EXPECT_FALSE(has_plan());
}

TEST_F(RuleFolderTest, AFileThatCannotBeReplacedPutsTheOthersBack) {
  const Files before = now();
  const Files wanted = *folder().edited(before, put({{"a.yaml", "new"}, {"c.yaml", "new"}}));
  fs::create_directories(path("c.yaml/x"));  // somebody was faster
  ASSERT_FALSE(folder().write(before, wanted).ok());
  EXPECT_EQ(text_of(now()), "a.yaml=one b.yaml=two");
  EXPECT_FALSE(has_plan());
}

TEST_F(RuleFolderTest, AStopBeforeThePlanChangedNothing) {
  write(".attune-a.yaml.new", "half");
  ASSERT_TRUE(folder().recover().ok());
  EXPECT_EQ(text_of(now()), "a.yaml=one b.yaml=two");
}

/// A stop after the plan, at each point of its carrying out.
TEST_F(RuleFolderTest, AStopAfterThePlanIsMadeUpForAtTheStart) {
  const auto line = [&](const std::string& text) {
    return std::to_string(text.size()) + ":" + text;
  };
  const std::string plan =
      line("+" + path("a.yaml")) + line("+" + path("c.yaml")) + line("-" + path("b.yaml"));
  for (int done = 0; done <= 3; ++done) {
    for (const auto& file : now()) fs::remove(file.path);
    write("a.yaml", done >= 1 ? "new" : "one");
    if (done < 1) write(".attune-a.yaml.new", "new");
    write(done >= 2 ? "c.yaml" : ".attune-c.yaml.new", "three");
    if (done < 3) write("b.yaml", "two");
    support::write_file(state() + "/rules.plan", plan);
    ASSERT_TRUE(folder().recover().ok()) << done;
    EXPECT_EQ(text_of(now()), "a.yaml=new c.yaml=three") << done;
    EXPECT_EQ(hidden(), 0u);
    EXPECT_FALSE(has_plan());
  }
}

TEST_F(RuleFolderTest, APlanThatIsNoneIsSaidAloud) {
  support::write_file(state() + "/rules.plan", "12:+/etc");
  EXPECT_EQ(folder().recover().error().code, "folder");
  EXPECT_EQ(text_of(now()), "a.yaml=one b.yaml=two");
}

TEST_F(RuleFolderTest, OldFilesComeBackToWhereRulesAreToday) {
  const auto placed = folder().placed({{"/gone/rules.d/z.yaml", "z"}, {path("a.yaml"), "a"}});
  ASSERT_TRUE(placed);
  ASSERT_EQ(placed->size(), 2u);
  EXPECT_EQ(placed->at(0).path, path("a.yaml"));
  EXPECT_EQ(placed->at(1).path, path("z.yaml"));
}

}  // namespace
}  // namespace attune::shell
