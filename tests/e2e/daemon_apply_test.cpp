#include <chrono>
#include <fstream>
#include <thread>

#include "tests/e2e/hall.h"

/// Changing the rules of a running daemon.
namespace attune::e2e {
namespace {

using ApplyTest = HallTest;
using testing::AssertionFailure;
using testing::AssertionResult;
using testing::AssertionSuccess;

AssertionResult contains(const std::string& text, const std::string& part) {
  if (text.find(part) != std::string::npos) return AssertionSuccess();
  return AssertionFailure() << "no '" << part << "' in:\n" << text;
}

std::string dimmed(const std::string& rules, const std::string& brightness) {
  std::string text = rules;
  return text.replace(text.find(": 80"), 4, ": " + brightness);
}

TEST_F(ApplyTest, ADryRunSaysWhatWouldChangeNowAndChangesNothing) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on && metric("attune_commands_in_flight") == "0"; }));
  daemon_->write("new/hall.yaml", dimmed(kHallRules, "30"));
  const auto dry = daemon_->cli({"apply", "--dry-run", daemon_->path("new/hall.yaml")});
  EXPECT_EQ(dry.code, 0) << dry.err;
  EXPECT_EQ(dry.out,
            "~ file hall.yaml\n~ rule hall_light\n"
            "  now hall_lamp.brightness: 80 by rule:hall_light -> 30 by rule:hall_light\n"
            "  send hall_lamp.brightness = 30\n");
  EXPECT_TRUE(contains(dry.err, "--dry-run"));
  EXPECT_EQ(support::read_file(daemon_->path("rules.d/hall.yaml")), kHallRules);
  EXPECT_TRUE(has("/api/v1/state", R"("brightness":{"value":79.9)"));
}

TEST_F(ApplyTest, ApplyWritesTheFolderAndRollbackUndoesItAlsoAfterKillNine) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on && metric("attune_commands_in_flight") == "0"; }));
  const std::string changed = dimmed(kHallRules, "30");
  daemon_->write("new/hall.yaml", changed);
  const auto applied = daemon_->cli({"apply", daemon_->path("new")});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_TRUE(contains(applied.err, "applied, version "));
  EXPECT_EQ(support::read_file(daemon_->path("rules.d/hall.yaml")), changed);
  ASSERT_TRUE(until([&] { return has("/api/v1/state", R"("brightness":{"value":29.9)"); }))
      << daemon_->get("/api/v1/state").body;

  daemon_->kill9();
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  const auto back = daemon_->cli({"rollback"});
  EXPECT_EQ(back.code, 0) << back.err;
  EXPECT_TRUE(contains(back.out, "~ rule hall_light"));
  EXPECT_EQ(support::read_file(daemon_->path("rules.d/hall.yaml")), kHallRules);
  EXPECT_TRUE(until([&] { return has("/api/v1/state", R"("brightness":{"value":79.9)"); }))
      << daemon_->get("/api/v1/state").body;
}

TEST_F(ApplyTest, AWrongSetIsRefusedWholeWithItsFindings) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  daemon_->write("new/a.yaml",
                 "version: 1\nrules:\n  fine: {when: hall_motion.occupancy, want: {hall_lamp.on: "
                 "true}}\n");
  daemon_->write("new/b.yaml", "version: 1\nrules:\n  bad: {when: no_such.thing}\n");
  const auto refused = daemon_->cli({"apply", daemon_->path("new")});
  EXPECT_EQ(refused.code, 1);
  EXPECT_TRUE(contains(refused.out, "b.yaml:3"));
  EXPECT_TRUE(contains(refused.err, "still runs"));
  EXPECT_EQ(daemon_->get("/readyz").status, 200) << "a refused set is no trouble of what runs";
  EXPECT_FALSE(std::ifstream(daemon_->path("rules.d/a.yaml")).good());
  EXPECT_TRUE(has("/api/v1/rules", "hall_light"));
  motion(true);
  EXPECT_TRUE(until([&] { return lamp().on; })) << "the old rules are gone";
}

