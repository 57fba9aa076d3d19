#include <filesystem>

#include "tests/e2e/hall.h"

/// What becomes of a store under a running daemon, and of a device that leaves it.
namespace attune::e2e {
namespace {

class StoreTest : public HallTest {};

TEST_F(StoreTest, AFileThatIsCutOffEndsAttuneWithALastWord) {
  make(options());
  ASSERT_NO_FATAL_FAILURE(start());
  std::filesystem::resize_file(daemon_->path("state/data.mdb"), 8'192);
  motion(true);  // leads to a command, and so to a commit
  const auto code = daemon_->wait(20s);
  ASSERT_TRUE(code.has_value()) << "it went on";
  EXPECT_NE(*code, 0);
  const std::string said = daemon_->errors();
  EXPECT_NE(said.find(daemon_->path("state/data.mdb")), std::string::npos) << said;
  EXPECT_NE(said.find("check-store"), std::string::npos) << said;
  const auto checked = daemon_->cli({"check-store", daemon_->path("state")});
  EXPECT_NE(checked.code, 0) << checked.out;
}

TEST_F(StoreTest, ADeviceThatLeavesItsBridgeIsToldAndStaysGone) {
  ASSERT_NO_FATAL_FAILURE(make_on_own_bus());
  ASSERT_NO_FATAL_FAILURE(start());
  const std::string before = metric("attune_state_revision");
  client_->publish("zigbee2mqtt/bridge/devices", support::bridge_devices({}, {"hall_motion"}), 1,
                   true);
  for (const char* feed : {"state", "log"}) {
    const std::string target =
        "/api/v1/changes?since=" + before + "&kind=removed&feed=" + std::string(feed);
    const std::string page = daemon_->get_until(target, "hall_lamp");
    EXPECT_NE(page.find(R"("kind":"removed","device":"hall_lamp")"), std::string::npos) << page;
  }
  EXPECT_EQ(daemon_->get("/api/v1/state").body.find("hall_lamp"), std::string::npos);
  EXPECT_EQ(daemon_->get("/api/v1/devices/hall_lamp").status, 404);
  daemon_->kill9();
  daemon_->start();
  EXPECT_NE(daemon_->get_until("/api/v1/state", "hall_motion").find("hall_motion"),
            std::string::npos);
  EXPECT_EQ(daemon_->get("/api/v1/state").body.find("hall_lamp"), std::string::npos);
}

}  // namespace
}  // namespace attune::e2e
