#include <filesystem>
#include <fstream>

#include "broker/cli/json.h"
#include "tests/e2e/hall.h"

/// The store's upkeep from outside: copies of a running daemon, and what its clients are told.
namespace attune::e2e {
namespace {

class BackupTest : public HallTest {
 protected:
  /// A subcommand on this daemon's store.
  [[nodiscard]] support::Ran upkeep(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--state-dir", daemon_->path("state")});
    return daemon_->cli(std::move(arguments));
  }
  [[nodiscard]] std::string backup() const { return daemon_->path("backup.mdb"); }

  struct Stand {
    std::string store;
    std::string revision;
  };
  [[nodiscard]] Stand stand() const {
    const auto document = cli::parse_json(daemon_->get("/api/v1/state").body);
    if (!document) return {};
    return {cli::words(*document->root, "store"), cli::words(*document->root, "revision")};
  }
  [[nodiscard]] support::Daemon::Answer resume(const Stand& from) const {
    return daemon_->get("/api/v1/changes?since=" + from.revision + "&store=" + from.store);
  }
};

TEST_F(BackupTest, ARunningDaemonIsBackedUpWhileItWrites) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  for (int i = 0; i < 5; ++i) {
    motion(true, 5 + i);
    ASSERT_TRUE(until([&] { return lamp().on; }));
    const auto copied = upkeep({"backup", backup(), "--force"});
    EXPECT_EQ(copied.code, 0) << copied.err;
    const auto checked = daemon_->cli({"check-store", backup()});
    EXPECT_EQ(checked.code, 0) << checked.out << checked.err;
    motion(false);
    ASSERT_TRUE(until([&] { return !lamp().on; }));
  }
  EXPECT_EQ(daemon_->cli({"status"}).code, 0);
}

TEST_F(BackupTest, ARestoredStoreTellsClientsThatItIsAnotherOne) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_EQ(daemon_->cli({"set", "hall_lamp.on", "true", "--hold", "2h"}).code, 0);
  ASSERT_TRUE(until([&] { return lamp().on; }));
  const Stand before = stand();
  ASSERT_EQ(upkeep({"backup", backup()}).code, 0);
  ASSERT_EQ(resume(before).status, 200);
  ASSERT_EQ(daemon_->cli({"release", "hall_lamp.on"}).code, 0);
  const auto refused = upkeep({"restore", backup()});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("is in use by process"), std::string::npos) << refused.err;

  ASSERT_EQ(daemon_->terminate(), 0);
  const auto restored = upkeep({"restore", backup()});
  ASSERT_EQ(restored.code, 0) << restored.err;
  ASSERT_TRUE(std::filesystem::exists(daemon_->path("state/data.mdb.replaced-1")));
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  EXPECT_NE(stand().store, before.store);
  const auto told = resume(before);
  EXPECT_EQ(told.status, 409);
  EXPECT_NE(told.body.find("wrong_store"), std::string::npos) << told.body;
  EXPECT_NE(daemon_->cli({"get", "claims"}).out.find("hall_lamp.on"), std::string::npos)
      << "the hold that stood at the backup";
}

TEST_F(BackupTest, AStoppedStoreIsCompactedAndGoesOn) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  const Stand before = stand();
  EXPECT_EQ(upkeep({"compact"}).code, 1) << "it is in use";
  ASSERT_EQ(daemon_->terminate(), 0);
  const auto compacted = upkeep({"compact"});
  ASSERT_EQ(compacted.code, 0) << compacted.err;
  EXPECT_EQ(upkeep({"check-store"}).code, 0);
  ASSERT_TRUE(daemon_->start_ready()) << daemon_->errors();
  EXPECT_EQ(stand().store, before.store);
  EXPECT_EQ(resume(before).status, 200);
}

TEST_F(BackupTest, ADamagedStoreIsNamedAndNotServed) {
  make_on_own_bus();
  ASSERT_NO_FATAL_FAILURE(start());
  ASSERT_EQ(daemon_->terminate(), 0);
  {
    std::fstream data(daemon_->path("state/data.mdb"),
                      std::ios::in | std::ios::out | std::ios::binary);
    for (std::streamoff page = 2; page < 40; ++page) {
      data.seekp(page * 4'096 + 12);  // where the nodes of a page begin
      data.put(77);
    }
  }
  const auto checked = upkeep({"check-store"});
  EXPECT_EQ(checked.code, 1);
  EXPECT_NE(checked.out.find("damaged: data.mdb: "), std::string::npos) << checked.out;
  const auto refused = support::run(daemon_->launch());
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("data.mdb"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace attune::e2e