TEST_F(ApplyTest, OneFileIsPutAndTakenAwayOverHttp) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  const std::string text =
      R"(version: 1\nrules:\n  desk: {when: \"!hall_motion.occupancy\", want: {hall_lamp.on: false}}\n)";
  const auto put = daemon_->ask("PUT", "/api/v1/rules/desk.yaml", "{\"text\":\"" + text + "\"}");
  EXPECT_EQ(put.status, 200) << put.body;
  EXPECT_TRUE(contains(put.body, R"("rules":{"added":["desk"])"));
  EXPECT_TRUE(has("/api/v1/rules/files", R"("name":"desk.yaml")"));
  EXPECT_TRUE(has("/api/v1/rules/desk", R"("file":")" + daemon_->path("rules.d/desk.yaml")));
  const auto stale = daemon_->ask("PUT", "/api/v1/rules/desk.yaml",
                                  "{\"if_version\":1,\"text\":\"" + text + "\"}");
  EXPECT_EQ(stale.status, 409) << stale.body;
  for (const char* name : {"..%2Fx.yaml", ".x.yaml", "x.txt"}) {
    const auto no =
        daemon_->ask("PUT", std::string("/api/v1/rules/") + name, "{\"text\":\"a: 1\"}");
    EXPECT_EQ(no.status, 422) << name << no.body;
  }
  EXPECT_EQ(daemon_->ask("DELETE", "/api/v1/rules/desk.yaml").status, 200);
  EXPECT_EQ(daemon_->get("/api/v1/rules/desk").status, 404);
  EXPECT_EQ(daemon_->ask("DELETE", "/api/v1/rules/desk.yaml").status, 422);
}

TEST_F(ApplyTest, WordsThatChangeNothingChangeNothing) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  motion(true);
  ASSERT_TRUE(until([&] { return lamp().on && metric("attune_commands_in_flight") == "0"; }));
  ASSERT_EQ(daemon_->cli({"set", "hall_lamp.brightness", "20"}).code, 0);
  daemon_->write("new/hall.yaml", std::string("# the hall\n") + kHallRules);
  const auto applied = daemon_->cli({"apply", daemon_->path("new/hall.yaml")});
  EXPECT_EQ(applied.code, 0) << applied.err;
  EXPECT_EQ(applied.out, "~ file hall.yaml\n") << "the copy stands where the core stands";
  EXPECT_TRUE(has("/api/v1/claims", R"("by":"person")"));
  EXPECT_TRUE(has("/api/v1/rules/hall_light", R"("phase":"active")"));
}

TEST_F(ApplyTest, AnEditThatNeverRanIsNamedBeforeItGoes) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  daemon_->write("rules.d/hall.yaml", dimmed(kHallRules, "11"));
  daemon_->write("new/hall.yaml", dimmed(kHallRules, "22"));
  const auto dry = daemon_->cli({"apply", "--dry-run", daemon_->path("new")});
  EXPECT_TRUE(contains(dry.err, "hall.yaml had an edit in the folder that never ran"));
  EXPECT_EQ(support::read_file(daemon_->path("rules.d/hall.yaml")), dimmed(kHallRules, "11"));
  EXPECT_EQ(daemon_->cli({"rollback", "999999999"}).code, 1) << "not given out yet";
  EXPECT_EQ(daemon_->cli({"apply", daemon_->path("no_such")}).code, 1);
}

/// Two files that belong together, applied again and again while the daemon is killed.
TEST_F(ApplyTest, AKillInTheMiddleLeavesBothFilesOrNeither) {
  make_on_own_bus();
  const auto file = [](const char* id, int n) {
    return "version: 1\nrules: {" + std::string(id) + ": {label: \"" + std::to_string(n) +
           "\", when: hall_motion.occupancy}}\n";
  };
  daemon_->write("rules.d/a.yaml", file("a", 0));
  daemon_->write("rules.d/b.yaml", file("b", 0));
  ASSERT_NO_FATAL_FAILURE(start());
  for (int n = 1; n <= 6; ++n) {
    const std::string folder = "set" + std::to_string(n);
    daemon_->write(folder + "/a.yaml", file("a", n));
    daemon_->write(folder + "/b.yaml", file("b", n));
    std::thread applying([&] {
      (void)daemon_->cli(
          {"apply", daemon_->path(folder + "/a.yaml"), daemon_->path(folder + "/b.yaml")});
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(10 + 12 * n));
    daemon_->kill9();
    applying.join();
    ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
    const std::string a = support::read_file(daemon_->path("rules.d/a.yaml"));
    const std::string b = support::read_file(daemon_->path("rules.d/b.yaml"));
    EXPECT_EQ(a == file("a", n), b == file("b", n)) << a << b;
    EXPECT_TRUE(has("/api/v1/rules/a",
                    a == file("a", n) ? "\"label\":\"" + std::to_string(n) : "\"label\":\""));
  }
}

}  // namespace
}  // namespace attune::e2e
